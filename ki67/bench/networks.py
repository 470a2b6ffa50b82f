"""What is put on the bench: the released network and one ten times wider, quantised, and the pictures that they see."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers
from PIL import Image

from ki67.compression.keras_models import kernels
from ki67.container.codebook import Floats
from ki67.container.shared import SharedKernel, SharedWeights
from ki67.data.frames import FRAME, Frames, load_frames
from ki67.data.images import resized
from ki67.engine.graphs import Network, ov
from ki67.engine.index_map import expanded, index_map
from ki67.engine.int8_grid import int8_grid
from ki67.models.export import openvino_model
from ki67.models.pathonet import pathonet
from ki67.quantize.quantizers import QUANTIZERS, share_by_layer, share_globally
from ki67.simulate import render_field

K = 256
QUANTIZER = "uq"
# The last layers hold a thousandth of the weights, and what they read reaches further than one grid of 256 values can follow.
LAST = ("head2/kernel", "head3/kernel", "maps/kernel")
WIDER = 51 / 16  # of every channel: ten times the parameters


@dataclass(frozen=True)
class Subject:
    """A network, its graph, and its kernels sharing values in two ways: all together, and each for itself."""

    model: keras.Model
    graph: ov.Model
    together: SharedWeights
    each: SharedWeights

    def networks(self, calibrating: Frames) -> dict[str, Network]:
        """The three ways to run it: four bytes a weight, the index map, the int8 grid."""
        return {
            "float32": expanded(self.graph, self.together),
            "index_map": index_map(self.graph, self.together),
            "int8_grid": int8_grid(self.graph, self.each, calibrating.images, LAST),
        }


def tuned(model: keras.Model) -> Subject:
    """A trained network, its kernels quantised."""
    weights, quantize = kernels(model), QUANTIZERS[QUANTIZER]
    together = share_globally(weights, quantize, K, model.name)
    return Subject(model, openvino_model(model), together, share_by_layer(weights, quantize, K, model.name))


def ten_times() -> Subject:
    """A PathoNet of ten times the parameters with any values: memory does not ask which."""
    model, rng = keras.models.clone_model(pathonet(l2=0.0), clone_function=_wider), np.random.default_rng(0)
    values = np.sort(rng.normal(0, 0.01, K)).astype(np.float32)
    convolutions = [layer for layer in model.layers if isinstance(layer, layers.Conv2D)]
    places = [rng.integers(0, K, tuple(layer.kernel.shape), np.uint8) for layer in convolutions]
    names = [layer.kernel.path for layer in convolutions]
    shared = SharedWeights((values,), tuple(SharedKernel(name, place, 0) for name, place in zip(names, places, strict=True)))
    return Subject(model, openvino_model(model), shared, shared)


def _wider(layer: keras.layers.Layer) -> keras.layers.Layer:
    settings = layer.get_config()
    if isinstance(layer, layers.Conv2D):
        filters = layer.filters if layer.name == "maps" else round(layer.filters * WIDER)
        settings |= {"filters": filters, "kernel_initializer": "zeros"}
    return type(layer).from_config(settings)


def fields(folder: Path, part: str, seed: int, count: int) -> tuple[Frames, str]:
    """A part of the study's frames, and where from; without the study's data, as many simulated fields rendered here."""
    path = folder / f"{part}.npz"
    return (load_frames(path), path.as_posix()) if path.is_file() else (rendered(count, seed), "simulated for this")


def rendered(count: int, seed: int) -> Frames:
    """Simulated fields, one a patient, the same for the same seed."""
    found = [render_field(seed, patient, 1) for patient in range(1, count + 1)]
    names = tuple(f"simulated{patient}" for patient in range(1, count + 1))
    images = np.stack([resized(Image.fromarray(field.image), FRAME) for field in found])
    return Frames(names, names, images, tuple(field.cells.scaled(FRAME / field.image.shape[1], "network") for field in found))


def pixels(frames: Frames) -> Floats:
    """What networks are fed."""
    return np.asarray(frames.images / np.float32(255), np.float32)
