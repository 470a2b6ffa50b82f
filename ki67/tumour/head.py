"""The patch networks' common part: a backbone of `keras.applications` under the paper's head (Pedersen et al. 2022, section 2.3).

They take patches in float32 from −1 to 1, as both backbones' published weights expect, and answer with two shares that sum to
one: free of tumour, and tumour.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import keras
from keras import layers

from ki67.base.errors import InputError
from ki67.cellularity.resnet import scaled
from ki67.models.imagenet import SIDE, published

CLASSES = ("free", "tumour")
TUMOUR = CLASSES.index("tumour")
HIDDEN = 100
DROPPED = 0.5
COUNTED = re.compile(r"(conv2d|batch_normalization|activation|concatenate|average_pooling2d|max_pooling2d)(?:_\d+)?")
POOLED, ANSWER = "pooled", "tumour"  # layers that others look for

Tensor = Any
Weights = Literal["imagenet"]
Backbone = Callable[..., keras.Model]


def patch_network(
    backbone: Backbone, name: str, width: float, side: int, weights: Weights | None, momentum: float
) -> keras.Model:
    """A backbone at a width, with the head on it; weights are those of the published width."""
    features = resized(backbone(include_top=False, weights=None, input_shape=(side, side, 3)), width, momentum)
    if weights is not None:
        features.set_weights(published_weights(backbone, name, width))
    return keras.Model(features.input, with_head(features.output, momentum), name=name)


def with_head(maps: Tensor, momentum: float) -> Tensor:
    """The mean of each map, a hundred hidden units that are dropped, rectified and normalised in this order, and the answer."""
    x = layers.GlobalAveragePooling2D(name=POOLED)(maps)
    x = layers.Dense(HIDDEN, name="hidden")(x)
    x = layers.Dropout(DROPPED, name="hidden_drop")(x)
    x = layers.ReLU(name="hidden_relu")(x)
    x = layers.BatchNormalization(momentum=momentum, name="hidden_bn")(x)
    return layers.Dense(len(CLASSES), activation="softmax", dtype="float32", name=ANSWER)(x)


def features_of(network: keras.Model) -> keras.Model:
    """What a patch network sees in a patch, before its head judges it: what tissue is clustered by."""
    return keras.Model(network.input, network.get_layer(POOLED).output, name=f"{network.name}_features")


def resized(backbone: keras.Model, width: float, momentum: float) -> keras.Model:
    """A copy with fresh weights whose convolutions have about so much of the published maps.

    Neither paper has such widths: a narrower one is our deviation, for trainings of minutes. So is `momentum`, with which
    BatchNorm forgets: MobileNetV2's own 0.999 needs thousands of steps before what it has seen says anything.
    """

    places = {layer.name: place for place, layer in enumerate(backbone.layers)}

    def rebuilt(layer: keras.Layer) -> keras.Layer:
        settings = layer.get_config()
        if counted := COUNTED.fullmatch(layer.name):  # names that go by all that Keras ever built: by their place instead
            settings["name"] = f"{counted[1]}_{places[layer.name]}"
        if isinstance(layer, layers.Conv2D):
            settings["filters"] = scaled(layer.filters, width)
        if isinstance(layer, layers.BatchNormalization):
            settings["momentum"] = momentum
        return layer.__class__.from_config(settings)

    return keras.models.clone_model(backbone, clone_function=rebuilt)


def published_weights(backbone: Backbone, name: str, width: float) -> list[Any]:
    """ImageNet's, which the paper began with; there are none of another width."""
    if width != 1:
        raise InputError(
            f"{name}: ImageNet weights are those of width 1, not {width:g}; set the width to 1 or the weights to random"
        )
    build = partial(backbone, include_top=False, weights="imagenet", input_shape=(SIDE, SIDE, 3))
    return list(published(build, name, "set weights to random").get_weights())
