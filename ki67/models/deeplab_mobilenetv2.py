"""DeepLabv3 on MobileNetV2 (Sandler et al. 2018; Chen et al. 2018), with three maps at its end.

Its 2,142,019 parameters force the whole backbone at α = 1 up to the 320 channels of block 16, without what classifies after
them; two branches of 256 without bias, one of the whole picture, projected from 512 to 256; no decoder; a last layer with a bias.
Free are strides and dilations: as in PathoNet's public code, the backbone stops halving at an eighth and dilates instead.
BatchNorm forgets as in all networks here (0.99 a step); the code's 0.999 needs thousands of steps to have seen anything.
"""

import keras
from keras import layers

from ki67.models.deeplab import around_nought, branch, full_size, projected
from ki67.models.units import Tensor, normalised

REDUCTION = 8
EXPANSION = 6
# Channels, stride and dilation of each block; the names of layers are those of Keras's own MobileNetV2, so its weights fit.
BLOCKS = (
    (16, 1, 1),
    (24, 2, 1), (24, 1, 1),
    (32, 2, 1), (32, 1, 1), (32, 1, 1),
    (64, 1, 1), (64, 1, 2), (64, 1, 2), (64, 1, 2),
    (96, 1, 2), (96, 1, 2), (96, 1, 2),
    (160, 1, 2), (160, 1, 4), (160, 1, 4),
    (320, 1, 4),
)  # fmt: skip


def block(inputs: Tensor, filters: int, stride: int, dilation: int, l2: float, name: str) -> Tensor:
    """Wide in between: 1×1 up, 3×3 on each channel alone, 1×1 down; added to its input where both are alike."""
    x = inputs
    if name != "expanded_conv":  # the first is as wide as its input
        x = normalised(x, EXPANSION * inputs.shape[-1], 1, l2, f"{name}_expand")
        x = layers.ReLU(6.0, name=f"{name}_expand_relu")(x)
    x = layers.DepthwiseConv2D(
        3, strides=stride, dilation_rate=dilation, padding="same", use_bias=False, name=f"{name}_depthwise"
    )(x)  # fmt: skip
    x = layers.BatchNormalization(name=f"{name}_depthwise_BN")(x)
    x = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(x)
    x = normalised(x, filters, 1, l2, f"{name}_project")
    alike = stride == 1 and filters == inputs.shape[-1]
    return layers.Add(name=f"{name}_add")([inputs, x]) if alike else x


def deeplab_mobilenetv2(activation: str = "linear", l2: float = 0.0) -> keras.Model:
    """Maps are made at an eighth of the picture and brought up to its size."""
    pixels = keras.Input((None, None, 3), name="pixels")
    x = layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False, name="Conv1")(around_nought(pixels))
    x = layers.ReLU(6.0, name="Conv1_relu")(layers.BatchNormalization(name="bn_Conv1")(x))
    for number, (filters, stride, dilation) in enumerate(BLOCKS):
        x = block(x, filters, stride, dilation, l2, f"block_{number}" if number else "expanded_conv")
    x = projected(x, [branch(x, l2, "aspp0")], l2)
    return keras.Model(pixels, full_size(x, REDUCTION, activation), name="deeplab_mobilenetv2")
