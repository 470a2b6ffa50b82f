"""Dots of two stains on white, and a network of twelve weights that finds them: all that fine-tuning needs to be tried on."""

import json
from pathlib import Path

import keras
import numpy as np
from made import RECIPE
from PIL import Image

from ki67.compression.files import architecture_of
from ki67.compression.keras_models import kernels, vectors
from ki67.container.container import Compressed, write
from ki67.engine.description import Description, Thresholds
from ki67.quantize.quantizers import quantizer, share_globally

SIDE, SPACING = 256, 18
STAINS = {1: np.array([0.2, 0.45, 0.9]), 2: np.array([0.8, 0.6, 0.25])}  # what a dot takes from white, brown and blue
UM_PER_PX = 0.135 * 1228 / 256  # of the pictures, so that each is one frame


def field(seed: int, strength: float = 1.0) -> tuple[np.ndarray, list[dict[str, int]]]:
    """A picture of dots on a jittered grid, so many times as strongly stained, and its labels."""
    rng = np.random.default_rng(seed)
    places = np.stack(np.meshgrid(*[np.arange(SPACING, SIDE - SPACING, SPACING)] * 2), -1).reshape(-1, 2)
    points = places[rng.random(len(places)) < 0.5] + rng.integers(-3, 4, 2)
    labels = rng.integers(1, 3, len(points))
    light = np.ones((SIDE, SIDE, 3))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for (x, y), label in zip(points, labels, strict=True):
        dot = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8)
        light -= strength * dot[..., None] * STAINS[int(label)]
    pixels = np.rint(255 * np.clip(light, 0, 1)).astype(np.uint8)
    return pixels, [{"x": int(x), "y": int(y), "label_id": int(k)} for (x, y), k in zip(points, labels, strict=True)]


def write_fields(folder: Path, patients: int, strength: float = 1.0, each: int = 1) -> None:
    """Labelled pictures of so many patients."""
    folder.mkdir(parents=True, exist_ok=True)
    for patient in range(1, patients + 1):
        for number in range(1, each + 1):
            pixels, labels = field(100 * patient + number, strength)
            path = folder / f"p{patient}_{number:04d}_1.png"
            Image.fromarray(pixels).save(path)
            path.with_suffix(".json").write_text(json.dumps(labels))


def dots_network() -> keras.Model:
    """Each pixel alone: the maps of both stains, unmixed, and of the third class nothing. Told in the units that it learns in."""
    pixels = keras.Input((None, None, 3), name="pixels")
    maps = keras.layers.Conv2D(3, 1, activation="relu", name="maps")(pixels)
    model = keras.Model(pixels, maps, name="dots")
    unmixing = np.linalg.pinv(np.stack([STAINS[1], STAINS[2]]))  # from what is taken of white to the amounts
    kernel = np.zeros((1, 1, 3, 3), np.float32)
    kernel[0, 0, :, :2] = -unmixing
    bias = np.zeros(3, np.float32)
    bias[:2] = unmixing.sum(axis=0)
    model.get_layer("maps").set_weights([kernel, bias])
    return model


def write_start(path: Path, thresholds: tuple[float, float, float] = (120.0, 120.0, 120.0)) -> Path:
    """That network as one file."""
    model = dots_network()
    described = Description(
        architecture="dots", activation="relu", um_per_px=0.135, trained_on="dots", data_hash="x",
        recipe=RECIPE, thresholds=Thresholds.of(thresholds),
    )  # fmt: skip
    shared = share_globally(kernels(model), quantizer("cws"), 7, "dots")
    description = described.model_dump(mode="json") | {"compression": {}}
    write(Compressed(shared, vectors(model), architecture_of(model), description), path)
    return path
