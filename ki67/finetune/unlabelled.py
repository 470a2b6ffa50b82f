"""A laboratory's own pictures without labels: what a network is surest of teaches it, seen in strong tints.

Where it doubts, nothing is decided: there its own maps are what it is to say again, under whatever tint.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import LABELS, Cells
from ki67.cells.density import Stamp, density_maps
from ki67.cells.detect import Detector
from ki67.cells.geometry import Image
from ki67.data.frames import FRAME
from ki67.finetune.learner import Learner
from ki67.models.batches import Feed

SURE = 0.5  # of the cells of a class that it finds, so many are labels, the highest first
DOUBTED = 0.5  # of a class's threshold: what rises so high and is no sure cell may be one
TINT = 0.3  # three times what our scorer's training draws


@dataclass(frozen=True)
class Lesson:
    """Pictures, the cells in them of which the network is sure, and what it said of all places."""

    images: NDArray[np.uint8]
    cells: tuple[Cells, ...]
    said: NDArray[np.float32]
    detector: Detector

    @classmethod
    def of(cls, images: NDArray[np.uint8], said: NDArray[np.float32], detector: Detector) -> "Lesson":
        """The surest cells of each class, over all pictures together: a picture without any may teach none."""
        found = [detector(maps) for maps in said]
        least = least_confidences(found)
        return cls(images, tuple(cells.where(cells.confidence >= least[cells.label - 1]) for cells in found), said, detector)

    def maps(self, stamp: Stamp) -> NDArray[np.uint16]:
        """Sure cells as labels are drawn, doubtful places as they were said, and nothing elsewhere."""
        pairs = zip(self.cells, self.said, strict=True)
        return np.stack([taught(density_maps(cells, FRAME, stamp), said, self.detector) for cells, said in pairs])


def least_confidences(found: Sequence[Cells]) -> NDArray[np.float32]:
    """By class, that of the last cell that still is a label."""
    together = Cells.concatenate(found)
    by_class = [together.of(label).confidence for label in LABELS]
    return np.array([np.quantile(confidence, 1 - SURE) if len(confidence) else 1 for confidence in by_class], np.float32)


def taught(drawn: Image, said: Image, detector: Detector) -> NDArray[np.uint16]:
    """One picture's maps to learn from."""
    doubtful = (drawn == 0) & (said >= DOUBTED * np.asarray(detector.thresholds, np.float32)) & (said > 0)
    return np.rint(np.where(doubtful, said, drawn)).astype(np.uint16)


def self_trained(learner: Learner, lesson: Lesson) -> Iterator[int]:
    """The network learns from its lesson beside simulated fields, epoch by epoch, all of them: no label says when to stop."""
    settings, recipe = learner.settings, learner.recipe
    maps, crops = lesson.maps(recipe.stamp), settings.crops_per_frame
    own = Feed(lesson.images, maps, recipe.crop, settings.batch, crops, recipe.unit, settings.seed, TINT)
    return learner.follow(learner.beside(own), settings.epochs)
