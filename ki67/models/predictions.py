"""What tuned networks predict on a part of the data, ready to be judged."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.cells.cells import Cells
from ki67.cells.detect import Detector
from ki67.cells.geometry import distance_inside
from ki67.cells.outcomes import Outcome, f1_by_class
from ki67.data.frames import Frames
from ki67.engine.detector import detector_of
from ki67.figures.fields import Steps
from ki67.models.store import load_keras, predict_maps


def found_by(method: str, find: Callable[[NDArray[np.uint8]], Cells], frames: Frames) -> Outcome:
    """The cells that a method finds in every frame, picture by picture."""
    return Outcome(method, frames.names, frames.patients, frames.cells, [find(image) for image in frames.images])


@dataclass(frozen=True)
class Network:
    """A tuned network: maps of a frame, and cells of maps."""

    name: str  # of its architecture
    model: keras.Model
    detector: Detector

    @classmethod
    def load(cls, folder: Path) -> "Network":
        """The tuned network in a folder."""
        model, description = load_keras(folder)
        return cls(description.architecture, model, detector_of(description))

    def outcome(self, frames: Frames) -> Outcome:
        """The cells that it finds in every frame."""
        found = [self.detector(maps) for maps in predict_maps(self.model, frames.images)]
        return Outcome(self.name, frames.names, frames.patients, frames.cells, found)

    def steps(self, image: NDArray[np.uint8], label: int) -> Steps:
        """One class's way from a frame to cells, with everything in between."""
        maps = predict_maps(self.model, image[None])[0]
        density, threshold = maps[..., label - 1], self.detector.thresholds[label - 1]
        mask = density >= threshold
        regions = self.detector.regions(density, threshold)
        return Steps(image, density, mask, distance_inside(mask), regions, self.detector.classes(maps, [label]))


def seed_table(outcomes: dict[str, Outcome]) -> pd.DataFrame:
    """F1 at R = 6 of every network: how much of a difference is only the seed."""
    rows = []
    for name, outcome in outcomes.items():
        f1 = f1_by_class(outcome.truths, outcome.predictions)
        rows.append({"network": name} | {f"f1_{label}": value for label, value in f1.items()})
    return pd.DataFrame(rows)
