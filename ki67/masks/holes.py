"""Holes: background in the middle of cells, which the threshold leaves where a nucleus is pale."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes


def hole_pixels(classes: NDArray[np.uint8]) -> tuple[int, int]:
    """Of a class map, the background that cells enclose on all sides, and how many pixels cells with their holes have."""
    solid = binary_fill_holes(classes > 0)
    return int(np.count_nonzero(solid & (classes == 0))), int(np.count_nonzero(solid))
