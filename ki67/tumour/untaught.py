"""Outlines for which nothing is learnt: all tissue, and patches of tissue by lot. What every design must beat.

Design I, Otsu's threshold, is `ki67.slides.tissue.otsu_mask`.
"""

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ki67.tumour.tree import PatchLabel

Floats = NDArray[np.float32]


def all_tissue(asked: NDArray[np.bool_]) -> Floats:
    """The heat map that calls every patch of tissue tumour, nan where none was asked."""
    return np.where(asked, 1, np.nan).astype(np.float32)


def by_lot(asked: NDArray[np.bool_], share: float, name: str, seed: int) -> Floats:
    """The heat map that calls so large a share of the patches tumour, whichever they are; a section's lot is its own."""
    drawn = np.random.default_rng([seed, zlib.crc32(name.encode())]).random(asked.shape) < share
    return np.where(asked, drawn, np.nan).astype(np.float32)


def tumour_share(labels: Iterable[NDArray[np.uint8]]) -> float:
    """Of all labelled patches of the sections that are learnt from, how many are tumour."""
    counts = sum((np.bincount(grid.ravel(), minlength=len(PatchLabel)) for grid in labels), np.zeros(len(PatchLabel), np.intp))
    tumour, free = counts[PatchLabel.TUMOUR], counts[PatchLabel.FREE]
    return float(tumour / (tumour + free))
