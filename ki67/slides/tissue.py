"""Where a slide holds tissue: by its saturation, as the paper says, or as its code has it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import disk

from ki67.pictures.regions import Pixels, Region, Regions

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class TissueRule:
    """What counts as tissue: a least saturation at a scale, then closings by squares of these sides, or discs of these radii."""

    um_per_px: float
    threshold: int
    wrapped: bool
    closings: tuple[int, ...]
    discs: bool


# ×1.25 is 8 µm/px. The code multiplies 8-bit saturation by 255 in 8 bits, which wraps to its negative: what is left of the
# threshold is 1 ≤ S ≤ 236, nearly everything but pure grey.
PUBLISHED = TissueRule(8.0, 20, wrapped=False, closings=(5, 3), discs=False)
AS_CODED = TissueRule(8.0, 20, wrapped=True, closings=(5, 3), discs=True)
OTSU_DISC = 5
BAND = 512  # rows that are read in one go


@dataclass(frozen=True, eq=False)
class TissueMask:
    """A map of a whole slide at a scale: true where there is tissue."""

    tissue: Bools
    um_per_px: float


def tissue_mask(picture: Regions, rule: TissueRule = PUBLISHED) -> TissueMask:
    """The whole slide at the rule's scale, told apart; its colours never lie in memory as a whole."""
    width, height = picture.size(rule.um_per_px)
    bands = (Region(0, top, width, min(BAND, height - top), rule.um_per_px) for top in range(0, height, BAND))
    return TissueMask(without_gaps(np.concatenate([coloured(picture.read(band), rule) for band in bands]), rule), rule.um_per_px)


def tissue_of(pixels: Pixels, rule: TissueRule) -> Bools:
    """Tissue among pixels at the rule's scale."""
    return without_gaps(coloured(pixels, rule), rule)


def coloured(pixels: Pixels, rule: TissueRule) -> Bools:
    """Where there is colour enough."""
    found = saturation(pixels)
    if rule.wrapped:
        found = (-found.astype(np.int16) % 256).astype(np.uint8)
    return np.asarray(found >= rule.threshold)


def without_gaps(tissue: Bools, rule: TissueRule) -> Bools:
    """After the rule's closings."""
    for size in rule.closings:
        tissue = closed(tissue, disk(size) if rule.discs else np.ones((size, size), np.uint8))
    return tissue


def saturation(pixels: Pixels) -> NDArray[np.uint8]:
    """S of HSV, from 0 to 255."""
    most = pixels.max(axis=2).astype(np.float32)
    least = pixels.min(axis=2).astype(np.float32)
    return np.asarray(np.rint(np.float32(255) * (most - least) / np.maximum(most, 1)), dtype=np.uint8)


def closed(mask: Bools, shape: NDArray[np.uint8]) -> Bools:
    """Closing that neither grows nor eats at the slide's rim."""
    margin = max(shape.shape) // 2
    padded = np.pad(mask, margin, mode="edge")
    inner = ndimage.binary_closing(padded, shape, border_value=False)
    kept = inner[margin:-margin, margin:-margin] if margin else inner
    return np.asarray(kept | mask)


def otsu_mask(pixels: Pixels) -> Bools:
    """Design I: all tissue, by Otsu's threshold on the saturation of a small view, closed by a disc as the code does."""
    found = saturation(pixels)
    if found.min() == found.max():
        return np.zeros(found.shape, dtype=bool)
    return closed(found > threshold_otsu(found), disk(OTSU_DISC))
