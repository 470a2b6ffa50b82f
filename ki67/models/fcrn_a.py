"""FCRN-A: a chain of convolutions down to an eighth of the picture and up again (Xie et al. 2018), with three maps at its end.

Its 1,365,888 parameters force kernels of 3×3 for 32, 64, 128, 512, 128, 64, 32 channels, each with a bias; no BatchNorm; a
last layer without a bias. Free is where the picture is halved, and what is rectified: both are as in PathoNet's public code,
where the last convolution of 32 is not.
"""

import keras
from keras import layers

from ki67.models.units import decay, density_maps, rectified

DOWN, DEEPEST, UP = (32, 64, 128), 512, (128, 64)
LAST = 32


def fcrn_a(activation: str = "linear", l2: float = 0.0) -> keras.Model:
    """Eight convolutions, no way past the deepest of them."""
    pixels = x = keras.Input((None, None, 3), name="pixels")
    for depth, filters in enumerate(DOWN, 1):
        x = rectified(x, filters, 3, l2, f"down{depth}")
        x = layers.MaxPooling2D(name=f"pool{depth}")(x)
    x = rectified(x, DEEPEST, 3, l2, "deepest")
    for depth, filters in zip((3, 2), UP, strict=True):
        x = layers.UpSampling2D(name=f"double{depth}")(x)
        x = rectified(x, filters, 3, l2, f"up{depth}")
    x = layers.UpSampling2D(name="double1")(x)
    x = layers.Conv2D(
        LAST, 3, padding="same", kernel_initializer="orthogonal", kernel_regularizer=decay(l2), name="up1"
    )(x)  # fmt: skip
    return keras.Model(pixels, density_maps(x, activation, bias=False), name="fcrn_a")
