"""AGU-Net (Bouget et al. 2021): a U-Net with attention gates, an input pyramid and an answer at each level; design VII.

Its printed 7.68 million parameters need the pyramid. That a gate joins what it compares, where others add it, changes 316
parameters, too few to be seen in print.
"""

from collections.abc import Sequence

import keras
from keras import layers

from ki67.tumour.blocks import Tensor, bare_convolution, convolved_twice, enlarged, entrance, rectified
from ki67.tumour.pyramid import FILTERS, answered_at_every_size, seen_at_every_size

PARAMETERS = 7_668_537


def build_agunet(
    side: int = 1024, filters: Sequence[int] = FILTERS, channels: int = 4, momentum: float = 0.99, name: str = "agunet"
) -> keras.Model:
    """As many answers as halvings, from the full size down; there are as many halvings as filters but the bottom's."""
    *levels, bottom = filters
    picture = entrance(name, side, channels, len(levels))
    kept = seen_at_every_size(picture, levels, momentum)
    x = layers.MaxPooling2D(name=f"pool{len(levels)}")(kept[-1])
    x = convolved_twice(x, bottom, "bottom", momentum)
    ways_up = list[Tensor]()
    for depth, maps in reversed([*enumerate(levels, 1)]):
        x = rectified(enlarged(x, maps, f"double{depth}"), f"double{depth}", momentum)
        attended = gated(kept.pop(), x, maps // 2, f"gate{depth}", momentum)
        x = layers.Concatenate(name=f"join{depth}")([x, attended])
        x = convolved_twice(x, maps, f"up{depth}", momentum)
        ways_up.append(x)
    return keras.Model(picture, answered_at_every_size(ways_up), name=name)


def gated(skip: Tensor, gate: Tensor, maps: int, name: str, momentum: float) -> Tensor:
    """What was seen on the way down, each pixel weighed by what is known of it on the way up (Oktay et al. 2018)."""
    sides = {"skip": skip, "gate": gate}
    compared = [
        normalised(bare_convolution(x, maps, 1, f"{name}_{side}"), f"{name}_{side}", momentum) for side, x in sides.items()
    ]
    x = layers.ReLU(name=f"{name}_relu")(layers.Concatenate(name=f"{name}_join")(compared))
    x = normalised(bare_convolution(x, 1, 1, f"{name}_weight"), f"{name}_weight", momentum)
    return layers.Multiply(name=f"{name}_weighed")([skip, layers.Activation("sigmoid", name=f"{name}_sigmoid")(x)])


def normalised(x: Tensor, name: str, momentum: float) -> Tensor:
    """BatchNorm alone: a gate rectifies later, or squeezes."""
    return layers.BatchNormalization(momentum=momentum, name=f"{name}_bn")(x)
