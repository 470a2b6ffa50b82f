"""A model that describes itself: weights by name, and beside them what they need to be used."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ki67.base.errors import InputError, nearest
from ki67.base.files import whole_file, write_whole
from ki67.engine.description import LAYERS, Description, load_description
from ki67.models.contextnet import contextnet
from ki67.models.deeplab_mobilenetv2 import deeplab_mobilenetv2
from ki67.models.deeplab_xception import deeplab_xception
from ki67.models.fcrn_a import fcrn_a
from ki67.models.fcrn_b import fcrn_b
from ki67.models.pathonet import pathonet, plain_unet
from ki67.models.unet import unet

BACKENDS = {
    "pathonet": pathonet,
    "fcrn_a": fcrn_a,
    "fcrn_b": fcrn_b,
    "deeplab_mobilenetv2": deeplab_mobilenetv2,
    "deeplab_xception": deeplab_xception,
    "unet": unet,
}
BUILDERS = {**BACKENDS, "plain_unet": plain_unet, "contextnet": contextnet}


def build(description: Description) -> keras.Model:
    """The network that a description names, with fresh weights."""
    return BUILDERS[description.architecture](activation=description.activation, l2=0.0)


def weights_by_name(model: keras.Model) -> dict[str, NDArray[np.float32]]:
    """All that a network has learnt, under `layer/variable`; the state of random generators is left out."""
    return {
        f"{layer.name}/{variable.name}": keras.ops.convert_to_numpy(variable).astype(np.float32)
        for layer in model.layers
        for variable in layer.weights
        if "seed_generator" not in variable.path
    }


def set_weights_by_name(model: keras.Model, weights: dict[str, NDArray[np.float32]]) -> None:
    """Put every weight back under its name; one too many, one too few or one of another shape is an error."""
    places = {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.weights
        if "seed_generator" not in variable.path
    }
    if places.keys() != weights.keys():
        odd = sorted(places.keys() ^ weights.keys())
        raise InputError(f"{model.name}: weights do not belong to this architecture (first difference: {odd[0]})")
    for name, variable in places.items():
        variable.assign(weights[name])


def save_model(model: keras.Model, description: BaseModel, folder: Path) -> None:
    """Write `weights.safetensors` and `model.json`; the description comes last, so where it is, the model is whole.

    The engine has PathoNet's graph by heart; of any other network for cells it reads the layers in a file beside the weights.
    """
    if isinstance(description, Description) and description.architecture != "pathonet":
        write_whole(folder / LAYERS, [model.to_json(), "\n"])
    with whole_file(folder / "weights.safetensors") as partial:
        save_file(weights_by_name(model), partial)
    write_whole(folder / "model.json", [description.model_dump_json(indent=2), "\n"])


def load_keras(folder: Path) -> tuple[keras.Model, Description]:
    """A network in full precision, ready to predict, and its description."""
    description = load_description(folder)
    name = description.architecture
    if name not in BUILDERS:
        raise InputError(f"{folder}: unknown architecture {name!r}{nearest(name, BUILDERS)}")
    return with_weights(build(description), folder), description


def with_weights(model: keras.Model, folder: Path) -> keras.Model:
    """A network with what it has learnt, as `save_model` left it in a folder."""
    path = folder / "weights.safetensors"
    try:
        set_weights_by_name(model, load_file(path))
    except (OSError, SafetensorError, ValueError) as error:
        raise InputError(f"{path}: missing or damaged ({error}); train or copy the model again") from error
    return model


def predict_maps(model: keras.Model, images: NDArray[np.uint8], batch: int = 8) -> NDArray[np.float32]:
    """Density maps of uint8 frames, in full precision."""
    maps: NDArray[np.float32] = model.predict(images.astype(np.float32) / 255, batch_size=batch, verbose=0)
    return maps
