"""Readers of H&E patches that start from ImageNet: the weights of `keras.applications`, brought to our pixels."""

from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ki67.models.imagenet import published

APPLICATIONS = {
    "resnet50": keras.applications.ResNet50,
    "xception": keras.applications.Xception,
    "xception_classes": keras.applications.Xception,
}
CAFFE_MEANS = (103.939, 116.779, 123.68)  # blue, green and red: what ResNet-50's weights expect to be subtracted


def start_from_imagenet(model: keras.Model, network: str) -> None:
    """Put the published weights into all but the last layer of a network of the published width."""
    features = keras.Model(model.input, model.get_layer("pooled").input)
    weights = published_features(network).get_weights()
    features.set_weights(for_our_pixels(weights) if network == "resnet50" else weights)


def published_features(network: str) -> keras.Model:
    """The library's own network without its classes."""
    build = partial(APPLICATIONS[network], include_top=False, weights="imagenet")
    return published(build, f"regress.networks: {network}_imagenet", "take the name out")


def for_our_pixels(weights: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """ResNet-50's weights with its pixels' scale, 0…255 less a mean, blue first, moved into its first convolution.

    Ours are red first and from −1 to 1. All is as it was but at the rim, where a 0 of the padding was the mean and is mid-grey.
    """
    kernel, bias, *others = weights
    shift = 127.5 - np.array(CAFFE_MEANS, np.float32)
    moved = bias + np.einsum("yxcf,c->f", kernel, shift)
    return [127.5 * kernel[:, :, ::-1], moved.astype(np.float32), *others]
