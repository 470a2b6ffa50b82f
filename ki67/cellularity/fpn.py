"""The paper's segmentation network: a ResNet-34 encoder under a feature pyramid (Rakhlin et al. 2019, Figure 2).

Their text takes the blocks "to the original resolution" at rates of 8, 4, 2 and 1. A ResNet's four stages have strides of 32,
16, 8 and 4, so at these rates all four meet at a quarter of the input's size. They are put side by side there, half of
the maps are dropped, and the four channels that come of them are brought to the input's size at the end.
"""

import keras
import numpy as np
from keras import layers

from ki67.cellularity.discs import CHANNELS
from ki67.cellularity.resnet import Tensor, bare_convolution, convolution, resnet34_levels

MAPS = 64  # of one block, whatever the encoder's width: half of all 256 can be spared, half of a quarter of them cannot
RATES = (8, 4, 2, 1)
DROPPED = 0.5
USUAL = (0.03, 0.03, 0.06, 0.88)  # about the share of each in a patch: where the output starts, so that no step goes into it


def fpn(width: float = 1.0) -> keras.Model:
    """Encoder, pyramid, SpatialDropout, and four sigmoid maps in float32 of the input's size."""
    pixels = keras.Input((None, None, 3), name="pixels")
    levels = resnet34_levels(pixels, width)
    stages = (levels.thirty_second, levels.sixteenth, levels.eighth, levels.quarter)
    blocks = pyramid(stages)
    side_by_side = layers.Concatenate(name="join")(blocks)
    # In float32, because Keras stores no other arithmetic of this layer: a training that goes on would compute otherwise.
    kept = layers.SpatialDropout2D(DROPPED, dtype="float32", name="drop_maps")(side_by_side)
    return keras.Model(pixels, sigmoid_maps(kept, enlarged=4), name="fpn")


def pyramid(stages: tuple[Tensor, ...]) -> list[Tensor]:
    """From coarse to fine each stage is added to what the coarser ones say; a block is a convolution and its enlargement."""
    blocks: list[Tensor] = []
    above: Tensor = None
    for rate, stage in zip(RATES, stages, strict=True):
        here = bare_convolution(stage, MAPS, 1, f"lateral{rate}")
        if above is not None:
            here = layers.Add(name=f"add{rate}")([here, layers.UpSampling2D(name=f"down{rate}")(above)])
        above = here
        block = convolution(here, MAPS, 3, f"block{rate}")
        blocks.append(layers.UpSampling2D(rate, interpolation="bilinear", name=f"up{rate}")(block))
    return blocks


def sigmoid_maps(x: Tensor, enlarged: int = 1) -> Tensor:
    """Four independent answers a pixel, whatever arithmetic came before in float32."""
    usual = np.array(USUAL)
    x = layers.Conv2D(
        len(CHANNELS),
        1,
        dtype="float32",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
        bias_initializer=keras.initializers.Constant(np.log(usual / (1 - usual))),
        name="maps",
    )(x)
    if enlarged > 1:
        x = layers.UpSampling2D(enlarged, interpolation="bilinear", dtype="float32", name="enlarge")(x)
    return layers.Activation("sigmoid", dtype="float32", name="sigmoid")(x)
