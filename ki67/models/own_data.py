"""Training or fine-tuning on anyone's labelled folder, outside the study."""

import shutil
from pathlib import Path

from ki67.base.errors import InputError, nearest
from ki67.base.state import hash_of
from ki67.base.tables import write_csv
from ki67.cells.detect import UNTUNED, tune
from ki67.cells.metrics import match_one_to_one
from ki67.data.framing import build_frames
from ki67.data.shidc import read_part
from ki67.data.split import by_patient, published
from ki67.models.experiment import Data, Parts, describe, going_on_from, train_network
from ki67.models.store import BACKENDS, load_keras, predict_maps, save_model
from ki67.settings import params
from ki67.settings.params import Train


def train_on_folder(
    folder: Path, out: Path, start: Path | None, um_per_px: float, changes: dict[str, object], backend: str | None = None
) -> list[str]:
    """Train on four fifths of the patients, tune thresholds on the rest, write a model folder; lines to print."""
    if (out / "model.json").is_file():
        raise InputError(f"{out}: holds a finished model already; name another folder or remove it")
    settings = settings_with(changes)
    first = load_keras(start) if start else None
    name = backend_of(backend, first[1].architecture if first else None)
    samples = read_part(folder)
    split = by_patient(samples) if len({s.patient for s in samples}) > 1 else published(samples)
    if not split.validation:
        raise InputError(f"{folder}: {len(samples)} pictures; five at least are needed to train and to validate")
    parts = Parts(build_frames(split.train), build_frames(split.validation))
    seed = settings.seeds[0]
    begin = going_on_from(first[0], settings.unit) if first else None
    model, curve = train_network(settings, name, seed, parts, out / "unfinished", begin)
    tuning = tune(list(predict_maps(model, parts.validation.images)), parts.validation.cells, 6.0, match_one_to_one)
    described = describe(settings, name, seed, Data(um_per_px, str(folder), hash_of([folder])))
    write_csv(curve, out / "curve.csv")
    save_model(model, described.tuned(tuning.thresholds, UNTUNED.marker, UNTUNED.min_distance), out)
    shutil.rmtree(out / "unfinished", ignore_errors=True)
    best = ", ".join(f"{name} {f1:.3f}" for name, f1 in zip(("positive", "negative", "TIL"), tuning.f1.max(0), strict=True))
    return [f"{out}: {name} trained on {len(parts.train)} pictures; F1 on the other {len(parts.validation)} (R = 6): {best}"]


def backend_of(asked: str | None, started: str | None) -> str:
    """Which network is trained: the one that is asked for, else that of the model to start from, else PathoNet."""
    name = asked or started or "pathonet"
    if name not in BACKENDS and name != started:
        raise InputError(f"--backend {name}: unknown{nearest(name, BACKENDS)}")
    if started and name != started:
        raise InputError(f"--backend {name}: the model to start from is {started}; leave --backend out, or start anew")
    return name


def settings_with(changes: dict[str, object]) -> Train:
    """The study's training settings with what the user asked for instead."""
    shipped = params.shipped()
    values = params.read(shipped)["train"] | {name: value for name, value in changes.items() if value is not None}
    checked = params.check("train", values, "ki67 train")
    assert isinstance(checked, Train)
    return checked
