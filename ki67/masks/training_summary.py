"""What is told of a trained network: its size beside the published one, who taught it, and which epoch was kept."""

from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from ki67.masks.fields import MaskFields, PartName, SplitName
from ki67.masks.pixels import PixelCounts, class_maps
from ki67.masks.unet_resnet50 import DECODER, ENCODER, MAPS, PARAMETERS


@dataclass(frozen=True)
class Published:
    """The paper's network: parameters that learn, by their place in it."""

    encoder: int = ENCODER
    decoder: int = DECODER
    maps: int = MAPS
    parameters: int = PARAMETERS


@dataclass(frozen=True)
class PartSize:
    """How much one part of a split holds."""

    fields: int
    patients: int

    @classmethod
    def of(cls, fields: MaskFields) -> "PartSize":
        """Fields, and the patients that they are of."""
        return cls(len(fields), len(set(fields.patients)))


@dataclass(frozen=True)
class Trained:
    """One network: `iou` is that of the epoch that was kept, on validation; `iou_all_background` what no network at all has."""

    split: SplitName
    parameters: int
    published: Published
    train: PartSize
    validation: PartSize
    test: PartSize
    patients_on_two_sides: int
    epochs: int
    best_epoch: int
    iou: float
    iou_all_background: float


def trained(model: keras.Model, curve: pd.DataFrame, fields: MaskFields, split: SplitName) -> Trained:
    """Of a network, its curve, and the fields that it learnt from."""
    parts: dict[PartName, MaskFields] = {part: fields.part(split, part) for part in ("train", "validation", "test")}
    best = curve.loc[curve["validation_iou"].idxmax()]
    return Trained(
        split, parameters_that_learn(model), Published(), **{name: PartSize.of(part) for name, part in parts.items()},
        patients_on_two_sides=on_two_sides(fields, split), epochs=len(curve), best_epoch=int(best["epoch"]),
        iou=float(best["validation_iou"]), iou_all_background=iou_of_nothing(parts["validation"]),
    )  # fmt: skip


def parameters_that_learn(model: keras.Model) -> int:
    """As the paper's framework counts them: BatchNorm's averages are left out."""
    return int(sum(np.prod(variable.shape) for variable in model.trainable_variables))


def on_two_sides(fields: MaskFields, split: SplitName) -> int:
    """Patients of whom the network learns from one field and is tested on another."""
    sides = {side: set(fields.part(split, side).patients) for side in ("train", "test")}
    return len(sides["train"] & sides["test"])


def iou_of_nothing(fields: MaskFields) -> float:
    """What calling every pixel background scores: what the published figure stands on."""
    return PixelCounts.of(class_maps(fields.masks), np.zeros_like(fields.masks)).as_published().iou
