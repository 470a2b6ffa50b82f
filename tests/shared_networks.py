"""Networks that share their weights, as containers: contextnet with random weights, in as many values as a test asks for."""

from functools import cache
from pathlib import Path

import keras
import numpy as np

from ki67.compression.files import architecture_of
from ki67.compression.keras_models import kernels, vectors
from ki67.container.container import Compressed, read, write
from ki67.models.contextnet import contextnet
from ki67.quantize.quantizers import quantizer, share_globally
from ki67.weights import NETWORK


@cache
def network() -> keras.Model:
    """One whose BatchNorm has seen pictures, so that what comes out depends on what goes in."""
    keras.utils.set_random_seed(1)
    model = contextnet("linear")
    model(np.random.default_rng(2).random((3, 64, 64, 3), dtype=np.float32), training=True)
    return model


def write_shared(path: Path, values: int) -> Path:
    """It says of itself what the network that ships says, as far as that is not of its own layers."""
    told = {name: told for name, told in read(NETWORK).description.items() if name not in ("reach", "compression")}
    shared = share_globally(kernels(network()), quantizer("uq"), values, path.name).tidied()
    described = told | {"architecture": "contextnet"}
    write(Compressed(shared, vectors(network()), architecture_of(network()), described), path)
    return path
