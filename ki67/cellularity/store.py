"""Networks of H&E patches in their folders, and patches in their networks."""

from collections.abc import Callable, Collection
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.cellularity.augmentation import network_input
from ki67.engine.description import read_description
from ki67.models.store import with_weights
from ki67.tiles.network import PatchNetwork

Builder = Callable[[PatchNetwork], keras.Model]


def load_network(folder: Path, wanted: Collection[str], build: Builder) -> tuple[keras.Model, PatchNetwork]:
    """A network in full precision, ready to predict, and its description; its architecture must be one of those wanted."""
    described = read_description(folder, PatchNetwork)
    if described.architecture not in wanted:
        raise InputError(f"{folder}: holds a network {described.architecture!r}; wanted is one of {', '.join(wanted)}")
    return with_weights(build(described), folder), described


def predict(model: keras.Model, images: NDArray[np.uint8], batch: int = 8) -> NDArray[np.float32]:
    """What a network says of uint8 patches; they are scaled batch by batch, so that many views need little memory."""
    parts = [model.predict_on_batch(network_input(images[i : i + batch])) for i in range(0, len(images), batch)]
    return np.concatenate(parts).astype(np.float32)
