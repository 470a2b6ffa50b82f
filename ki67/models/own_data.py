"""Training anew on anyone's labelled folder, outside the study; `ki67/finetune` goes on with a finished network."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from ki67.base.errors import InputError
from ki67.base.state import hash_of
from ki67.base.tables import write_csv
from ki67.cells.detect import UNTUNED, tune
from ki67.cells.metrics import match_one_to_one
from ki67.data.framing import build_frames
from ki67.data.samples import Sample
from ki67.data.shidc import SHIDC, read_part
from ki67.data.split import by_patient, published
from ki67.engine.model import FIELD
from ki67.models.experiment import Data, Parts, describe, train_network
from ki67.models.store import predict_maps, save_model
from ki67.pictures.header import Header, header
from ki67.pictures.scale import ask_for_scale
from ki67.settings.detection import Train
from ki67.settings.networks import BackendName
from ki67.settings.params import check, shipped, values_of

ALIKE = 1.01  # times the tissue of one picture that another may show
LEAST, MOST = 0.01, 100  # µm/px
UNFINISHED = "unfinished"  # where a training that is cut off leaves what it goes on from
WRITTEN = ("curve.csv", "cross_validation.csv", "weights.safetensors", "network.json")


def train_on_folder(
    folder: Path,
    out: Path,
    um_per_px: float | None,
    changes: dict[str, object],
    backend: BackendName | None = None,
) -> list[str]:
    """Train on four fifths of the patients, tune thresholds on the rest, write a model folder; lines to print."""
    check_place(out)
    check_scale(um_per_px)
    settings = settings_with(changes)
    name = backend or "pathonet"
    samples = read_part(folder)
    split = by_patient(samples) if len({s.patient for s in samples}) > 1 else published(samples)
    if not split.validation:
        raise InputError(f"{folder}: {len(samples)} pictures; five at least are needed to train and to validate")
    scale = field_scale(samples, um_per_px, SHIDC.um_per_px)
    parts = Parts(build_frames(split.train), build_frames(split.validation))
    seed = settings.seeds[0]
    make_folder(out)
    model, curve = train_network(settings, name, seed, parts, out / UNFINISHED)
    judged = parts.validation
    tuning = tune(list(predict_maps(model, judged.images)), judged.cells, 6.0, match_one_to_one, patients=judged.patients)
    described = describe(settings, name, seed, Data(scale, str(folder), hash_of([folder])))
    write_csv(curve, out / "curve.csv")
    save_model(model, described.tuned(tuning.thresholds, UNTUNED.marker, UNTUNED.min_distance), out)
    shutil.rmtree(out / UNFINISHED, ignore_errors=True)
    best = ", ".join(f"{name} {f1:.3f}" for name, f1 in zip(("positive", "negative", "TIL"), tuning.chosen_f1, strict=True))
    return [f"{out}: {name} trained on {len(parts.train)} pictures; F1 on the other {len(parts.validation)} (R = 6): {best}"]


def check_place(out: Path) -> None:
    """Refuse a folder in which a model would replace a finished one, or files that no training left there."""
    if (out / "model.json").is_file():
        raise InputError(f"{out}: holds a finished model already; name another folder or remove it")
    there = next((out / name for name in WRITTEN if (out / name).exists()), None)
    if there and not (out / UNFINISHED).is_dir():
        raise InputError(f"{there}: there already and would be replaced; name another folder with --out")


def make_folder(out: Path) -> None:
    """The folder of a model; one line where there cannot be one."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be made a folder ({error.strerror}); name another with --out") from error


def check_scale(um_per_px: float | None) -> None:
    """Refuse what no microscope has."""
    if um_per_px is not None and not LEAST <= um_per_px <= MOST:
        what = f"no scale of a picture of cells; give between {LEAST:g} and {MOST:g} micrometres per pixel"
        raise InputError(f"--mpp {um_per_px}: {what}")


def field_scale(samples: Sequence[Sample], asked: float | None, published: float) -> float:
    """µm/px of a field of the published size that shows as much tissue as each of these pictures does.

    A network sees any picture in one frame, and its description tells the frame's scale by the published size. So pictures that
    show more tissue than others would be seen at another scale, and are refused.
    """
    heads = [header(sample.image) for sample in samples]
    widths = {head.path: um_per_px_of(head, asked, published) * (head.width / FIELD) for head in heads}
    least, most = min(widths, key=widths.__getitem__), max(widths, key=widths.__getitem__)
    if widths[most] > ALIKE * widths[least]:
        what = f"shows {widths[most] * FIELD:.0f} µm of tissue, {least.name} {widths[least] * FIELD:.0f} µm"
        raise InputError(f"{most}: {what}; cut all pictures to the same size at the same scale")
    return widths[most]


def um_per_px_of(head: Header, asked: float | None, published: float) -> float:
    """The scale as `ki67 score` has it: what the user says, what published fields have, what the file tells; never a guess."""
    found = asked or (published if (head.width, head.height) == (FIELD, FIELD) else None) or head.um_per_px
    if not found:
        raise ask_for_scale(head)
    return found


def settings_with(changes: dict[str, object]) -> Train:
    """The study's training settings with what the user asked for instead."""
    asked = {name: value for name, value in changes.items() if value is not None}
    return check(Train, values_of(Train, shipped()) | asked, "ki67 train")
