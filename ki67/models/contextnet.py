"""Contextnet: our own network for `ki67 score`. It looks far and costs little.

What a small dark nucleus is depends on its neighbours, so the deepest layers see a picture of an eighth of the side, each pixel
of it 160 pixels of the frame and more. Where cells lie is seen on the way up, from sums with what was seen on the way down.
"""

import keras
from keras import layers

from ki67.models import units
from ki67.models.units import Tensor, density_maps

WIDTHS = (16, 32, 64, 96)  # channels at the whole side, its half, its quarter, its eighth
DILATIONS = (1, 2, 4)  # of the deepest modules, one after the other
STRIDE = 2 ** (len(WIDTHS) - 1)


def normalised(x: Tensor, filters: int, kernel: int, l2: float, name: str, dilation: int = 1) -> Tensor:
    """Its averages follow within a few hundred steps; ReLU halves what a kernel gives, so that kernels start larger."""
    return units.normalised(x, filters, kernel, l2, name, dilation=dilation, momentum=0.97, start="he_normal")


def unit(x: Tensor, filters: int, kernel: int, l2: float, name: str, dilation: int = 1) -> Tensor:
    """The same, and nothing below nought."""
    return layers.ReLU(name=f"{name}_relu")(normalised(x, filters, kernel, l2, name, dilation))


def module(x: Tensor, l2: float, name: str, dilation: int = 1) -> Tensor:
    """Two convolutions whose result is added to what they read."""
    filters = x.shape[-1]
    y = normalised(unit(x, filters, 3, l2, f"{name}_first", dilation), filters, 3, l2, f"{name}_second", dilation)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, y]))


def joined(x: Tensor, finer: Tensor, l2: float, name: str) -> Tensor:
    """Brought to the channels of the finer level, then to its size, and added to it."""
    x = layers.UpSampling2D(name=f"{name}_up")(unit(x, finer.shape[-1], 1, l2, f"{name}_narrow"))
    return layers.Add(name=f"{name}_join")([x, finer])


def contextnet(activation: str = "relu", l2: float = 0.0) -> keras.Model:
    """Three levels down, three up, three maps; the numbers of channels are multiples of 16, which processors like."""
    pixels = keras.Input((None, None, 3), name="pixels")
    whole = unit(pixels, WIDTHS[0], 3, l2, "whole_in")
    x = layers.MaxPooling2D(name="pool1")(whole)
    half = unit(unit(x, WIDTHS[1], 3, l2, "half_in1"), WIDTHS[1], 3, l2, "half_in2")
    x = layers.MaxPooling2D(name="pool2")(half)
    quarter = module(unit(x, WIDTHS[2], 3, l2, "quarter_in1"), l2, "quarter_in2")
    x = layers.MaxPooling2D(name="pool3")(quarter)
    x = unit(x, WIDTHS[3], 3, l2, "eighth_in")
    for dilation in DILATIONS:
        x = module(x, l2, f"far{dilation}", dilation)
    x = unit(joined(x, quarter, l2, "quarter"), WIDTHS[2], 3, l2, "quarter_out")
    x = unit(joined(x, half, l2, "half"), WIDTHS[1], 3, l2, "half_out")
    x = unit(joined(x, whole, l2, "whole"), WIDTHS[0], 3, l2, "whole_out")
    return keras.Model(pixels, density_maps(x, activation), name="contextnet")
