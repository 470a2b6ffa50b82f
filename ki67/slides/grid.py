"""A slide in patches: 256 pixels of 1 µm each, side by side; the last column and row stick out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.pictures.regions import Region, Regions
from ki67.slides.tissue import TissueMask

PATCH, UM_PER_PX = 256, 1.0
LEAST_TISSUE = 0.25  # of a patch: what holds no more is left out
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Grid:
    """Patches over a slide whose size at 1 µm/px is `width` × `height`."""

    width: int
    height: int

    @property
    def columns(self) -> int:
        """Patches side by side."""
        return -(-self.width // PATCH)

    @property
    def rows(self) -> int:
        """Patches one below the other."""
        return -(-self.height // PATCH)

    def region(self, row: int, column: int, shrink: int = 1) -> Region:
        """A patch, seen at 1 µm/px or so many times coarser."""
        side = PATCH // shrink
        return Region(column * side, row * side, side, side, UM_PER_PX * shrink)


def grid_of(picture: Regions) -> Grid:
    """The patches of a slide."""
    return Grid(*picture.size(UM_PER_PX))


def shares(grid: Grid, plane: NDArray[np.bool_] | Floats) -> Floats:
    """The mean of a map of the whole slide over each patch, (rows, columns), glass beyond the rim counted as nought.

    The map may have any size: each of its pixels is shared out to the patches that it lies in.
    """
    down = _weights(plane.shape[0], grid.height, grid.rows)
    across = _weights(plane.shape[1], grid.width, grid.columns)
    return np.asarray(down @ plane.astype(np.float32) @ across.T, dtype=np.float32)


def _weights(pixels: int, length: int, patches: int) -> Floats:
    """How much of each patch each pixel of an axis makes up."""
    edges = np.arange(pixels + 1) * (length / pixels)
    low, high = np.arange(patches)[:, None] * PATCH, np.arange(1, patches + 1)[:, None] * PATCH
    overlap = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.asarray(np.maximum(overlap, 0) / PATCH, dtype=np.float32)


def tissue_shares(grid: Grid, mask: TissueMask) -> Floats:
    """How much of each patch is tissue."""
    return shares(grid, mask.tissue)


def chosen(tissue: Floats, least: float = LEAST_TISSUE) -> list[tuple[int, int]]:
    """Row and column of every patch with more tissue than that, row by row."""
    return [(int(row), int(column)) for row, column in np.argwhere(tissue > least)]
