"""A mask out of a picture and the points that label its cells, as the public code of McConnell et al. (2021) makes it."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_erosion, label

from ki67.cells.cells import POSITIVE as LABELLED_POSITIVE
from ki67.cells.cells import Cells
from ki67.masks.names import BACKGROUND, LEAST_AREA, NEGATIVE, NEGATIVE_FROM, POSITIVE, POSITIVE_FROM, SIDE
from ki67.masks.outlines import CROSS, SQUARE, areas
from ki67.masks.threshold import bright, grey_of


def mask_of(pixels: NDArray[np.uint8], cells: Cells) -> NDArray[np.uint8]:
    """What a network is taught to draw: dark is negative, dark with a positive label in it is positive.

    Labels of negative cells and of lymphocytes are not looked at.
    """
    return in_three_greys(reduced(full_mask(pixels, cells)))


def full_mask(pixels: NDArray[np.uint8], cells: Cells) -> NDArray[np.uint8]:
    """The mask at the picture's own size."""
    return coloured(~bright(grey_of(pixels)), cells.of(LABELLED_POSITIVE).xy.astype(np.intp))


def coloured(dark: NDArray[np.bool_], points: NDArray[np.intp]) -> NDArray[np.uint8]:
    """From each positive point that counts, all that bears its grey turns white; the rest of what is dark is negative."""
    x, y = points.T
    hole, _ = label(~dark, CROSS)
    filled = dark | ~np.isin(hole, touching_edge(hole))
    counts = well_inside(filled)[y, x]
    patch = np.where(dark, label(dark, CROSS)[0], -hole)  # what a flood runs over: one grey, from side to side
    struck = np.isin(patch, patch[y[counts], x[counts]])
    return np.where(struck, POSITIVE, np.where(dark, NEGATIVE, BACKGROUND)).astype(np.uint8)


def touching_edge(region: NDArray[np.int32]) -> NDArray[np.int32]:
    """The numbers that stand at the picture's edge; black that is none of them is a hole."""
    return np.unique(np.concatenate([region[0], region[-1], region[:, 0], region[:, -1]]))


def well_inside(filled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels within the outline of a shape that is large enough, and not on that outline."""
    shape, _ = label(filled, SQUARE)
    return np.asarray(binary_erosion(filled, CROSS) & (areas(shape) > LEAST_AREA)[shape], np.bool_)


def reduced(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture or mask at the network's size, by bicubic interpolation as published."""
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def in_three_greys(blended: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Greys between the three go to one of them, so that white fades into a band of grey."""
    grey = np.where(blended >= NEGATIVE_FROM, NEGATIVE, BACKGROUND)
    return np.where(blended >= POSITIVE_FROM, POSITIVE, grey).astype(np.uint8)
