"""U-Net on a ResNet-50 encoder as the paper trains it (McConnell et al. 2021; Ronneberger et al. 2015; He et al. 2016).

The encoder is the house's own ResNet-50 without the biases that BatchNorm takes back at once: PyTorch has none, and so the count
of parameters comes out. One thing stays as Keras has it, whose ImageNet weights were learnt so: a stage halves in its first 1×1
convolution, where PyTorch's halves in the 3×3 one behind it. No weight more or less follows from that.
"""

from functools import partial

import keras
from keras import layers

from ki67.base.errors import InputError
from ki67.cellularity.imagenet import for_our_pixels
from ki67.cellularity.resnet import Tensor, scaled
from ki67.cellularity.resnet50 import resnet50_features
from ki67.models.imagenet import published
from ki67.settings.networks import Start
from ki67.tumour.head import ANSWER

CLASSES = 3  # background, negative, positive
FILTERS = (256, 128, 64, 32, 16)  # of the decoder, from the coarsest step to the input's own size
SKIPS = ("conv4_block6_out_relu", "conv3_block4_out_relu", "conv2_block3_out_relu", "conv1_relu", None)
ENCODER, DECODER, MAPS = 23_508_032, 9_012_928, 435  # that learn, at full width
PARAMETERS = ENCODER + DECODER + MAPS


def build_unet_resnet50(width: float = 1.0, weights: Start = "random") -> keras.Model:
    """Five times enlarged to the nearest pixel, each time beside the encoder's level of that size; a share a class and pixel."""
    encoder = resnet50(width)
    if weights == "imagenet":
        start_from_imagenet(encoder, width)
    x = encoder.output
    for step, (filters, skip) in enumerate(zip(FILTERS, SKIPS, strict=True), 1):
        x = layers.UpSampling2D(interpolation="nearest", name=f"up{step}")(x)
        if skip is not None:
            x = layers.Concatenate(name=f"join{step}")([x, encoder.get_layer(skip).output])
        for number in (1, 2):
            x = decoded(x, scaled(filters, width), f"decoder{step}_{number}")
    return keras.Model(encoder.input, class_shares(x), name="unet_resnet50")


def decoded(x: Tensor, filters: int, name: str) -> Tensor:
    """The unit of the decoder: a 3×3 convolution, BatchNorm, ReLU."""
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer="he_normal", name=f"{name}_conv")(x)
    x = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def class_shares(x: Tensor) -> Tensor:
    """Softmax over the classes, in float32 whatever arithmetic came before; named as `tumour.learning` looks for it."""
    return layers.Conv2D(CLASSES, 3, padding="same", activation="softmax", dtype="float32", name=ANSWER)(x)


def resnet50(width: float = 1.0) -> keras.Model:
    """The house's ResNet-50, every convolution without its bias."""
    pixels = keras.Input((None, None, 3), name="pixels")
    return keras.models.clone_model(keras.Model(pixels, resnet50_features(pixels, width)), clone_function=without_bias)


def without_bias(layer: keras.Layer) -> keras.Layer:
    """A fresh copy of a layer; of a convolution, one that adds nothing."""
    settings = layer.get_config()
    if isinstance(layer, layers.Conv2D):
        settings["use_bias"] = False
    return layer.__class__.from_config(settings)


def start_from_imagenet(encoder: keras.Model, width: float) -> None:
    """Put the weights of `keras.applications` into the encoder; a line that says what to do where they cannot be had."""
    if width != 1:
        what = f"masks_unet.width = {width:g}: ImageNet weights are those of width 1"
        raise InputError(f"{what}; set it to 1 or the weights to random")
    library = partial(keras.applications.ResNet50, include_top=False, weights="imagenet")
    theirs = published(library, "masks_unet.weights = 'imagenet'", "set it to random")
    pixels = keras.Input((None, None, 3))
    with_biases = keras.Model(pixels, resnet50_features(pixels))
    with_biases.set_weights(for_our_pixels(theirs.get_weights()))
    copy_without_biases(with_biases, encoder)


def copy_without_biases(source: keras.Model, target: keras.Model) -> None:
    """What one encoder has learnt, for one without biases: BatchNorm takes a bias from its mean in place of adding it before."""
    for layer in source.layers:
        if isinstance(layer, layers.Conv2D):
            target.get_layer(layer.name).kernel.assign(layer.kernel)
            norm = source.get_layer(layer.name.removesuffix("conv") + "bn")
            ours = target.get_layer(norm.name)
            for name in ("gamma", "beta", "moving_variance"):
                getattr(ours, name).assign(getattr(norm, name))
            ours.moving_mean.assign(norm.moving_mean - layer.bias)
