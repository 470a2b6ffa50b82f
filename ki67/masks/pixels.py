"""Table 1: the pixels that get their class, counted as published and without the background, which is most of a field.

As published, each pixel stands three times, once in the map of each class; hits, false alarms and misses of eight fields are put
together, and the figures of such batches are averaged.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ki67.cells.agreement import Floats
from ki67.cells.metrics import Counts, Statistic, mean_statistic
from ki67.masks.names import GREYS

CLASSES = ("background", "negative", "positive")  # in the order of the network's maps
FOREGROUND = CLASSES[1:]
BATCH = 8  # fields whose pixels are counted together, as published

Maps = NDArray[np.uint8]  # the class of every pixel (fields, rows, columns)


@dataclass(frozen=True)
class PixelScores:
    """A row of Table 1; nan where there is nothing to find."""

    accuracy: float
    precision: float
    recall: float
    f1: float
    iou: float

    @classmethod
    def of(cls, counts: Counts, pixels: int) -> "PixelScores":
        """From counts among so many pixels."""
        wrong = counts.fp + counts.fn
        iou = counts.tp / (counts.tp + wrong) if counts.tp + wrong else float("nan")
        return cls(1 - wrong / pixels, counts.precision, counts.recall, counts.f1, iou)


def class_maps(masks: NDArray[np.uint8]) -> Maps:
    """A mask's greys as classes, in the order of `CLASSES`."""
    return np.searchsorted(GREYS, masks).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class PixelCounts:
    """Hits, false alarms and misses of each class in each field: (fields, classes, 3)."""

    counts: NDArray[np.int64]
    pixels: int  # of a field

    @classmethod
    def of(cls, truth: Maps, found: Maps) -> "PixelCounts":
        """Field by field; a pixel of no class at all in what was found is a miss and no false alarm."""
        return cls(np.array([_counted(*pair) for pair in zip(truth, found, strict=True)]), truth[0].size)

    def as_published(self) -> PixelScores:
        """All classes together, background among them, batch by batch, and the batches' mean."""
        batches = list(self._batches())
        return PixelScores(*(float(np.mean([getattr(row, field.name) for row in batches])) for field in fields(PixelScores)))

    def _batches(self) -> Iterator[PixelScores]:
        for start in range(0, len(self.counts), BATCH):
            part = self.counts[start : start + BATCH]
            yield PixelScores.of(Counts(*map(int, part.sum((0, 1)))), part.shape[0] * part.shape[1] * self.pixels)

    def of_class(self, name: str) -> PixelScores:
        """One class against all else, the pixels of all fields together."""
        counts = Counts(*map(int, self.counts[:, CLASSES.index(name)].sum(0)))
        return PixelScores.of(counts, len(self.counts) * self.pixels)


def iou_statistic(counts: NDArray[np.int64] | Floats) -> Statistic:
    """Intersection over union of pooled pixels, given each patient's counts (patients, 3)."""
    return mean_statistic(counts[:, 0], counts.sum(1))


def _counted(truth: NDArray[np.uint8], found: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Of one field, (classes, 3)."""
    kinds = len(CLASSES)
    met = np.bincount(truth.ravel().astype(np.intp) * (kinds + 1) + found.ravel(), minlength=kinds * (kinds + 1))
    table = met.reshape(kinds, kinds + 1)
    hits = np.diag(table)
    return np.stack([hits, table[:, :kinds].sum(0) - hits, table.sum(1) - hits], 1)
