"""What the package ships with, made from a study that has run: its smallest network, and a few fields to check it on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from ki67.base.errors import InputError
from ki67.cells.cells import CLASS_NAMES
from ki67.container.container import read, write
from ki67.data.frames import Frames, load_frames, save_frames
from ki67.engine.graphs import Network, folded
from ki67.engine.grids import Reach
from ki67.engine.model import FAMILIAR, REACH, load_model
from ki67.engine.precision import reach_of
from ki67.pictures.domain import familiar_ranges
from ki67.score.appearance import FieldAppearance, measure_field
from ki67.score.same_cells import Likeness, compared, furthest, views
from ki67.score.sliding import Finder
from ki67.study.calibrating import KEPT, calibrate
from ki67.study.real_views import real_views

CALIBRATING, SHOWN = 64, 12  # training fields to measure, validation fields to ship
JUDGED = 96  # validation fields on which a file must find the cells of its network
SAME = "same_cells"  # in the container's description: F1 between both, by what was done to the pictures, then by class


def ship(container: Path, whole: Path, frames: Path, out: Path, real: Path | None = None) -> list[Likeness]:
    """Put a network into a folder with what pictures tell of it: how far values reach, what is familiar, how far it is off.

    A file that does not find the cells of the whole network is refused, on simulated fields or on real ones in a folder.
    """
    train, validation = load_frames(frames / "train.npz"), load_frames(frames / "validation.npz")
    model, stored = load_model(container), read(container)
    seen = [*views(validation.evenly(JUDGED).images), *(real_views(real, model.um_per_px) if real else ())]
    likenesses = compared(load_model(whole), model, seen)
    refuse_other_cells(likenesses, container, whole)
    some = train.evenly(CALIBRATING)
    reach = reach_of(model.graph(), model.architecture.whole, some.images)
    appearances = appearances_of(Finder(Network(folded(model.graph())), model.detector), train)
    measured: dict[str, JsonValue] = {
        REACH: _plain(reach),
        FAMILIAR: _plain(familiar_ranges(appearances)),
        SAME: told(likenesses),
    }
    out.mkdir(parents=True, exist_ok=True)
    write(replace(stored, description=stored.description | measured), out / "pathonet.ki67")
    calibrate(out / "pathonet.ki67", KEPT)
    save_frames(validation.evenly(SHOWN), out / "fields.npz")
    return likenesses


def refuse_other_cells(likenesses: Sequence[Likeness], container: Path, whole: Path) -> None:
    """One line that says where the fewest cells are the same, where that is too few."""
    if not (worst := furthest(likenesses)).kept:
        raise InputError(f"{container}: finds other cells than {whole} ({worst}); give its weights more bits: small.steps")


def told(likenesses: Sequence[Likeness]) -> JsonValue:
    """For whoever opens the file: F1 between it and its network."""
    seen = dict.fromkeys(like.view for like in likenesses)
    return {view: {CLASS_NAMES[like.label]: round(like.f1, 4) for like in likenesses if like.view == view} for view in seen}


def appearances_of(finder: Finder, frames: Frames) -> Sequence[FieldAppearance]:
    """Every training picture in numbers, with the cells that the network finds in it."""
    return [measure_field(image, finder.cells(image)) for image in frames.images]


def _plain(ranges: Reach) -> JsonValue:
    return {name: [float(f"{low:.6g}"), float(f"{high:.6g}")] for name, (low, high) in ranges.items()}
