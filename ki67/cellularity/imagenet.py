"""Starting from ImageNet: the weights of `keras.applications`, from its cache or the network; without either, one clear line."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError

APPLICATIONS = {
    "resnet50": keras.applications.ResNet50,
    "xception": keras.applications.Xception,
    "xception_classes": keras.applications.Xception,
}
WAIT = 10.0  # seconds for a server that does not answer
CAFFE_MEANS = (103.939, 116.779, 123.68)  # blue, green and red: what ResNet-50's weights expect to be subtracted


def start_from_imagenet(model: keras.Model, network: str) -> None:
    """Put the published weights into all but the last layer of a network of the published width."""
    features = keras.Model(model.input, model.get_layer("pooled").input)
    weights = published(network).get_weights()
    features.set_weights(for_our_pixels(weights) if network == "resnet50" else weights)


def published(network: str) -> keras.Model:
    """The library's own network with its weights: from `~/.keras/models`, else from where the library keeps them."""
    try:
        with impatient():
            return APPLICATIONS[network](include_top=False, weights="imagenet")
    except Exception as error:  # the library raises nothing narrower
        what = " ".join(str(error).split())
        raise InputError(
            f"regress.networks: {network}_imagenet: {what}; connect, put that file into ~/.keras/models, or take the name out"
        ) from error


@contextmanager
def impatient() -> Iterator[None]:
    """Wait some seconds for an answer from the network, not for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(WAIT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def for_our_pixels(weights: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """ResNet-50's weights with its pixels' scale, 0…255 less a mean, blue first, moved into its first convolution.

    Ours are red first and from −1 to 1. All is as it was but at the rim, where a 0 of the padding was the mean and is mid-grey.
    """
    kernel, bias, *others = weights
    shift = 127.5 - np.array(CAFFE_MEANS, np.float32)
    moved = bias + np.einsum("yxcf,c->f", kernel, shift)
    return [127.5 * kernel[:, :, ::-1], moved.astype(np.float32), *others]
