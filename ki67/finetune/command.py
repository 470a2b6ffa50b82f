"""`ki67 train --start`: cross-validate over all labelled pictures, then write the better of the start and what learnt on."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from ki67.base.errors import InputError
from ki67.base.state import hash_of, name_of
from ki67.base.tables import write_csv
from ki67.data.frames import Frames, load_frames, save_frames
from ki67.data.shidc import read_part
from ki67.engine.description import Description
from ki67.finetune.cross_validation import Judge
from ki67.finetune.learner import Learner
from ki67.finetune.pieces import labelled_frames
from ki67.finetune.start import Start, load_start, named
from ki67.finetune.verdict import Verdict, carry_out, verdict
from ki67.models.own_data import UNFINISHED, check_place, check_scale, make_folder
from ki67.models.store import save_model
from ki67.models.training import scale_output
from ki67.settings.detection import FineTune
from ki67.settings.networks import BackendName
from ki67.settings.params import check, shipped, values_of
from ki67.simulate import Scene
from ki67.simulate.frames import simulated_frames

TABLE = "cross_validation.csv"


def fine_tune_on_folder(
    folder: Path, out: Path, start: Path, asked: float | None, changes: Mapping[str, object], backend: BackendName | None
) -> list[str]:
    """A model folder with the table of cross-validation beside it; lines to print, the last of what labelling bought."""
    check_place(out)
    check_scale(asked)
    settings = settings_with(changes)
    begin = load_start(named(start))
    check_backend(backend, begin.description.architecture)
    frames = frames_in(folder, asked, begin)
    make_folder(out)
    data = hash_of([folder])
    state = out / UNFINISHED / name_of(settings.model_dump(), begin.digest, data, asked)
    learner = Learner(begin, settings, replayed(begin, settings, state / "simulated.npz"))
    judge = Judge.of(begin)
    found = verdict(learner, judge, frames, state)
    described = carry_out(found, learner, judge, begin.description)
    scale_output(learner.network, described.recipe.unit)
    write_csv(found.table(), out / TABLE)
    save_model(learner.network, described if found.kept else gone_on(described, folder, data, settings, found), out)
    shutil.rmtree(out / UNFINISHED, ignore_errors=True)
    return [f"{out}: {begin.description.architecture}, {in_words(found, settings)}", *found.lines()]


def check_backend(asked: BackendName | None, started: str) -> None:
    """A network that is gone on with stays what it is."""
    if asked and asked != started:
        raise InputError(f"--backend {asked}: the model to start from is {started}; leave --backend out, or start anew")


def settings_with(changes: Mapping[str, object]) -> FineTune:
    """The package's settings with what the user asked for instead."""
    asked = {name: value for name, value in changes.items() if value is not None}
    return check(FineTune, values_of(FineTune, shipped()) | asked, "ki67 train")


def frames_in(folder: Path, asked: float | None, start: Start) -> Frames:
    """The labelled pictures of a folder, two at least: one is held out while the other is learnt from."""
    samples = read_part(folder)
    if len(samples) < 2:
        raise InputError(f"{folder}: a single picture; two at least are needed, to learn from one and to judge on the other")
    return labelled_frames(samples, asked, start)


def replayed(start: Start, settings: FineTune, kept: Path) -> Frames:
    """Simulated fields at the network's scale, drawn once and kept for a run that goes on."""
    if not kept.is_file():
        patients, scene = range(1, settings.simulated + 1), Scene(um_per_px=start.description.um_per_px)
        save_frames(simulated_frames(patients, scene, settings.seed), kept)
    return load_frames(kept)


def gone_on(described: Description, folder: Path, data: str, settings: FineTune, found: Verdict) -> Description:
    """What the network says of itself once it has learnt from a laboratory's own pictures."""
    last = {"epochs": found.way.epochs, "precision": "float32", "schedule": "constant"}
    same = settings.model_dump(include={"crops_per_frame", "batch", "learning_rate", "seed"})
    recipe = described.recipe.model_copy(update=same | last)
    source = f"{described.trained_on}, then {folder}"
    return described.model_copy(update={"trained_on": source, "data_hash": data, "recipe": recipe})


def in_words(found: Verdict, settings: FineTune) -> str:
    """What is written."""
    if found.kept:
        return "the start as it was"
    if found.way.epochs == 0:
        return "the start with other thresholds"
    return f"gone on for {found.way.epochs} epochs of {len(found.frames)} frames, {settings.simulated} simulated ones beside them"
