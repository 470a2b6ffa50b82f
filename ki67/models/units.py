"""The units that the other networks are made of, and the three maps in which each of them ends."""

from typing import Any

import keras
from keras import layers

CLASSES = 3
Tensor = Any


def decay(l2: float) -> keras.regularizers.Regularizer | None:
    """What holds a kernel's weights small."""
    return keras.regularizers.L2(l2) if l2 else None


def rectified(x: Tensor, filters: int, kernel: int, l2: float, name: str, start: str = "orthogonal") -> Tensor:
    """A convolution with bias, then ReLU."""
    return layers.Conv2D(
        filters, kernel, padding="same", activation="relu", kernel_initializer=start, kernel_regularizer=decay(l2), name=name
    )(x)


def normalised(
    x: Tensor, filters: int, kernel: int, l2: float, name: str, stride: int = 1, epsilon: float = 1e-3,
    dilation: int = 1, momentum: float = 0.99, start: str = "glorot_uniform",
) -> Tensor:  # fmt: skip
    """A convolution without bias, then BatchNorm."""
    x = layers.Conv2D(
        filters, kernel, strides=stride, padding="same", dilation_rate=dilation, use_bias=False, kernel_initializer=start,
        kernel_regularizer=decay(l2), name=name,
    )(x)  # fmt: skip
    return layers.BatchNormalization(momentum=momentum, epsilon=epsilon, name=f"{name}_BN")(x)


def density_maps(x: Tensor, activation: str, bias: bool = True) -> Tensor:
    """What all backends have in place of their own last layer: one map a class, from each pixel alone, in full precision."""
    return layers.Conv2D(CLASSES, 1, use_bias=bias, activation=activation, dtype="float32", name="maps")(x)
