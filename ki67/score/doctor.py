"""`ki67 doctor`: is everything here, and in which numbers is the network fastest on this machine without losing cells."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

import numpy as np

from ki67.base.hardware import processor
from ki67.cells.cells import CLASS_NAMES
from ki67.cells.outcomes import f1_by_class
from ki67.data.frames import Frames
from ki67.engine.model import Model, load_model
from ki67.engine.names import PRECISIONS, Precision
from ki67.engine.remembered import EXACT, place, remember
from ki67.score.same_cells import AS_THEY_ARE, Found, Likeness, View, found_in, furthest, likenesses, views
from ki67.score.sliding import Finder
from ki67.weights import NETWORK, fields

NEEDED = ("openvino", "numpy", "scipy", "scikit-image", "pillow", "pyvips", "constriction")
STUDY = ("tensorflow-cpu", "keras", "dvc", "jupyter-book")
TURNS = 15


@dataclass(frozen=True)
class Measured:
    """How long a precision takes, how well it finds cells, and how far they are those of float32."""

    milliseconds: float
    f1: tuple[float, ...]
    like: Likeness  # where the fewest cells are the same


def doctor(path: Path | None, say: Callable[[str], None]) -> int:
    """Say what is installed and which precision is best here, and remember that; what comes back is the exit code."""
    for name in (*NEEDED, *STUDY):
        say(f"{name} {installed(name)}")
    model = load_model(path or NETWORK)
    say(f"{model.path}: {model.description.architecture}, trained on {model.description.trained_on} data, {model.digest[:12]}")
    found = measured(model, fields())
    names = list(CLASS_NAMES.values())
    say(f"{processor()}; one 256×256 picture, median of {TURNS} turns; F1 at R = 6 on {len(fields())} simulated fields")
    for precision, figures in found.items():
        f1 = ", ".join(f"{name} {value:.3f}" for name, value in zip(names, figures.f1, strict=True))
        say(f"  {precision:9} {figures.milliseconds:6.1f} ms   {f1}   {same(figures.like)}")
    best = fastest(found)
    remember(model.digest, processor(), best)
    say(f"ki67 score will use {best} for this model; remembered in {place()}")
    return 0


def installed(name: str) -> str:
    """A package's version, or what its absence means."""
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
    runs = {name: model.network(name, lambda: frames.images).running(1, *frames.images.shape[1:]) for name in PRECISIONS}
    pixels = np.divide(frames.images[:1], np.float32(255), dtype=np.float32)
    times: dict[Precision, list[float]] = {name: [] for name in PRECISIONS}
    for turn in range(TURNS + 2):
        for name, run in runs.items():
            start = time.perf_counter()
            run(pixels)
            if turn >= 2:
                times[name].append(1000 * (time.perf_counter() - start))
    seen = list(views(frames.images))
    found = {name: found_by(model, name, frames, seen) for name in PRECISIONS}
    f1 = {name: tuple(f1_by_class(frames.cells, cells[AS_THEY_ARE]).values()) for name, cells in found.items()}
    like = {name: furthest(likenesses(found[EXACT], cells)) for name, cells in found.items()}
    return {name: Measured(median(times[name]), f1[name], like[name]) for name in PRECISIONS}


def found_by(model: Model, precision: Precision, frames: Frames, seen: Sequence[View]) -> Found:
    """What the network finds in some precision."""
    with closing(Finder(model.network(precision, lambda: frames.images), model.detector)) as finder:
        return found_in(finder, seen)


def same(like: Likeness) -> str:
    """Whether a precision finds the cells of float32, and where it does so least."""
    return f"{'same cells' if like.kept else 'other cells'} ({like})"


def fastest(found: Mapping[Precision, Measured]) -> Precision:
    """The quickest precision of those that find the cells of float32, on fields as they are and under every shift."""
    good = {name: figures for name, figures in found.items() if figures.like.kept}
    return min(good, key=lambda name: good[name].milliseconds)
