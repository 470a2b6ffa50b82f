"""DAGU-Net (Bouget et al. 2021): AGU-Net's pyramid and answers with dual attention at the bottom and no gates; design VIII.

Its printed 9.99 million parameters leave no room for gates, nor for what the position attention compares pixels by: the
reference makes those 81,920 weights anew in each call and never saves them. Here they are layers, learn, and are saved.
"""

from collections.abc import Callable, Sequence

import keras
from keras import layers

from ki67.tumour.blocks import Tensor, bare_convolution, convolution, convolved_twice, dropped, enlarged, entrance, rectified
from ki67.tumour.pyramid import FILTERS, answered_at_every_size, seen_at_every_size

PARAMETERS = 9_992_680
UNCOUNTED = ("position_query", "position_key", "position_value")  # layers that the printed count leaves out
COMPARED = 8  # so many times fewer maps are compared than looked at (Fu et al. 2019)
DROPPED = 0.5


def build_dagunet(
    side: int = 1024, filters: Sequence[int] = FILTERS, channels: int = 4, momentum: float = 0.99, name: str = "dagunet"
) -> keras.Model:
    """As many answers as halvings, from the full size down; there are as many halvings as filters but the bottom's."""
    *levels, bottom = filters
    picture = entrance(name, side, channels, len(levels))
    kept = seen_at_every_size(picture, levels, momentum)
    x = layers.MaxPooling2D(name=f"pool{len(levels)}")(kept[-1])
    x = dual_attention(convolved_twice(x, bottom, "bottom", momentum), momentum)
    ways_up = list[Tensor]()
    for depth, maps in reversed([*enumerate(levels, 1)]):
        x = layers.Concatenate(name=f"join{depth}")([enlarged(x, maps, f"double{depth}"), kept.pop()])
        x = convolved_twice(rectified(x, f"join{depth}", momentum), maps, f"up{depth}", momentum)
        ways_up.append(x)
    return keras.Model(picture, answered_at_every_size(ways_up), name=name)


def dual_attention(x: Tensor, momentum: float) -> Tensor:
    """Pixels that are told of pixels like them, plus maps that are told of maps like them (Fu et al. 2019)."""
    positions = branch(x, position_attention, "position", momentum)
    channels = branch(x, channel_attention, "channel", momentum)
    x = dropped(layers.Add(name="attended")([positions, channels]), DROPPED, "attended")
    x = bare_convolution(x, x.shape[-1], 1, "attended_1x1")
    return layers.BatchNormalization(momentum=momentum, name="attended_1x1_bn")(x)


def branch(x: Tensor, attention: Callable[[Tensor], Tensor], name: str, momentum: float) -> Tensor:
    """What one attention adds, from nothing at first, and two convolutions of it."""
    maps = x.shape[-1]
    x = LearntSum(name=f"{name}_sum")(x, attention(x))
    x = dropped(convolution(x, maps, f"{name}_before", momentum), DROPPED, name)
    return bare_convolution(x, maps, 3, f"{name}_after")


def position_attention(x: Tensor) -> Tensor:
    """Each pixel becomes a mean of all, weighed by how alike they are in fewer maps."""
    height, width, maps = x.shape[1:]
    fewer = max(1, maps // COMPARED)
    query, key, value = (
        layers.Reshape((height * width, count), name=f"{name}_row")(bare_convolution(x, count, 1, name, bias=False))
        for name, count in zip(UNCOUNTED, (fewer, fewer, maps), strict=True)
    )
    mean = layers.Attention(dtype="float32", name="position_attention")([query, value, key])
    return layers.Reshape((height, width, maps), name="position_maps")(mean)


def channel_attention(x: Tensor) -> Tensor:
    """Each map becomes a mean of all, weighed by how alike they are over the pixels; nothing is learnt for it."""
    height, width, maps = x.shape[1:]
    rows = layers.Permute((2, 1), name="channel_rows")(layers.Reshape((height * width, maps), name="channel_pixels")(x))
    mean = layers.Attention(dtype="float32", name="channel_attention")([rows, rows])
    return layers.Reshape((height, width, maps), name="channel_maps")(layers.Permute((2, 1), name="channel_columns")(mean))


@keras.saving.register_keras_serializable("ki67")
class LearntSum(layers.Layer):  # type: ignore[misc]
    """Maps, and γ times others; γ is learnt and nought at first."""

    def build(self, *shapes: object) -> None:
        """One number."""
        self.gamma = self.add_weight(shape=(), initializer="zeros", name="gamma")

    def call(self, maps: Tensor, others: Tensor) -> Tensor:
        """The sum."""
        return maps + self.gamma * others
