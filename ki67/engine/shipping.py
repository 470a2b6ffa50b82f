"""What the package ships with, made from a study that has run: its smallest network, and a few fields to check it on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from ki67.compression.container import read, write
from ki67.data.frames import Frames, load_frames, save_frames
from ki67.engine.model import FAMILIAR, REACH, load_model
from ki67.engine.precision import reach_of
from ki67.graphs import Network, folded
from ki67.grids import Reach
from ki67.scoring.familiarity import Look, familiar, look
from ki67.scoring.finding import Finder

CALIBRATING, SHOWN = 64, 12  # training fields to measure, validation fields to ship


def ship(container: Path, frames: Path, out: Path) -> None:
    """Put a network into a folder with what training pictures tell of it: how far values reach, and what is familiar."""
    train, validation = load_frames(frames / "train.npz"), load_frames(frames / "validation.npz")
    model, stored = load_model(container), read(container)
    some = spread(train, CALIBRATING)
    reach = reach_of(model.graph(), model.architecture.whole, some.images)
    looks = looks_of(Finder(Network(folded(model.graph())), model.detector), train)
    own: dict[str, JsonValue] = {REACH: _plain(reach), FAMILIAR: _plain(familiar(looks))}
    out.mkdir(parents=True, exist_ok=True)
    write(replace(stored, description=stored.description | own), out / "pathonet.ki67")
    save_frames(spread(validation, SHOWN), out / "fields.npz")


def looks_of(finder: Finder, frames: Frames) -> Sequence[Look]:
    """Every training picture in numbers, with the cells that the network finds in it."""
    return [look(image, finder.cells(image)) for image in frames.images]


def spread(frames: Frames, count: int) -> Frames:
    """So many of them, evenly over all."""
    step = max(len(frames) // count, 1)
    return frames.take(range(0, step * min(count, len(frames)), step))


def _plain(ranges: Reach) -> JsonValue:
    return {name: [float(f"{low:.6g}"), float(f"{high:.6g}")] for name, (low, high) in ranges.items()}
