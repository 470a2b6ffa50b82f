"""What a patch is to learn from: the share of it that the pathologist outlined as tumour, and the rules of who is dropped."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyvips
from numpy.typing import NDArray
from scipy import sparse

from ki67.data.bcs1 import Section
from ki67.data.images import damage_refused, opened
from ki67.pictures.regions import Size
from ki67.settings.slides import Rule
from ki67.slides import tissue
from ki67.slides.grid import LEAST_TISSUE, PATCH, Grid
from ki67.slides.tissue import TissueRule
from ki67.tumour.tree import PatchLabel

STRIP = 512  # rows of a mask that are held at once

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PatchRule:
    """A patch with more than so much tissue is looked at. With more than so much tumour it is tumour, with none it is free."""

    least_tissue: float = LEAST_TISSUE
    least_tumour: float = 0.25
    tissue: TissueRule = field(default=tissue.PUBLISHED)


PUBLISHED = PatchRule()
AS_CODED = PatchRule(least_tissue=0.5, tissue=tissue.AS_CODED)  # as the public pipeline runs
RULES: dict[Rule, PatchRule] = {"published": PUBLISHED, "as_coded": AS_CODED}


def patch_labels(tissue_shares: Floats, tumour_shares: Floats, rule: PatchRule = PUBLISHED) -> NDArray[np.uint8]:
    """The label of each patch of a grid; those between free and tumour are dropped, as those with little tissue are."""
    labels = np.full(tissue_shares.shape, PatchLabel.DROPPED, np.uint8)
    labels[tumour_shares == 0] = PatchLabel.FREE
    labels[tumour_shares > rule.least_tumour] = PatchLabel.TUMOUR
    labels[tissue_shares <= rule.least_tissue] = PatchLabel.DROPPED
    return labels


def mask_share(section: Section, grid: Grid) -> Floats:
    """How much of each patch is outlined, (rows, columns); what of a patch lies beyond the slide counts as free."""
    covered = grid.columns * PATCH / grid.width, grid.rows * PATCH / grid.height
    return outlined_share(section.mask, (grid.columns, grid.rows), covered)


def outlined_share(mask: Path, cells: Size, covered: tuple[float, float] = (1.0, 1.0)) -> Floats:
    """Of so many cells across and down, how much of each is not nought in a mask, to the last pixel.

    A mask is as wide as its slide, whatever its own pixels; the cells together cover so many times its width and its height.
    The full mask is read, a strip at a time, because a smaller level of it may have lost the little that a cell holds.
    """
    with damage_refused(mask):
        marked = opened(mask, "TIFF") != 0
        across, down = (
            overlaps(length, count, times)
            for length, count, times in zip((marked.width, marked.height), cells, covered, strict=True)
        )
        shares, region = np.zeros(cells[::-1], np.float32), pyvips.Region.new(marked)
        for top in range(0, marked.height, STRIP):
            rows = min(STRIP, marked.height - top)
            strip = np.frombuffer(region.fetch(0, top, marked.width, rows), np.uint8).reshape(rows, -1)
            shares += down[:, top : top + rows] @ (np.divide(strip, 255, dtype=np.float32) @ across.T)
    return shares


def overlaps(length: int, cells: int, covered: float) -> sparse.csr_matrix:
    """Which part of each cell each pixel of a row fills, (cells, pixels); the cells cover the row so many times."""
    width = length * covered / cells
    borders = np.round(np.arange(1, cells) * width, 3)  # a border that falls on one between pixels is that one
    edges = np.union1d(np.arange(length + 1), np.clip(borders, 0, length))
    middles, parts = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    places = (middles // width).astype(int), middles.astype(int)
    return sparse.csr_matrix(((parts / width).astype(np.float32), places), (cells, length))
