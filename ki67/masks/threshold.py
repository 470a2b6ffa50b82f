"""What is darker than its surroundings: OpenCV's adaptive Gaussian threshold, which makes the masks and reads them again."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from ki67.masks.names import BLOCK, DARKER

LUMA = np.array([9798, 19235, 3735], np.uint32)  # red, green and blue in 2^15ths, as OpenCV weighs them
SIGMA = 0.3 * ((BLOCK - 1) * 0.5 - 1) + 0.8  # what OpenCV takes where a window has no sigma of its own


def grey_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A colour picture in grey, to the level as OpenCV rounds it."""
    return ((pixels.astype(np.uint32) @ LUMA + (1 << 14)) >> 15).astype(np.uint8)


def bright(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels that are not clearly below the mean of their surroundings; the rest is dark."""
    return grey > surroundings(grey) - DARKER


def surroundings(grey: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The Gaussian mean round each pixel in whole grey levels, the picture's edge repeated outwards."""
    steps = np.arange(BLOCK) - BLOCK // 2
    bell = np.exp(-(steps**2) / (2 * SIGMA**2))
    bell = (bell / bell.sum()).astype(np.float32)
    wide = np.pad(grey.astype(np.float32), BLOCK // 2, mode="edge")
    down = oaconvolve(wide, bell[:, None], mode="valid", axes=0)
    return np.asarray(np.rint(oaconvolve(down, bell[None], mode="valid", axes=1)), np.int16)
