"""The hot spot: the tumour cells that lie together and of which most are positive."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.pictures.outline import Points

ENOUGH = 500  # tumour cells: what guidelines ask a pathologist to count
PLACES, APART = 400, 100  # where it is looked for: so many tumour cells, and of very many one in a hundred
CORNERS = 360  # of its circle


@dataclass(frozen=True)
class HotSpot:
    """A circle that holds 500 tumour cells and no more, in the cells' frame."""

    x: float
    y: float
    radius: float
    positive: int

    @property
    def index(self) -> float:
        """Positive of all its tumour cells."""
        return self.positive / ENOUGH

    @property
    def border(self) -> Points:
        """As corners that lie close together."""
        angles = np.arange(CORNERS) * (2 * np.pi / CORNERS)
        return np.stack([self.x + self.radius * np.cos(angles), self.y + self.radius * np.sin(angles)], axis=1)


def hot_spot(cells: Cells) -> HotSpot | None:
    """The highest index of any 500 tumour cells that are nearest to one of them; none where there are no more than these."""
    tumour = cells.where((cells.label == POSITIVE) | (cells.label == NEGATIVE))
    if len(tumour) <= ENOUGH:
        return None
    order, places = np.lexsort(tumour.xy.T), max(PLACES, len(tumour) // APART)
    middles = tumour.xy[order[np.linspace(0, len(order) - 1, min(places, len(order))).astype(int)]]
    positive, tree = tumour.label == POSITIVE, cKDTree(tumour.xy)
    found = [int(positive[tree.query(middle, ENOUGH)[1]].sum()) for middle in middles]
    x, y = middles[int(np.argmax(found))].tolist()
    last, beyond = tree.query((x, y), ENOUGH + 1)[0][-2:]
    return HotSpot(x, y, float(last + beyond) / 2, max(found))
