"""A trained network of masks in its folder: weights by name, and what is needed to build and use them."""

from pathlib import Path

import keras
from pydantic import BaseModel, ConfigDict

from ki67.engine.description import read_description
from ki67.masks.fields import SplitName
from ki67.masks.names import SIDE
from ki67.masks.unet_resnet50 import build_unet_resnet50
from ki67.models.experiment import Data
from ki67.models.store import with_weights
from ki67.settings.masks import MasksUnet


class MaskNetwork(BaseModel):
    """What travels with the weights. `models.store.save_model` writes it beside them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: str = "unet_resnet50"
    width: float
    side: int = SIDE  # pixels of the field that it sees
    um_per_px: float
    preprocessing: str = "8-bit RGB, whole field reduced to 256×256, pixels from −1 to 1"
    output: str = "softmax of background, negative, positive"
    trained_on: str
    split: SplitName
    data_hash: str
    recipe: dict[str, float | int | str]  # what its training was told, for the record


def described(settings: MasksUnet, split: SplitName, data: Data) -> MaskNetwork:
    """What a network says of itself."""
    return MaskNetwork(
        width=settings.width, um_per_px=data.um_per_px, trained_on=data.source, split=split, data_hash=data.hash,
        recipe=settings.model_dump(exclude={"out", "splits", "width"}),
    )  # fmt: skip


def load_mask_network(folder: Path) -> tuple[keras.Model, MaskNetwork]:
    """A network in full precision, ready to predict, and its description."""
    words = read_description(folder, MaskNetwork)
    return with_weights(build_unet_resnet50(words.width), folder), words
