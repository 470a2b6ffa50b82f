"""A mask back into cells, as the public code of McConnell et al. (2021) counts them in true and in predicted masks."""

import numpy as np
from numpy.typing import NDArray

from ki67.cells import cells as labelled
from ki67.cells.cells import Cells
from ki67.masks.names import NEGATIVE, POSITIVE
from ki67.masks.outlines import Outlines, outlines
from ki67.masks.threshold import bright


def decoded(mask: NDArray[np.uint8]) -> Cells:
    """A cell for each outline whose centre is not black, however small; no cells where there are none.

    The public code then divides by zero; here the index of such a field is undefined.
    """
    return cells_in(mask, mask_outlines(mask))


def mask_outlines(mask: NDArray[np.uint8]) -> Outlines:
    """The outlines that cells are read from: those of what is bright, and the holes in it, which published code takes as well."""
    return outlines(bright(mask))


def cells_in(mask: NDArray[np.uint8], found: Outlines) -> Cells:
    """The class of an outline is the colour at its centre: a bent shape has black there and is lost."""
    centre = found.centre[found.area > 0]
    x, y = centre.astype(np.intp).T
    colour = mask[y, x]
    label = np.select([colour == POSITIVE, colour == NEGATIVE], [labelled.POSITIVE, labelled.NEGATIVE], 0)
    return Cells.of_points(centre[label > 0], label[label > 0], "network")
