"""ImageNet weights, fetched only where the settings ask for them; without them, one line that says what to do."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras

from ki67.base.errors import InputError
from ki67.models.experiment import Begin
from ki67.models.store import weights_by_name

SIDE = 224  # of the pictures that those weights were learnt from; they fit any other
WAIT = 10.0  # seconds for a server that does not answer
# DeepLab's Xception has twice the middle units of Keras's and BatchNorm where that has none; the others have no backbone.
FITTING = ("deeplab_mobilenetv2",)


def published(network: Callable[[], keras.Model], who: str, otherwise: str) -> keras.Model:
    """The library's own network with its weights: from `~/.keras/models`, else from where the library keeps them."""
    try:
        with impatient():
            return network()
    except Exception as error:  # Keras wraps whatever stopped the download
        what = " ".join(str(error).split())
        mend = f"put that file into ~/.keras/models, connect this machine once, or {otherwise}"
        raise InputError(f"{who}: its ImageNet weights cannot be had ({what}); {mend}") from error


@contextmanager
def impatient() -> Iterator[None]:
    """Wait some seconds for an answer from the network, not for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(WAIT)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def weights_of(architecture: str, asked: str) -> str:
    """What a backend really starts from."""
    return asked if architecture in FITTING else "random"


def beginning(architecture: str, asked: str) -> Begin | None:
    """How a network starts: from ImageNet where that is asked for and such weights fit, else as it was built."""
    return put_imagenet if weights_of(architecture, asked) == "imagenet" else None


def put_imagenet(model: keras.Model) -> None:
    """Put Keras's weights into the layers of the same name, which must be the whole backbone."""
    theirs = weights_by_name(published(mobilenet, model.name, "set weights to random"))
    for layer in model.layers:
        for variable in layer.weights:
            name = f"{layer.name}/{variable.name}"
            if name in theirs:
                variable.assign(theirs[name])


def mobilenet() -> keras.Model:
    """The backbone of DeepLab on MobileNetV2, as Keras has it."""
    return keras.applications.MobileNetV2(weights="imagenet", include_top=False, input_shape=(SIDE, SIDE, 3))
