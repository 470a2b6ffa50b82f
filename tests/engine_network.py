"""A small network with everything that PathoNet has, for the tests of the engine."""

from functools import cache

import keras
import numpy as np
from keras import layers

from ki67.compression.keras_models import kernels
from ki67.container.codebook import Floats
from ki67.container.shared import SharedWeights
from ki67.engine.graphs import Network, ov
from ki67.engine.int8_grid import int8_grid
from ki67.models.export import openvino_model
from ki67.quantize.quantizers import QUANTIZERS, share_by_layer, share_globally

SIDE = 32
CLOSE = 1e-5


def unit(x: object, filters: int, name: str, dilation: int = 1) -> object:
    x = layers.Conv2D(filters, 3, padding="same", dilation_rate=dilation, use_bias=False, name=name)(x)
    return layers.LeakyReLU(negative_slope=0.3)(layers.BatchNormalization(name=f"{name}_bn")(x))


@cache
def network() -> keras.Model:
    """Everything that PathoNet has, in small, with BatchNorm as training leaves it."""
    keras.utils.set_random_seed(3)
    pixels = keras.Input((None, None, 3), name="pixels")
    top = unit(pixels, 32, "stem")
    x = layers.MaxPooling2D()(top)
    twice = layers.Concatenate()([x, x])
    x = layers.Add()([unit(x, 64, "plain"), unit(x, 64, "dilated", 4), twice])
    x = layers.LeakyReLU(negative_slope=0.3)(layers.BatchNormalization(name="added_bn")(x))
    x = layers.UpSampling2D()(unit(layers.Dropout(0.1)(x), 32, "narrow"))
    x = layers.Concatenate()([top, x])
    model = keras.Model(pixels, layers.Conv2D(3, 1, activation="relu", name="maps")(x), name="small")
    rng = np.random.default_rng(4)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            n = layer.gamma.shape[0]
            gamma = rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1], n)
            layer.set_weights([gamma, rng.normal(0, 0.1, n), rng.normal(0, 0.1, n), rng.uniform(0.5, 2, n)])
    return model


@cache
def graph() -> ov.Model:
    return openvino_model(network())


def pictures(count: int = 2) -> Floats:
    return np.random.default_rng(5).random((count, SIDE, SIDE, 3), dtype=np.float32)


def together(k: int = 256) -> SharedWeights:
    return share_globally(kernels(network()), QUANTIZERS["cws"], k, "small")


def by_layer(k: int = 256) -> SharedWeights:
    return share_by_layer(kernels(network()), QUANTIZERS["uq"], k, "small")


def output(one: Network) -> Floats:
    return one.running(*pictures().shape)(pictures())


def apart(ones: Floats, others: Floats) -> float:
    return float(np.abs(ones - others).max() / np.abs(others).max())


@cache
def on_int8_grid(*whole: str) -> Network:
    return int8_grid(graph(), by_layer(), (pictures(8) * 255).astype(np.uint8), whole)
