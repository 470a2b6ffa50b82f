"""U-Net (Ronneberger et al. 2015), which the paper trained and left out of its tables, and for which it prints no count.

This is the one of PathoNet's public code: 64 to 1024 channels, up-sampling followed by a 2×2 convolution, BatchNorm after each
3×3 convolution, and eight channels before the three maps.
"""

import keras
from keras import layers

from ki67.models.units import Tensor, density_maps, rectified

LEVELS, DEEPEST = (64, 128, 256, 512), 1024
START = "he_normal"


def seen_twice(x: Tensor, filters: int, l2: float, name: str) -> Tensor:
    """Two 3×3 convolutions, rectified and then normalised."""
    return seen(seen(x, filters, l2, f"{name}_1"), filters, l2, f"{name}_2")


def seen(x: Tensor, filters: int, l2: float, name: str) -> Tensor:
    """A 3×3 convolution, rectified and then normalised."""
    return layers.BatchNormalization(name=f"{name}_BN")(rectified(x, filters, 3, l2, name, START))


def unet(activation: str = "linear", l2: float = 0.0) -> keras.Model:
    """Four levels down, four up, each beside what was seen at its size on the way down."""
    pixels = x = keras.Input((None, None, 3), name="pixels")
    kept = list[Tensor]()
    for depth, filters in enumerate(LEVELS, 1):
        kept.append(seen_twice(x, filters, l2, f"down{depth}"))
        x = layers.MaxPooling2D(name=f"pool{depth}")(kept[-1])
    x = seen_twice(x, DEEPEST, l2, "deepest")
    for depth, filters in reversed([*enumerate(LEVELS, 1)]):
        x = layers.UpSampling2D(name=f"double{depth}")(x)
        x = rectified(x, filters, 2, l2, f"narrow{depth}", START)
        x = layers.Concatenate(name=f"join{depth}")([kept.pop(), x])
        x = seen_twice(x, filters, l2, f"up{depth}")
    x = seen(x, 8, l2, "last")
    return keras.Model(pixels, density_maps(x, activation), name="unet")
