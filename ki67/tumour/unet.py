"""U-Net (Ronneberger et al. 2015) as the paper refines with it: designs II (on three channels, without a heat map) and VI.

Its printed 11.58 million parameters need eight levels and a bottom, and an up-sampling that has no weights. They leave open what
has none: where maps are dropped (here at the end of each level upwards) and which interpolation enlarges (here none).
"""

from collections.abc import Sequence

import keras
from keras import layers

from ki67.tumour.blocks import Tensor, convolved_twice, dropped, entrance, shares
from ki67.tumour.head import ANSWER

FILTERS = (8, 16, 32, 64, 128, 128, 256, 256, 512)
PARAMETERS = 11_572_562
DROPPED = 0.1


def build_unet(
    side: int = 1024, filters: Sequence[int] = FILTERS, channels: int = 4, momentum: float = 0.99, name: str = "unet"
) -> keras.Model:
    """Two shares a pixel; there are as many halvings as filters but the last, which are the bottom's."""
    *levels, bottom = filters
    picture = x = entrance(name, side, channels, len(levels))
    kept = list[Tensor]()
    for depth, maps in enumerate(levels, 1):
        kept.append(convolved_twice(x, maps, f"down{depth}", momentum))
        x = layers.MaxPooling2D(name=f"pool{depth}")(kept[-1])
    x = convolved_twice(x, bottom, "bottom", momentum)
    for depth, maps in reversed([*enumerate(levels, 1)]):
        x = layers.UpSampling2D(name=f"double{depth}")(x)
        x = layers.Concatenate(name=f"join{depth}")([kept.pop(), x])
        x = dropped(convolved_twice(x, maps, f"up{depth}", momentum), DROPPED, f"up{depth}")
    return keras.Model(picture, shares(x, ANSWER), name=name)
