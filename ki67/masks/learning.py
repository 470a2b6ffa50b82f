"""From fields with their masks to a trained network, and from the network to its class of every pixel."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.cellularity.augmentation import network_input
from ki67.cellularity.batches import Example, Served
from ki67.cellularity.store import predict
from ki67.masks.dice import dice_loss
from ki67.masks.fields import MaskFields
from ki67.masks.flips import seen_another_way
from ki67.masks.names import GREYS
from ki67.masks.pixels import Maps, PixelCounts, class_maps
from ki67.masks.unet_resnet50 import build_unet_resnet50
from ki67.models.store import set_weights_by_name, weights_by_name
from ki67.models.training import Watch, layer_precision
from ki67.settings.masks import MasksUnet
from ki67.tumour.learning import Course, learn

BATCH = 8  # fields that are predicted at once


@dataclass(frozen=True, eq=False)
class MaskCrops:
    """Random squares of fields with their masks, each seen another way: one example for the network."""

    fields: MaskFields
    side: int

    def __call__(self, index: int, rng: np.random.Generator) -> Example:
        """A crop at a place of chance, and its three class maps."""
        y, x = rng.integers(0, self.fields.masks.shape[1] - self.side + 1, 2)
        window = np.s_[index, y : y + self.side, x : x + self.side]
        image, mask = seen_another_way(self.fields.images[window], self.fields.masks[window], rng)
        return network_input(image), one_hot(mask)


def one_hot(masks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """One map a class, in the network's order, behind rows and columns."""
    return np.asarray(masks[..., None] == np.array(GREYS, np.uint8), np.float32)


def train_unet(settings: MasksUnet, learnt: MaskFields, validation: MaskFields, state: Path) -> tuple[keras.Model, pd.DataFrame]:
    """Train one network; the epoch that stood highest on validation comes back. A killed run goes on where it was."""
    keras.utils.set_random_seed(settings.seed)
    with layer_precision(settings.precision):
        model = build_unet_resnet50(settings.width, settings.weights)
    crops = MaskCrops(learnt, settings.crop)
    feed = Served(crops, len(learnt), settings.batch, settings.crops_per_field, settings.seed)
    course = Course(settings.epochs, settings.learning_rate, settings.schedule, settings.seed)
    best, curve = learn(model, course, feed, iou_on(validation), state, dice_loss)
    finished = build_unet_resnet50(settings.width)
    set_weights_by_name(finished, weights_by_name(best))
    return finished, pd.DataFrame(curve).rename(columns={"watched": "validation_iou"})


def iou_on(fields: MaskFields) -> Watch:
    """Watches what chooses the epoch as published: intersection over union of all pixels and classes, background included."""
    truth = class_maps(fields.masks)

    def watch(model: keras.Model) -> float:
        return PixelCounts.of(truth, predicted_classes(model, fields.images)).as_published().iou

    return watch


def predicted_classes(model: keras.Model, images: NDArray[np.uint8]) -> Maps:
    """The likeliest class of every pixel: 0 background, 1 negative, 2 positive."""
    maps = [predict(model, images[start : start + BATCH], BATCH).argmax(axis=-1) for start in range(0, len(images), BATCH)]
    return np.concatenate(maps).astype(np.uint8)
