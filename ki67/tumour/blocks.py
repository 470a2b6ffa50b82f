"""What all refinement networks are made of, and the two shares in which each of them ends.

They take a section seen small, float32 from 0 to 1: red, green, blue, and the heat map as the fourth channel.
"""

from typing import Any

import keras
from keras import layers

from ki67.base.errors import InputError
from ki67.tumour.head import CLASSES

Tensor = Any


def entrance(name: str, side: int, channels: int, halvings: int) -> Tensor:
    """Where the picture comes in; its side must bear all halvings."""
    if side % 2**halvings:
        raise InputError(f"{name}: a side of {side} cannot be halved {halvings} times; take a multiple of {2**halvings}")
    return keras.Input((side, side, channels), name="picture")


def rectified(x: Tensor, name: str, momentum: float) -> Tensor:
    """BatchNorm, then ReLU."""
    x = layers.BatchNormalization(momentum=momentum, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def bare_convolution(x: Tensor, filters: int, kernel: int, name: str, bias: bool = True, dilation: int = 1) -> Tensor:
    """A convolution from He's initialisation, and nothing behind it."""
    return layers.Conv2D(
        filters, kernel, padding="same", dilation_rate=dilation, use_bias=bias, kernel_initializer="he_normal", name=name
    )(x)


def convolution(x: Tensor, filters: int, name: str, momentum: float) -> Tensor:
    """A 3×3 convolution, normalised and rectified."""
    return rectified(bare_convolution(x, filters, 3, name), name, momentum)


def convolved_twice(x: Tensor, filters: int, name: str, momentum: float) -> Tensor:
    """The unit of every level, on the way down and on the way up."""
    return convolution(convolution(x, filters, f"{name}_1", momentum), filters, f"{name}_2", momentum)


def enlarged(x: Tensor, filters: int, name: str) -> Tensor:
    """Twice the size, by a transposed 3×3 convolution that learns how."""
    return layers.Conv2DTranspose(filters, 3, strides=2, padding="same", kernel_initializer="he_normal", name=name)(x)


def dropped(x: Tensor, share: float, name: str) -> Tensor:
    """Whole maps left out; in float32, because Keras stores no other arithmetic of this layer in a checkpoint."""
    return layers.SpatialDropout2D(share, dtype="float32", name=f"{name}_drop")(x)


def shares(x: Tensor, name: str) -> Tensor:
    """How likely each pixel is free of tumour, and tumour, in float32 whatever arithmetic came before."""
    return layers.Conv2D(len(CLASSES), 1, activation="softmax", dtype="float32", name=name)(x)
