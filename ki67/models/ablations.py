"""The paper's own arguments, each put to a short training of its own: the module, the raised centre, crop or reduce."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import pandas as pd

from ki67.base.state import state_folder
from ki67.base.tables import read_json, write_json
from ki67.cells.detect import Detector, tune
from ki67.cells.metrics import match_one_to_one
from ki67.cells.outcomes import STRICT, f1_by_class
from ki67.data.frames import FRAME, Frames, load_frames
from ki67.data.framing import build_crops
from ki67.data.shidc import PUBLISHED_SIZE, read_part
from ki67.models.experiment import Parts, train_network
from ki67.models.store import predict_maps
from ki67.settings.detection import Ablations, Train


@dataclass(frozen=True)
class Material:
    """Three parts in one frame, and how long R = 6 of the reduced frame is in it."""

    parts: Parts
    test: Frames
    radius: float


@dataclass(frozen=True)
class Variant:
    """What is changed against the public code's choice."""

    name: str
    says: str
    architecture: str = "pathonet"
    centre: float = 255.0
    crop: bool = False


@dataclass(frozen=True)
class Row:
    """What one training came to: F1 of the three classes within R = 6 of the reduced frame."""

    variant: str
    says: str
    seed: int
    parameters: int
    f1_positive: float
    f1_negative: float
    f1_til: float


VARIANTS = {
    v.name: v
    for v in (
        Variant("as_published", "RDIM, centre 255, whole field reduced to 256 px"),
        Variant("plain_convolutions", "two plain 3×3 convolutions in place of each RDIM", architecture="plain_unet"),
        Variant("centre_2250", "the centre pixel of every label raised to 2250", centre=2250.0),
        Variant("crop", "256-px crops at full resolution instead of reducing", crop=True),
    )
}


def reduced(frames: Path) -> Material:
    """The frames of the study itself."""
    train, validation, test = (load_frames(frames / f"{part}.npz") for part in ("train", "validation", "test"))
    return Material(Parts(train, validation), test, STRICT.radius)


def cropped(frames: Path, data: Path) -> Material:
    """The same pictures, the same split, as crops; a radius means the same length on the tissue.

    One crop of each picture trains, so that every variant takes as many steps.
    """
    samples = {sample.name: sample for part in ("Train", "Test") for sample in read_part(data / part)}
    train, validation, test = (
        build_crops([samples[name] for name in load_frames(frames / f"{part}.npz").names])
        for part in ("train", "validation", "test")
    )
    one_of_four = train.take([4 * field + field % 4 for field in range(len(train) // 4)])
    return Material(Parts(one_of_four, validation), test, STRICT.radius * PUBLISHED_SIZE[0] / FRAME)


def run_variant(variant: Variant, seed: int, settings: Train, material: Material, state: Path) -> Row:
    """Train, tune on validation, test: one row."""
    changed = settings.model_copy(update={"centre": variant.centre, "peak": 255.0})
    model, _ = train_network(changed, variant.architecture, seed, material.parts, state)
    validation = material.parts.validation
    tuning = tune(
        list(predict_maps(model, validation.images)),
        validation.cells,
        material.radius,
        match_one_to_one,
        processes=os.cpu_count() or 1,
        patients=validation.patients,
    )
    found = [Detector(tuning.thresholds)(maps) for maps in predict_maps(model, material.test.images)]
    f1 = f1_by_class(material.test.cells, found, replace(STRICT, radius=material.radius))
    return Row(variant.name, variant.says, seed, model.count_params(), f1["positive"], f1["negative"], f1["til"])


def run_ablations(chosen: Ablations, settings: Train, frames: Path, data: Path, inputs: Sequence[Path]) -> pd.DataFrame:
    """All variants asked for, each finished row kept at once; none asked for is an empty table with the same columns."""
    settings = settings.model_copy(update={"epochs": chosen.epochs})
    state = state_folder("ablations", settings.model_dump(), list(inputs))  # a variant more does not undo the others
    rows = []
    for name in chosen.variants:
        variant = VARIANTS[name]
        material = cropped(frames, data) if variant.crop else reduced(frames)
        for seed in chosen.seeds:
            kept = state / f"{name}-{seed}.json"
            if not kept.is_file():
                write_json(asdict(run_variant(variant, seed, settings, material, state / f"{name}-{seed}")), kept)
            rows.append(read_json(kept))
    return pd.DataFrame(rows, columns=[field.name for field in fields(Row)])
