"""Thresholds for trained networks: chosen on validation, and stored with the weights they belong to."""

import os
from dataclasses import dataclass
from pathlib import Path

import keras
import pandas as pd

from ki67.cells.cells import CLASS_NAMES, LABELS
from ki67.cells.detect import Detector, Tuning, tune
from ki67.cells.metrics import MATCHES
from ki67.data.frames import Frames
from ki67.engine.networks import networks_in, write_order
from ki67.models.store import load_keras, predict_maps, save_model
from ki67.settings.detection import Tune


@dataclass(frozen=True)
class Tuned:
    """One network's thresholds and the F1 curve that they were read from."""

    seed: str
    tuning: Tuning

    def table(self) -> pd.DataFrame:
        """F1 by threshold and class."""
        rows = [
            {"seed": self.seed, "class": CLASS_NAMES[label], "threshold": threshold, "f1": self.tuning.f1[row, label - 1]}
            for row, threshold in enumerate(self.tuning.grid)
            for label in LABELS
        ]
        return pd.DataFrame(rows)


def tuned(model: keras.Model, validation: Frames, settings: Tune) -> Tuning:
    """A threshold for each class, on validation."""
    return tune(
        list(predict_maps(model, validation.images)),
        validation.cells,
        settings.radius,
        MATCHES[settings.matching],
        Detector((0.0, 0.0, 0.0), settings.min_distance, settings.marker),
        processes=os.cpu_count() or 1,
        patients=validation.patients,
    )


def tune_models(trained: Path, out: Path, validation: Frames, settings: Tune) -> list[Tuned]:
    """Tune every network under `trained` and keep it under `out` with its thresholds."""
    results = []
    for folder in networks_in(trained):
        model, description = load_keras(folder)
        found = tuned(model, validation, settings)
        save_model(model, description.tuned(found.thresholds, settings.marker, settings.min_distance), out / folder.name)
        results.append(Tuned(folder.name, found))
    write_order(out, [network.seed for network in results])
    return results
