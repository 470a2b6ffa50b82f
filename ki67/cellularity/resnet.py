"""ResNet-34 with ELU in place of ReLU and BatchNorm after it (Rakhlin et al. 2019): the encoder of every network of theirs here.

The change of order moves every BatchNorm behind the activation it stood before and adds none, so the count of parameters is
that of the ResNet-34 that everybody knows. As there, no convolution has a bias; a shortcut that changes size is a 1×1
convolution with a BatchNorm of its own and no activation.
"""

from dataclasses import dataclass
from typing import Any

from keras import layers

BLOCKS = (3, 4, 6, 3)
FILTERS = (64, 128, 256, 512)
TRAINABLE = 21_284_672  # of 3 channels at full width: 21,797,672 with the 1000-class head that is left out here

Tensor = Any


@dataclass(frozen=True)
class Levels:
    """What the encoder makes of a picture, from fine to coarse; the names say the size against the input's."""

    half: Tensor
    quarter: Tensor
    eighth: Tensor
    sixteenth: Tensor
    thirty_second: Tensor


def scaled(filters: int, width: float) -> int:
    """So many maps of a network that is narrower than the published one; a multiple of sixteen, sixteen at least.

    oneDNN, which TensorFlow trains with, works in blocks of sixteen. With 8, 12 or 28 maps, processes died in its kernels.
    """
    return filters if width == 1 else max(16, 16 * round(filters * width / 16))


def bare_convolution(x: Tensor, filters: int, kernel: int, name: str, stride: int = 1) -> Tensor:
    """A convolution without bias, from He's initialisation."""
    return layers.Conv2D(
        filters, kernel, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal", name=name
    )(x)


def normalised(x: Tensor, name: str) -> Tensor:
    """BatchNorm that forgets as quickly as ResNet's own (0.9): a training of minutes leaves no time for more."""
    return layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)


def activated(x: Tensor, name: str) -> Tensor:
    """The paper's order: first ELU, then BatchNorm."""
    return normalised(layers.ELU(name=f"{name}_elu")(x), name)


def convolution(x: Tensor, filters: int, kernel: int, name: str, stride: int = 1) -> Tensor:
    """The unit that encoder and decoders are made of: convolution, ELU, BatchNorm."""
    return activated(bare_convolution(x, filters, kernel, name, stride), name)


def basic_block(x: Tensor, filters: int, stride: int, name: str) -> Tensor:
    """Two 3×3 convolutions beside a shortcut; the second one's ELU and BatchNorm come after the sum, where its ReLU was."""
    shortcut = x
    if stride > 1 or x.shape[-1] != filters:
        shortcut = bare_convolution(x, filters, 1, f"{name}_shortcut", stride)
        shortcut = normalised(shortcut, f"{name}_shortcut")
    x = convolution(x, filters, 3, f"{name}_conv1", stride)
    x = bare_convolution(x, filters, 3, f"{name}_conv2")
    return activated(layers.Add(name=f"{name}_add")([x, shortcut]), f"{name}_conv2")


def resnet34_levels(pixels: Tensor, width: float = 1.0, name: str = "encoder") -> Levels:
    """All five levels of a picture of any number of channels, its sides multiples of 32; layers are called `<name>_…`."""
    half = convolution(pixels, scaled(64, width), 7, f"{name}_stem", stride=2)
    x = layers.MaxPooling2D(3, 2, padding="same", name=f"{name}_pool")(half)
    stages = []
    for stage, (blocks, filters) in enumerate(zip(BLOCKS, FILTERS, strict=True), 1):
        for block in range(1, blocks + 1):
            stride = 2 if stage > 1 and block == 1 else 1
            x = basic_block(x, scaled(filters, width), stride, f"{name}_stage{stage}_block{block}")
        stages.append(x)
    return Levels(half, *stages)
