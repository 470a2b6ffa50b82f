"""ImageNet weights for the one backbone that Keras has them for; they are fetched only where the settings ask for them."""

import keras

from ki67.base.errors import InputError
from ki67.models.experiment import Begin
from ki67.models.store import weights_by_name

SIDE = 224  # of the pictures that those weights were learnt from; they fit any other
# DeepLab's Xception has twice the middle units of Keras's and BatchNorm where that has none; the others have no backbone.
FITTING = ("deeplab_mobilenetv2",)


def weights_of(architecture: str, asked: str) -> str:
    """What a backend really starts from."""
    return asked if architecture in FITTING else "random"


def beginning(architecture: str, asked: str) -> Begin | None:
    """How a network starts: from ImageNet where that is asked for and such weights fit, else as it was built."""
    return put_imagenet if weights_of(architecture, asked) == "imagenet" else None


def put_imagenet(model: keras.Model) -> None:
    """Put Keras's weights into the layers of the same name, which must be the whole backbone."""
    try:
        trained = keras.applications.MobileNetV2(weights="imagenet", include_top=False, input_shape=(SIDE, SIDE, 3))
    except Exception as error:  # Keras wraps whatever stopped the download
        what = " ".join(str(error).split())[:160]
        mend = "put that file into ~/.keras/models, connect this machine once, or set weights to random"
        raise InputError(f"{model.name}: its ImageNet weights cannot be had ({what}); {mend}") from error
    theirs = weights_by_name(trained)
    for layer in model.layers:
        for variable in layer.weights:
            name = f"{layer.name}/{variable.name}"
            if name in theirs:
                variable.assign(theirs[name])
