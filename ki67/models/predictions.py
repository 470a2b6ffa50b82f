"""What tuned networks predict on a part of the data, ready to be judged."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.cells import CLASS_NAMES, Cells
from ki67.data.frames import Frames
from ki67.geometry import distance_inside
from ki67.metrics import Counts
from ki67.models.store import load_model, predict_maps
from ki67.models.tuning import detector_of
from ki67.outcomes import STRICT, Outcome, patient_counts
from ki67.pictures import Steps


def found_by(method: str, find: Callable[[NDArray[np.uint8]], Cells], frames: Frames) -> Outcome:
    """The cells that a method finds in every frame, picture by picture."""
    return Outcome(method, frames.names, frames.patients, frames.cells, [find(image) for image in frames.images])


def network_outcome(folder: Path, frames: Frames) -> Outcome:
    """The cells that the tuned network in a folder finds in every frame."""
    model, description = load_model(folder)
    detector = detector_of(description)
    found = [detector(maps) for maps in predict_maps(model, frames.images)]
    return Outcome("pathonet", frames.names, frames.patients, frames.cells, found)


def seed_table(outcomes: dict[str, Outcome]) -> pd.DataFrame:
    """F1 at R = 6 of every network: how much of a difference is only the seed."""
    rows = []
    for name, outcome in outcomes.items():
        pooled = patient_counts(outcome, STRICT).sum(axis=0)
        f1 = {f"f1_{label}": Counts(*map(int, pooled[i])).f1 for i, label in enumerate(CLASS_NAMES.values())}
        rows.append({"network": name, **f1})
    return pd.DataFrame(rows)


def pipeline_steps(folder: Path, image: NDArray[np.uint8], label: int) -> Steps:
    """One class's way from a frame to cells, with everything in between."""
    model, description = load_model(folder)
    detector = detector_of(description)
    maps = predict_maps(model, image[None])[0]
    density, threshold = maps[..., label - 1], detector.thresholds[label - 1]
    mask = density >= threshold
    return Steps(
        image, density, mask, distance_inside(mask), detector.regions(density, threshold), detector.classes(maps, [label])
    )
