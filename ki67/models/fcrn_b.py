"""FCRN-B: fewer halvings than FCRN-A and larger kernels (Xie et al. 2018), with three maps at its end.

Its 3,142,208 parameters force 3×3 kernels for 32, 64, 128 channels, then 256 three times by two kernels of 5×5 and one of 3×3,
each with a bias; no BatchNorm; a last layer without a bias. The first 5×5 must read 128 channels; which of the two that follow
is the 3×3 is free, and so is where the picture is halved: both are as in PathoNet's public code.
"""

import keras
from keras import layers

from ki67.models.units import density_maps, rectified


def fcrn_b(activation: str = "linear", l2: float = 0.0) -> keras.Model:
    """Seven convolutions; the deepest see a quarter of the picture."""
    pixels = keras.Input((None, None, 3), name="pixels")
    x = rectified(pixels, 32, 3, l2, "down1")
    x = layers.MaxPooling2D(name="pool1")(x)
    x = rectified(x, 64, 3, l2, "down2")
    x = rectified(x, 128, 3, l2, "down3")
    x = layers.MaxPooling2D(name="pool2")(x)
    x = rectified(x, 256, 5, l2, "deepest1")
    x = rectified(x, 256, 3, l2, "deepest2")
    x = layers.UpSampling2D(name="double2")(x)
    x = rectified(x, 256, 5, l2, "up2")
    x = layers.UpSampling2D(name="double1")(x)
    return keras.Model(pixels, density_maps(x, activation, bias=False), name="fcrn_b")
