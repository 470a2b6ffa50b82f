"""What the package ships with, made from a study that has run: its smallest network, and a few fields to check it on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from ki67.container.container import read, write
from ki67.data.frames import Frames, load_frames, save_frames
from ki67.engine.graphs import Network, folded
from ki67.engine.grids import Reach
from ki67.engine.model import FAMILIAR, REACH, load_model
from ki67.engine.precision import reach_of
from ki67.pictures.domain import familiar_ranges
from ki67.score.appearance import FieldAppearance, measure_field
from ki67.score.sliding import Finder
from ki67.study.calibrating import KEPT, calibrate

CALIBRATING, SHOWN = 64, 12  # training fields to measure, validation fields to ship


def ship(container: Path, frames: Path, out: Path) -> None:
    """Put a network into a folder with what pictures tell of it: how far values reach, what is familiar, how far it is off."""
    train, validation = load_frames(frames / "train.npz"), load_frames(frames / "validation.npz")
    model, stored = load_model(container), read(container)
    some = train.evenly(CALIBRATING)
    reach = reach_of(model.graph(), model.architecture.whole, some.images)
    appearances = appearances_of(Finder(Network(folded(model.graph())), model.detector), train)
    measured: dict[str, JsonValue] = {REACH: _plain(reach), FAMILIAR: _plain(familiar_ranges(appearances))}
    out.mkdir(parents=True, exist_ok=True)
    write(replace(stored, description=stored.description | measured), out / "pathonet.ki67")
    calibrate(out / "pathonet.ki67", KEPT)
    save_frames(validation.evenly(SHOWN), out / "fields.npz")


def appearances_of(finder: Finder, frames: Frames) -> Sequence[FieldAppearance]:
    """Every training picture in numbers, with the cells that the network finds in it."""
    return [measure_field(image, finder.cells(image)) for image in frames.images]


def _plain(ranges: Reach) -> JsonValue:
    return {name: [float(f"{low:.6g}"), float(f"{high:.6g}")] for name, (low, high) in ranges.items()}
