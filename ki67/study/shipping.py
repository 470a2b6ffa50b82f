"""What the package ships with, made from a study that has run: a network in the fewest bits, and a few fields to check it on."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import JsonValue

from ki67.base.errors import InputError
from ki67.cells.cells import CLASS_NAMES
from ki67.compression.faithful import ever_finer
from ki67.container.container import Compressed, write
from ki67.data.frames import Frames, load_frames, save_frames
from ki67.engine.graphs import Network, folded
from ki67.engine.grids import Reach
from ki67.engine.model import FAMILIAR, REACH, Model, load_model
from ki67.engine.precision import reach_of
from ki67.pictures.domain import familiar_ranges
from ki67.score.appearance import FieldAppearance, measure_field
from ki67.score.same_cells import Likeness, View, finder_of, found_in, furthest, likenesses, views
from ki67.score.sliding import Finder
from ki67.study.calibrating import KEPT, calibrate
from ki67.study.real_views import real_views
from ki67.weights import NETWORK

FILE = NETWORK.name
CALIBRATING, SHOWN = 64, 12  # training fields to measure, validation fields to ship
JUDGED = 96  # validation fields on which a file must find the cells of its network
SAME = "same_cells"  # in the container's description: F1 between both, by what was done to the pictures, then by class


def ship(whole: Path, frames: Path, out: Path, real: Path | None = None) -> list[Likeness]:
    """Put a network into a file with what pictures tell of it: how far values reach, what is familiar, how far it is off.

    The file is the smallest that finds the cells of the whole network, on simulated fields and on real ones in a folder.
    """
    train, validation = load_frames(frames / "train.npz"), load_frames(frames / "validation.npz")
    original = load_model(whole)
    seen = [*views(validation.evenly(JUDGED).images), *(real_views(real, original.um_per_px) if real else ())]
    stored, model, likenesses = smallest_with_its_cells(original, seen)
    some = train.evenly(CALIBRATING)
    reach = reach_of(model.graph(), model.architecture.whole, some.images)
    appearances = appearances_of(Finder(Network(folded(model.graph())), model.detector), train)
    measured: dict[str, JsonValue] = {
        REACH: _plain(reach),
        FAMILIAR: _plain(familiar_ranges(appearances)),
        SAME: told(likenesses),
    }
    out.mkdir(parents=True, exist_ok=True)
    write(replace(stored, description=stored.description | measured), out / FILE)
    calibrate(out / FILE, KEPT)
    save_frames(validation.evenly(SHOWN), out / "fields.npz")
    return likenesses


def smallest_with_its_cells(whole: Model, seen: Sequence[View]) -> tuple[Compressed, Model, list[Likeness]]:
    """The first of ever finer files that the rule lets pass; a line that says where the fewest cells are the same if none is."""
    with closing(finder_of(whole)) as finder:
        own = found_in(finder, seen)
    found = list[Likeness]()
    for stored in ever_finer(whole.path):
        model = in_a_file(stored)
        with closing(finder_of(model)) as finder:
            found = likenesses(own, found_in(finder, seen))
        if furthest(found).kept:
            return stored, model, found
    raise InputError(f"{whole.path}: no file of it finds its cells ({furthest(found)}); train it again, for longer")


def in_a_file(stored: Compressed) -> Model:
    """The network as whoever opens its file will have it."""
    with TemporaryDirectory() as folder:
        write(stored, Path(folder, FILE))
        return load_model(Path(folder, FILE))


def told(likenesses: Sequence[Likeness]) -> JsonValue:
    """For whoever opens the file: F1 between it and its network."""
    seen = dict.fromkeys(like.view for like in likenesses)
    return {view: {CLASS_NAMES[like.label]: round(like.f1, 4) for like in likenesses if like.view == view} for view in seen}


def appearances_of(finder: Finder, frames: Frames) -> Sequence[FieldAppearance]:
    """Every training picture in numbers, with the cells that the network finds in it."""
    return [measure_field(image, finder.cells(image)) for image in frames.images]


def _plain(ranges: Reach) -> JsonValue:
    return {name: [float(f"{low:.6g}"), float(f"{high:.6g}")] for name, (low, high) in ranges.items()}
