"""`ki67 doctor`: is everything here, and in which numbers is the network fastest on this machine without losing cells."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import numpy as np

from ki67.base.hardware import processor
from ki67.cells.cells import CLASS_NAMES, LABELS
from ki67.cells.outcomes import f1_by_class
from ki67.data.frames import Frames
from ki67.engine.model import Model, load_model
from ki67.engine.names import PRECISIONS, Precision
from ki67.engine.remembered import EXACT, place, remember
from ki67.score.sliding import Finder
from ki67.weights import NETWORK, fields

NEEDED = ("openvino", "numpy", "scipy", "scikit-image", "pillow", "pyvips", "constriction")
STUDY = ("tensorflow-cpu", "keras", "dvc", "jupyter-book")
TURNS = 15
TOLERANCE = 0.005  # of F1; of a class with few cells, what one cell changes


@dataclass(frozen=True)
class Measured:
    """What a precision takes and finds."""

    milliseconds: float
    f1: tuple[float, ...]
    changed: tuple[float, ...]  # of each class, against float32
    kept: bool  # whether no class changed by more than is tolerated


def doctor(path: Path | None, say: Callable[[str], None]) -> int:
    """Say what is found; the exit code."""
    for name in (*NEEDED, *STUDY):
        say(f"{name} {installed(name)}")
    model = load_model(path or NETWORK)
    say(f"{model.path}: {model.description.architecture}, trained on {model.description.trained_on} data, {model.digest[:12]}")
    found = measured(model, fields())
    names = list(CLASS_NAMES.values())
    say(f"{processor()}; one 256×256 picture, median of {TURNS} turns; F1 at R = 6 on {len(fields())} simulated fields")
    for precision, figures in found.items():
        f1 = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, figures.f1, strict=True))
        say(f"  {precision:9} {figures.milliseconds:6.1f} ms   {f1}   (changed by at most {max(figures.changed):.4f})")
    best = fastest(found)
    remember(model.digest, processor(), best)
    say(f"ki67 score will use {best} for this model; remembered in {place()}")
    return 0


def installed(name: str) -> str:
    """Its version, or what its absence means."""
    try:
        return version(name)
    except PackageNotFoundError:
        return (
            "not installed: needed only for the study (pip install 'ki67[study]')"
            if name in STUDY
            else "MISSING: install ki67 again"
        )


def measured(model: Model, frames: Frames) -> dict[Precision, Measured]:
    """Each precision's time, in turns, and its cells on fields with known cells."""
    finders = {name: Finder(model.network(name, lambda: frames.images), model.detector) for name in PRECISIONS}
    runs = {name: model.network(name, lambda: frames.images).running(1, *frames.images.shape[1:]) for name in PRECISIONS}
    pixels = np.divide(frames.images[:1], np.float32(255), dtype=np.float32)
    times: dict[Precision, list[float]] = {name: [] for name in PRECISIONS}
    for turn in range(TURNS + 2):
        for name, run in runs.items():
            start = time.perf_counter()
            run(pixels)
            if turn >= 2:
                times[name].append(1000 * (time.perf_counter() - start))
    f1 = {name: f1_of(finder, frames) for name, finder in finders.items()}
    changed = {name: tuple(abs(a - b) for a, b in zip(classes, f1[EXACT], strict=True)) for name, classes in f1.items()}
    limits = tolerated(frames)
    kept = {name: all(a <= b for a, b in zip(by, limits, strict=True)) for name, by in changed.items()}
    return {name: Measured(median(times[name]), f1[name], changed[name], kept[name]) for name in PRECISIONS}


def tolerated(frames: Frames) -> list[float]:
    """How much each class's F1 may change: for a handful of cells a single one is more than the usual bound."""
    labelled = np.concatenate([cells.label for cells in frames.cells])
    return [max(TOLERANCE, 1 / max(int((labelled == label).sum()), 1)) for label in LABELS]


def f1_of(finder: Finder, frames: Frames) -> tuple[float, ...]:
    """F1 of each class at R = 6."""
    found = [finder.cells(image) for image in frames.images]
    return tuple(f1_by_class(frames.cells, found).values())


def fastest(found: Mapping[Precision, Measured]) -> Precision:
    """Of those that find the same cells."""
    good = {name: figures for name, figures in found.items() if figures.kept}
    return min(good, key=lambda name: good[name].milliseconds)
