"""Large pictures in windows that overlap: where each lies, and which part of it is its own."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ki67.cells.cells import Cells

SIDE, MARGIN = 384, 48  # pixels as the network sees them
STRIDE = 16  # the network halves its picture four times
TWINS = 6.0  # nearer than this, two cells of one class from two windows are one


@dataclass(frozen=True)
class Span:
    """A window along one axis, from `start` on, and the part from `low` to `high` whose cells it answers for."""

    start: int
    low: float
    high: float


def side_of(length: int) -> int:
    """How long a window is along an axis: all of it, or as much as fits into memory."""
    return min(SIDE, -(-length // STRIDE) * STRIDE)


def spans(length: int) -> list[Span]:
    """Windows over an axis, the first and the last at its ends, each its own as far as the middle of what it shares."""
    side = side_of(length)
    if length <= side:
        return [Span(0, -np.inf, np.inf)]
    count = -(-(length - 2 * MARGIN) // (side - 2 * MARGIN))
    starts = [int(start) for start in np.rint(np.linspace(0, length - side, count))]
    cuts = [(start + before + side) / 2 for before, start in pairwise(starts)]
    return [Span(*each) for each in zip(starts, [-np.inf, *cuts], [*cuts, np.inf], strict=True)]


def own_cells(cells: Cells, across: Span, down: Span) -> Cells:
    """The cells of a window that are its own, in the frame of the whole picture."""
    moved = Cells.of_points(
        cells.xy + np.array([across.start, down.start], np.float32), cells.label, cells.frame, cells.confidence
    )
    x, y = moved.xy.T
    return moved.where((across.low <= x) & (x < across.high) & (down.low <= y) & (y < down.high))


def without_twins(cells: Cells, window: NDArray[np.int64]) -> Cells:
    """A cell on the seam may be found by both windows, a little apart: the more confident one stays."""
    pairs = cKDTree(cells.xy).query_pairs(TWINS, output_type="ndarray") if len(cells) else np.empty((0, 2), np.intp)
    alike = (window[pairs[:, 0]] != window[pairs[:, 1]]) & (cells.label[pairs[:, 0]] == cells.label[pairs[:, 1]])
    stays = np.ones(len(cells), bool)
    order = np.lexsort((-cells.confidence[pairs].max(1), ~alike)) if len(pairs) else np.empty(0, np.intp)
    for first, second in pairs[order][: int(alike.sum())].tolist():
        if stays[first] and stays[second]:
            stays[second if cells.confidence[first] >= cells.confidence[second] else first] = False
    return cells.where(stays)
