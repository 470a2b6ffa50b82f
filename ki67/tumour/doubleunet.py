"""DoubleU-Net (Jha et al. 2020): a second U-Net looks at the picture beside what the first made of it; design IX.

The paper's text gives its atrous pooling 42 filters. With 42 it has 16.24 million parameters and the paper prints 16.04:
it must have been 32. At 1024 pixels its bottom is 4 × 4, so the dilated taps (6, 12, 18) see nothing but padding.
"""

from collections.abc import Sequence

import keras
from keras import layers

from ki67.tumour.blocks import Tensor, bare_convolution, convolved_twice, dropped, entrance, rectified, shares
from ki67.tumour.head import ANSWER
from ki67.tumour.pyramid import FILTERS

PARAMETERS = 16_025_076
POOLING, AS_PRINTED = 32, 42
RATES = (1, 6, 12, 18)
SQUEEZED = 8
DROPPED = 0.1


def build_doubleunet(
    side: int = 1024,
    filters: Sequence[int] = FILTERS,
    channels: int = 4,
    momentum: float = 0.99,
    name: str = "doubleunet",
    pooling: int = POOLING,
) -> keras.Model:
    """Two answers of the full size, the second network's first; there are as many halvings as filters."""
    picture = entrance(name, side, channels, len(filters))
    kept1, x = downwards(picture, filters, "first", momentum)
    x = atrous_pooling(x, pooling, "first", momentum)
    guess = shares(upwards(x, [kept1], filters, "first", momentum), f"{ANSWER}_first")
    both = layers.Concatenate(name="beside_guess")([picture, guess])
    kept2, x = downwards(both, filters, "second", momentum)
    x = atrous_pooling(x, pooling, "second", momentum)
    answer = shares(upwards(x, [kept1, kept2], filters, "second", momentum), ANSWER)
    return keras.Model(picture, [answer, guess], name=name)


def downwards(x: Tensor, filters: Sequence[int], name: str, momentum: float) -> tuple[list[Tensor], Tensor]:
    """The maps of each level, and what is left after the last halving."""
    kept = list[Tensor]()
    for depth, maps in enumerate(filters, 1):
        kept.append(squeezed(x, maps, f"{name}_down{depth}", momentum))
        x = layers.MaxPooling2D(name=f"{name}_pool{depth}")(kept[-1])
    return kept, x


def upwards(x: Tensor, skips: Sequence[list[Tensor]], filters: Sequence[int], name: str, momentum: float) -> Tensor:
    """Back to the full size, at each level beside what every encoder so far saw there."""
    for depth, maps in reversed([*enumerate(filters, 1)]):
        x = layers.UpSampling2D(interpolation="bilinear", name=f"{name}_double{depth}")(x)
        x = layers.Concatenate(name=f"{name}_join{depth}")([x, *(kept[depth - 1] for kept in skips)])
        x = squeezed(x, maps, f"{name}_up{depth}", momentum)
    return x


def squeezed(x: Tensor, maps: int, name: str, momentum: float) -> Tensor:
    """Two convolutions, and each map weighed by what all maps are on the mean (squeeze and excite, Hu et al. 2018)."""
    x = convolved_twice(x, maps, name, momentum)
    mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_mean")(x)
    fewer = layers.Dense(max(1, maps // SQUEEZED), activation="relu", use_bias=False, name=f"{name}_squeeze")(mean)
    weights = layers.Dense(maps, activation="sigmoid", use_bias=False, name=f"{name}_excite")(fewer)
    return dropped(layers.Multiply(name=f"{name}_weighed")([x, weights]), DROPPED, name)


def atrous_pooling(x: Tensor, maps: int, name: str, momentum: float) -> Tensor:
    """The bottom seen as a whole and at four widths at once (Chen et al. 2018)."""
    whole = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_whole_mean")(x)
    whole = rectified(bare_convolution(whole, maps, 1, f"{name}_whole"), f"{name}_whole", momentum)
    seen = [layers.UpSampling2D(x.shape[1:3], name=f"{name}_whole_spread")(whole)]
    for rate in RATES:
        at_rate = bare_convolution(x, maps, 1 if rate == 1 else 3, f"{name}_rate{rate}", bias=False, dilation=rate)
        seen.append(rectified(at_rate, f"{name}_rate{rate}", momentum))
    x = bare_convolution(layers.Concatenate(name=f"{name}_atrous")(seen), maps, 1, f"{name}_bottom", bias=False)
    return rectified(x, f"{name}_bottom", momentum)
