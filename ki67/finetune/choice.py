"""How many epochs and which thresholds: what held-out pictures say of every way there is, the start itself among them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.cells.metrics import average_f1_statistic
from ki67.cells.thresholds import balanced

LEAST = 50  # labelled cells of a class, below which its threshold stays the start's
Table = NDArray[np.int64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Way:
    """So many epochs, and a place in the grid of thresholds for each class."""

    epochs: int
    thresholds: tuple[int, ...]


@dataclass(frozen=True)
class Tried:
    """Hits, false alarms and misses (frames, epochs from 0 on, thresholds, classes, 3) of frames that were held out."""

    counts: Table
    start: Way

    def at(self, way: Way) -> Table:
        """Counts of each frame (frames, classes, 3) on one way."""
        classes = np.arange(self.counts.shape[3])
        return self.counts[:, way.epochs, list(way.thresholds), classes]

    def best(self, chosen: Places) -> Way:
        """The way of the highest F1 on some of the frames; of equal ones the start, then that of fewest epochs."""
        table = self.counts[chosen]
        ways = [Way(epochs, places) for epochs in range(table.shape[1]) for places in self.thresholds(table[:, epochs])]
        return max([self.start, *ways], key=lambda way: average_f1(self.at(way)[chosen]))

    def thresholds(self, counts: Table) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The start's; and those by which F1 is good and counts are right, of the classes of which enough cells are labelled."""
        kept, labelled = self.start.thresholds, counts[:, 0].sum(axis=0)[:, [0, 2]].sum(axis=1)
        chosen = zip(kept, balanced(counts), labelled, strict=True)
        return kept, tuple(new if cells >= LEAST else old for old, new, cells in chosen)

    def crossed(self, folds: Sequence[Places]) -> Table:
        """Counts of each frame on the way that the other folds chose: no frame has a say in how it is judged."""
        found, everyone = np.empty_like(self.at(self.start)), np.arange(len(self.counts))
        for fold in folds:
            found[fold] = self.at(self.best(np.setdiff1d(everyone, fold)))[fold]
        return found


def average_f1(counts: Table) -> float:
    """F1 at R = 6, pooled over frames, the mean over classes weighed by their labelled cells."""
    summed = counts.sum(axis=0)[None]
    return float(average_f1_statistic(*np.moveaxis(summed, -1, 0))(np.ones((1, 1)))[0])
