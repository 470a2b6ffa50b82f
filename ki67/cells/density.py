"""Labels as the network sees them: a Gaussian stamp on every cell, one map a class."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import Cells

WINDOW = 9
CLASSES = 3
Overlap = Literal["last", "maximum"]


@dataclass(frozen=True)
class Stamp:
    """How one cell is drawn. The defaults are the public code's; the paper's text says a variance of 9 and a centre of 2250."""

    peak: float = 255.0
    sigma: float = 2.0
    centre: float = 255.0
    overlap: Overlap = "last"

    def image(self) -> NDArray[np.float32]:
        """The 9×9 window: exp(−r²/2σ²) × peak, with the middle pixel set apart."""
        offset = np.arange(WINDOW) - WINDOW // 2
        squared = offset[:, None] ** 2 + offset[None, :] ** 2
        window = self.peak * np.exp(-squared / (2 * self.sigma**2))
        window[WINDOW // 2, WINDOW // 2] = self.centre
        return window.astype(np.float32)


def density_maps(cells: Cells, size: int, stamp: Stamp) -> NDArray[np.float32]:
    """Maps (size, size, 3) of cells in a frame of that size; coordinates are truncated, as the public code does."""
    half = WINDOW // 2
    padded = np.zeros((size + 2 * half, size + 2 * half, CLASSES), np.float32)
    window = stamp.image()
    for (x, y), label in zip(cells.xy.astype(int), cells.label, strict=True):
        region = padded[y : y + WINDOW, x : x + WINDOW, label - 1]
        region[:] = window if stamp.overlap == "last" else np.maximum(region, window)
    return padded[half:-half, half:-half]
