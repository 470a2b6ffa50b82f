"""What is told of a trained network: its size beside the published one, and which epoch was kept."""

from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from ki67.masks.fields import MaskFields, SplitName
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
class Trained:
    """One network: `iou` is that of the epoch that was kept, on validation; `iou_all_background` what no network at all has."""

    split: SplitName
    parameters: int
    published: Published
    epochs: int
    best_epoch: int
    iou: float
    iou_all_background: float


def trained(model: keras.Model, curve: pd.DataFrame, validation: MaskFields, split: SplitName) -> Trained:
    """Of a network, its curve, and the fields that chose the epoch."""
    best = curve.loc[curve["validation_iou"].idxmax()]
    return Trained(
        split, parameters_that_learn(model), Published(), epochs=len(curve), best_epoch=int(best["epoch"]),
        iou=float(best["validation_iou"]), iou_all_background=iou_of_nothing(validation),
    )  # fmt: skip


def parameters_that_learn(model: keras.Model) -> int:
    """As the paper's framework counts them: BatchNorm's averages are left out."""
    return int(sum(np.prod(variable.shape) for variable in model.trainable_variables))


def iou_of_nothing(fields: MaskFields) -> float:
    """What calling every pixel background scores: what the published figure stands on."""
    return PixelCounts.of(class_maps(fields.masks), np.zeros_like(fields.masks)).as_published().iou
