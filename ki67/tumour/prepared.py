"""What a refiner and a judge need of a section, read from its slide and its mask once and kept in a small file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ki67.base.files import whole_file
from ki67.data.bcs1 import Section
from ki67.pictures.regions import Pixels, Size
from ki67.pictures.slide import open_slide
from ki67.slides.grid import Grid, grid_of, tissue_shares
from ki67.slides.refine import small_view
from ki67.slides.tissue import tissue_mask
from ki67.tumour.labels import PUBLISHED, PatchRule, mask_share, outlined_share, patch_labels

JUDGED_AT = 8.0  # µm/px: about a 32nd of ×40, where the public code compares outlines
MOST = 0.5  # of a pixel there is tumour where the pixel is

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A section whose slide need not be opened any more.

    `tissue` and `labels` are of the patches of its grid; `view` and `truth`, a square of the whole section and the share of
    tumour in each of its pixels, are what a refiner learns from; `truth_8` is the outline in the frame of the judge.
    """

    name: str
    patient: str
    grade: int
    part: str | None
    grid: Grid
    tissue: Floats
    labels: NDArray[np.uint8]
    view: Pixels
    truth: Floats
    truth_8: NDArray[np.bool_]

    @property
    def size(self) -> Size:
        """Width and height of the slide at the grid's scale."""
        return self.grid.width, self.grid.height

    def save(self, path: Path) -> None:
        """One file, in place when it is whole; the same section gives the same bytes."""
        with whole_file(path) as partial, partial.open("wb") as stream:
            np.savez_compressed(
                stream, name=self.name, patient=self.patient, grade=self.grade, part=self.part or "", size=self.size,
                tissue=self.tissue, labels=self.labels, view=self.view, truth=self.truth, truth_8=self.truth_8,
            )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Self:
        """As it was saved."""
        with np.load(path, allow_pickle=False) as kept:
            return cls(
                str(kept["name"]), str(kept["patient"]), int(kept["grade"]), str(kept["part"]) or None,
                Grid(*kept["size"].tolist()),
                *(kept[field] for field in ("tissue", "labels", "view", "truth", "truth_8")),
            )  # fmt: skip


def prepare(section: Section, side: int, rule: PatchRule = PUBLISHED) -> Prepared:
    """Read a section at the three scales that are needed of it; its square is `side` pixels wide."""
    with open_slide(section.slide) as picture:
        grid, judged = grid_of(picture), picture.size(JUDGED_AT)
        tissue = tissue_shares(grid, tissue_mask(picture, rule.tissue))
        view = small_view(picture, side)
    labels = patch_labels(tissue, mask_share(section, grid), rule)
    truth, truth_8 = outlined_share(section.mask, (side, side)), outlined_share(section.mask, judged) >= MOST
    return Prepared(
        section.name, section.patient, section.grade, section.part, grid, tissue, labels, view, truth, truth_8
    )  # fmt: skip
