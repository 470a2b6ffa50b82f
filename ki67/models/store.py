"""A model that describes itself: weights by name, and beside them what they need to be used."""

import os
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from ki67.description import Description, load_description
from ki67.errors import InputError
from ki67.models.pathonet import pathonet, plain_unet

BUILDERS = {"pathonet": pathonet, "plain_unet": plain_unet}


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
    """Write `weights.safetensors` and `model.json`; the description comes last, so where it is, the model is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "weights.partial"
    save_file(weights_by_name(model), partial)
    os.replace(partial, folder / "weights.safetensors")
    (folder / "model.json").write_text(description.model_dump_json(indent=2) + "\n")


def load_model(folder: Path) -> tuple[keras.Model, Description]:
    """A network in full precision, ready to predict, and its description."""
    description = load_description(folder)
    if description.architecture not in BUILDERS:
        raise InputError(f"{folder}: unknown architecture {description.architecture!r}; known are {', '.join(BUILDERS)}")
    return with_weights(build(description), folder), description


def with_weights(model: keras.Model, folder: Path) -> keras.Model:
    """A network with what it has learnt, as `save_model` left it in a folder."""
    path = folder / "weights.safetensors"
    try:
        set_weights_by_name(model, load_file(path))
    except (FileNotFoundError, SafetensorError) as error:
        raise InputError(f"{path}: missing or damaged ({error}); train or copy the model again") from error
    return model


def predict_maps(model: keras.Model, images: NDArray[np.uint8], batch: int = 8) -> NDArray[np.float32]:
    """Density maps of uint8 frames, in full precision."""
    maps: NDArray[np.float32] = model.predict(images.astype(np.float32) / 255, batch_size=batch, verbose=0)
    return maps
