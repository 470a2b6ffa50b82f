"""What both DeepLab networks share: the picture as a whole beside each place of it, and maps brought up to its size.

They are DeepLabv3+ as PathoNet's public code takes it over for Keras. Three things are said otherwise here and come to the same:
a projection of things laid side by side is a sum of projections of each, so what is known of the whole picture need not be
spread over it first; the last layer works before the up-sampling and its activation after, because both are linear; and values
from −1 to 1, which such backbones expect, are made inside the network, from the 0 to 1 that all networks here are given.
"""

from collections.abc import Sequence

from keras import layers

from ki67.models.units import Tensor, decay, density_maps, normalised

BRANCH = 256
FINE = 1e-5  # BatchNorm's epsilon outside the backbone
DROPOUT = 0.1


def around_nought(pixels: Tensor) -> Tensor:
    """Values from −1 to 1."""
    return layers.Rescaling(2.0, offset=-1.0, name="around_nought")(pixels)


def branch(x: Tensor, l2: float, name: str) -> Tensor:
    """A look at each place alone."""
    return layers.ReLU(name=f"{name}_relu")(normalised(x, BRANCH, 1, l2, name, epsilon=FINE))


def projected(features: Tensor, branches: Sequence[Tensor], l2: float) -> Tensor:
    """The branches and the mean of the whole picture, brought down to 256 channels together."""
    whole = branch(layers.GlobalAveragePooling2D(keepdims=True, name="whole")(features), l2, "image_pooling")
    beside = layers.Concatenate(name="branches")(list(branches)) if len(branches) > 1 else branches[0]
    parts = [
        layers.Conv2D(BRANCH, 1, use_bias=False, kernel_regularizer=decay(l2), name=f"projection_{name}")(part)
        for name, part in (("places", beside), ("whole", whole))
    ]
    x = layers.BatchNormalization(epsilon=FINE, name="projection_BN")(layers.Add(name="projection")(parts))
    return layers.Dropout(DROPOUT, name="dropout")(layers.ReLU(name="projection_relu")(x))


def full_size(x: Tensor, factor: int, activation: str) -> Tensor:
    """Three maps of the picture's size, from features so many times smaller."""
    maps = enlarged(density_maps(x, "linear"), factor, "full_size", "float32")
    return layers.Activation(activation, dtype="float32", name="rectified_maps")(maps) if activation != "linear" else maps


def enlarged(x: Tensor, factor: int, name: str, dtype: str | None = None) -> Tensor:
    """Up-sampling that draws straight lines between values."""
    return layers.UpSampling2D(factor, interpolation="bilinear", dtype=dtype, name=name)(x)
