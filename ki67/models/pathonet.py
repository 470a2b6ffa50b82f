"""PathoNet: a U-shaped density estimator of residual dilated inception modules (Negahbani et al. 2021).

Where the paper's text and its public code differ this follows the code, whose parameter count it reproduces.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

PARAMETERS = 3_236_907
ENCODER_FILTERS = (32, 64, 128, 256)
DECODER_FILTERS = (128, 64, 32, 16)
STRIDE = 2 ** len(ENCODER_FILTERS)

Tensor = Any
Module = Callable[[Tensor, int, float, str], Tensor]


def activated(x: Tensor, name: str) -> Tensor:
    """BatchNorm and the LeakyReLU of Keras 2, whose slope is 0.3."""
    x = layers.BatchNormalization(name=f"{name}_bn")(x)
    return layers.LeakyReLU(negative_slope=0.3, name=f"{name}_relu")(x)


def convolution(x: Tensor, filters: int, kernel: int, l2: float, name: str, dilation: int = 1) -> Tensor:
    """The unit that every module is made of: a convolution without bias, then BatchNorm and LeakyReLU."""
    x = layers.Conv2D(
        filters,
        kernel,
        padding="same",
        dilation_rate=dilation,
        use_bias=False,
        kernel_initializer="orthogonal",
        kernel_regularizer=keras.regularizers.L2(l2) if l2 else None,
        name=name,
    )(x)
    return activated(x, name)


def residual_sum(x: Tensor, shortcut: Tensor, filters: int, l2: float, name: str) -> Tensor:
    """The heart of an RDIM: a plain and a dilated path of two 3×3 convolutions, added to the shortcut."""
    plain = convolution(x, filters, 3, l2, f"{name}_plain1")
    plain = convolution(plain, filters, 3, l2, f"{name}_plain2")
    wide = convolution(x, filters, 3, l2, f"{name}_dilated1", dilation=4)
    wide = convolution(wide, filters, 3, l2, f"{name}_dilated2", dilation=4)
    return activated(layers.Add(name=f"{name}_add")([plain, wide, shortcut]), name)


def encoder_rdim(x: Tensor, filters: int, l2: float, name: str) -> Tensor:
    """The encoder's module doubles the channels, so its shortcut is the input beside itself."""
    return residual_sum(x, layers.Concatenate(name=f"{name}_twice")([x, x]), filters, l2, name)


def decoder_rdim(x: Tensor, filters: int, l2: float, name: str) -> Tensor:
    """The decoder's module first brings the channels down with two 1×1 convolutions."""
    x = convolution(x, filters, 1, l2, f"{name}_narrow1")
    x = convolution(x, filters, 1, l2, f"{name}_narrow2")
    return residual_sum(x, x, filters, l2, name)


def plain_module(x: Tensor, filters: int, l2: float, name: str) -> Tensor:
    """Two 3×3 convolutions and nothing else: what a U-Net has where PathoNet has an RDIM."""
    x = convolution(x, filters, 3, l2, f"{name}_plain1")
    return convolution(x, filters, 3, l2, f"{name}_plain2")


def u_shape(encoder: Module, decoder: Module, activation: str, l2: float, name: str) -> keras.Model:
    """Four modules down, four up, each level concatenated with its encoder; 16, 16, 8, then three maps."""
    pixels = keras.Input((None, None, 3), name="pixels")
    x = convolution(pixels, 16, 3, l2, "stem1")
    x = convolution(x, 16, 3, l2, "stem2")
    levels = []
    for depth, filters in enumerate(ENCODER_FILTERS, 1):
        levels.append(x)
        x = layers.MaxPooling2D(name=f"pool{depth}")(x)
        if filters == ENCODER_FILTERS[-1]:
            x = layers.Dropout(0.1, name="dropout1")(x)
        x = encoder(x, filters, l2, f"encoder{depth}")
    x = layers.Dropout(0.1, name="dropout2")(x)
    for depth, filters in zip(range(len(DECODER_FILTERS), 0, -1), DECODER_FILTERS, strict=True):
        x = layers.UpSampling2D(name=f"up{depth}")(x)
        x = decoder(x, filters, l2, f"decoder{depth}")
        x = layers.Concatenate(name=f"join{depth}")([levels.pop(), x])
    for index, filters in enumerate((16, 16, 8), 1):
        x = convolution(x, filters, 3, l2, f"head{index}")
    maps = layers.Conv2D(3, 1, activation=activation, dtype="float32", name="maps")(x)
    return keras.Model(pixels, maps, name=name)


def pathonet(activation: str = "relu", l2: float = 5e-4) -> keras.Model:
    """The published network: 46 convolutions, 3,236,907 parameters. `relu` is the code's output, `linear` the paper's."""
    return u_shape(encoder_rdim, decoder_rdim, activation, l2, "pathonet")


def plain_unet(activation: str = "relu", l2: float = 5e-4) -> keras.Model:
    """The same shape with plain convolutions in place of every RDIM: the ablation of the paper's module."""
    return u_shape(plain_module, plain_module, activation, l2, "plain_unet")
