"""DeepLabv3+ on a deepened Xception (Chollet 2017; Chen et al. 2018), with three maps at its end.

Its 41,253,587 parameters force sixteen middle units of 728 (Keras's own Xception has eight), BatchNorm between the two halves of
every separable convolution (Keras's has none), convolutions in place of pooling, five branches of 256 and a decoder that reads
48 channels of the second block. So no ImageNet weights of Keras's Xception fit. Free are strides and dilations, which weigh
nothing: as in PathoNet's public code, the backbone halves four times and its branches dilate by 6, 12 and 18.
"""

from collections.abc import Sequence

import keras
from keras import layers

from ki67.models.deeplab import FINE, around_nought, branch, enlarged, full_size, projected
from ki67.models.units import Tensor, normalised

MIDDLE = 16
DILATIONS = (6, 12, 18)
DECODED = 48
QUARTER = 4


def separable(x: Tensor, filters: int, l2: float, name: str, stride: int = 1, dilation: int = 1) -> Tensor:
    """3×3 on each channel alone, then 1×1 over all, each with BatchNorm; the input is rectified first."""
    x = layers.ReLU(name=f"{name}_relu")(x)
    if stride > 1:  # a pixel on each side keeps places where the 1×1 shortcut has them
        x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = layers.DepthwiseConv2D(
        3, strides=stride, dilation_rate=dilation, padding=padding, use_bias=False, name=f"{name}_depthwise"
    )(x)  # fmt: skip
    x = layers.BatchNormalization(name=f"{name}_depthwise_BN")(x)
    return normalised(x, filters, 1, l2, f"{name}_pointwise")


def rectified_separable(x: Tensor, filters: int, l2: float, name: str, dilation: int = 1, epsilon: float = 1e-3) -> Tensor:
    """The same, rectified after each half instead of before."""
    x = layers.DepthwiseConv2D(3, dilation_rate=dilation, padding="same", use_bias=False, name=f"{name}_depthwise")(x)
    x = layers.ReLU(name=f"{name}_depthwise_relu")(layers.BatchNormalization(epsilon=epsilon, name=f"{name}_depthwise_BN")(x))
    return layers.ReLU(name=f"{name}_relu")(normalised(x, filters, 1, l2, f"{name}_pointwise", epsilon=epsilon))


def unit(inputs: Tensor, filters: Sequence[int], l2: float, name: str, stride: int = 1) -> tuple[Tensor, Tensor]:
    """Three separable convolutions, the last of which may halve, beside a shortcut; and what the second of them saw."""
    first = separable(inputs, filters[0], l2, f"{name}_1")
    second = separable(first, filters[1], l2, f"{name}_2")
    x = separable(second, filters[2], l2, f"{name}_3", stride)
    alike = stride == 1 and inputs.shape[-1] == filters[2]
    shortcut = inputs if alike else normalised(inputs, filters[2], 1, l2, f"{name}_shortcut", stride)
    return layers.Add(name=f"{name}_add")([x, shortcut]), second


def backbone(x: Tensor, l2: float) -> tuple[Tensor, Tensor]:
    """Features at a sixteenth of the picture, and those at a quarter that the decoder asks for."""
    x = layers.ReLU(name="entry1_relu")(normalised(x, 32, 3, l2, "entry1", stride=2))
    x = layers.ReLU(name="entry2_relu")(normalised(x, 64, 3, l2, "entry2"))
    x, _ = unit(x, (128,) * 3, l2, "block1", stride=2)
    x, early = unit(x, (256,) * 3, l2, "block2", stride=2)
    x, _ = unit(x, (728,) * 3, l2, "block3", stride=2)
    for number in range(1, MIDDLE + 1):
        x, _ = unit(x, (728,) * 3, l2, f"middle{number}")
    x, _ = unit(x, (728, 1024, 1024), l2, "exit1")
    for number, filters in enumerate((1536, 1536, 2048), 1):
        x = rectified_separable(x, filters, l2, f"exit2_{number}", dilation=2)
    return x, early


def deeplab_xception(activation: str = "linear", l2: float = 0.0) -> keras.Model:
    """Maps are made at a quarter of the picture and brought up to its size."""
    pixels = keras.Input((None, None, 3), name="pixels")
    features, early = backbone(around_nought(pixels), l2)
    wider = [
        rectified_separable(features, 256, l2, f"aspp{number}", dilation, FINE) for number, dilation in enumerate(DILATIONS, 1)
    ]
    x = enlarged(projected(features, [branch(features, l2, "aspp0"), *wider], l2), QUARTER, "to_quarter")
    early = layers.ReLU(name="early_relu")(normalised(early, DECODED, 1, l2, "early", epsilon=FINE))
    x = layers.Concatenate(name="decoded")([x, early])
    for number in (1, 2):
        x = rectified_separable(x, 256, l2, f"decoder{number}", epsilon=FINE)
    return keras.Model(pixels, full_size(x, QUARTER, activation), name="deeplab_xception")
