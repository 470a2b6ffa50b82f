"""The hot spot: the tumour cells that lie together and of which most are positive."""

import math

import numpy as np
from scipy.spatial import cKDTree

from ki67.cells.cells import NEGATIVE, POSITIVE, Cells

ENOUGH = 500  # tumour cells: what guidelines ask a pathologist to count
PLACES = 400  # where it is looked for


def hot_spot(cells: Cells) -> float:
    """The highest index of any 500 tumour cells that are nearest to one of them; nan where there are no more than these."""
    tumour = cells.where((cells.label == POSITIVE) | (cells.label == NEGATIVE))
    if len(tumour) <= ENOUGH:
        return math.nan
    order = np.lexsort(tumour.xy.T)
    middles = tumour.xy[order[np.linspace(0, len(order) - 1, min(PLACES, len(order))).astype(int)]]
    positive, tree = tumour.label == POSITIVE, cKDTree(tumour.xy)
    return max(float(positive[tree.query(middle, ENOUGH)[1]].mean()) for middle in middles)
