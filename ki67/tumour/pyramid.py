"""The encoder of AGU-Net and DAGU-Net: it sees the picture itself again at every size, and is answered at every size.

The printed counts need this pyramid (without it the networks have 0.96 million parameters fewer) on all levels but the bottom.
"""

from collections.abc import Sequence

from keras import layers

from ki67.tumour.blocks import Tensor, bare_convolution, convolved_twice, shares
from ki67.tumour.head import ANSWER

FILTERS = (8, 16, 32, 64, 128, 128, 256, 256)


def seen_at_every_size(picture: Tensor, levels: Sequence[int], momentum: float) -> list[Tensor]:
    """The maps of each level downwards; from the second on, the picture of that size stands beside what comes from above."""
    kept = [convolved_twice(picture, levels[0], "down1", momentum)]
    for depth, maps in enumerate(levels[1:], 2):
        picture = layers.AveragePooling2D(2, name=f"picture{depth}")(picture)
        seen = layers.ReLU(name=f"seen{depth}_relu")(bare_convolution(picture, maps, 3, f"seen{depth}"))
        above = layers.MaxPooling2D(name=f"pool{depth - 1}")(kept[-1])
        x = layers.Concatenate(name=f"beside{depth}")([seen, above])
        kept.append(convolved_twice(x, maps, f"down{depth}", momentum))
    return kept


def answered_at_every_size(ways_up: Sequence[Tensor]) -> list[Tensor]:
    """Deep supervision: two shares a pixel at each level upwards, the full size first; a name ends in how much smaller it is."""
    finest_first = [*reversed(ways_up)]
    return [shares(x, f"{ANSWER}_{2**halved}" if halved else ANSWER) for halved, x in enumerate(finest_first)]
