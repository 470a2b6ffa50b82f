"""Xception (Chollet 2017), at any width; at the full one it is that of `keras.applications`, whose weights fit."""

from keras import layers

from ki67.cellularity.resnet import Tensor, bare_convolution, normalised, scaled

ENTRY = (128, 256, 728)
MIDDLE, REPEATED = 728, 8
EXIT = (728, 1024)
LAST = (1536, 2048)


def separable(x: Tensor, filters: int, name: str) -> Tensor:
    """Each map filtered by itself, then all of them mixed pixel by pixel; no bias, and a BatchNorm behind."""
    x = layers.SeparableConv2D(
        filters,
        3,
        padding="same",
        use_bias=False,
        depthwise_initializer="he_normal",
        pointwise_initializer="he_normal",
        name=name,
    )(x)
    return normalised(x, name)


def activated(x: Tensor, name: str) -> Tensor:
    """ReLU."""
    return layers.ReLU(name=f"{name}_relu")(x)


def plain(x: Tensor, filters: int, name: str, stride: int = 1) -> Tensor:
    """The two ordinary convolutions at the start; they do not pad."""
    x = layers.Conv2D(filters, 3, strides=stride, use_bias=False, kernel_initializer="he_normal", name=name)(x)
    return activated(normalised(x, name), name)


def shrinking(x: Tensor, start: Tensor, filters: tuple[int, int], name: str) -> Tensor:
    """From `start`, two separable convolutions and a pooling to half the size; a 1×1 convolution of x beside them."""
    shortcut = normalised(bare_convolution(x, filters[1], 1, f"{name}_shortcut", stride=2), f"{name}_shortcut")
    x = separable(start, filters[0], f"{name}_sepconv1")
    x = separable(activated(x, f"{name}_before2"), filters[1], f"{name}_sepconv2")
    x = layers.MaxPooling2D(3, 2, padding="same", name=f"{name}_pool")(x)
    return layers.Add(name=f"{name}_add")([x, shortcut])


def middle(x: Tensor, filters: int, name: str) -> Tensor:
    """Three separable convolutions beside what they start from."""
    shortcut = x
    for number in (1, 2, 3):
        x = separable(activated(x, f"{name}_before{number}"), filters, f"{name}_sepconv{number}")
    return layers.Add(name=f"{name}_add")([x, shortcut])


def xception_features(pixels: Tensor, width: float = 1.0) -> Tensor:
    """What the last layer makes of a picture, at about a thirty-second of its size."""
    x = plain(pixels, scaled(32, width), "block1_conv1", stride=2)
    x = plain(x, scaled(64, width), "block1_conv2")
    for number, filters in enumerate(ENTRY, 2):
        start = activated(x, f"block{number}_before1") if number > 2 else x  # it comes from a ReLU already
        x = shrinking(x, start, (scaled(filters, width), scaled(filters, width)), f"block{number}")
    for number in range(5, 5 + REPEATED):
        x = middle(x, scaled(MIDDLE, width), f"block{number}")
    last = f"block{5 + REPEATED}"
    x = shrinking(x, activated(x, f"{last}_before1"), (scaled(EXIT[0], width), scaled(EXIT[1], width)), last)
    for number, filters in enumerate(LAST, 1):
        name = f"block{6 + REPEATED}_sepconv{number}"
        x = activated(separable(x, scaled(filters, width), name), name)
    return x
