"""The standard decoder that the pyramid is compared with: U-Net's, on the same ResNet-34 encoder."""

import keras
from keras import layers

from ki67.cellularity.fpn import sigmoid_maps
from ki67.cellularity.resnet import convolution, resnet34_levels, scaled

FILTERS = (256, 128, 64, 32, 16)  # from the coarsest step to the input's own size, at full width
FEWEST = 16  # whatever the width: fewer cannot tell four channels apart


def unet(width: float = 1.0) -> keras.Model:
    """Five times enlarged, each time beside the encoder's level of that size, with two convolutions; no dropout."""
    pixels = keras.Input((None, None, 3), name="pixels")
    levels = resnet34_levels(pixels, width)
    x = levels.thirty_second
    skips = (levels.sixteenth, levels.eighth, levels.quarter, levels.half, None)
    for step, (filters, skip) in enumerate(zip(FILTERS, skips, strict=True), 1):
        x = layers.UpSampling2D(name=f"up{step}")(x)
        if skip is not None:
            x = layers.Concatenate(name=f"join{step}")([x, skip])
        for number in (1, 2):
            x = convolution(x, max(FEWEST, scaled(filters, width)), 3, f"decoder{step}_conv{number}")
    return keras.Model(pixels, sigmoid_maps(x), name="unet")
