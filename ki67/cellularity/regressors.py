"""Networks that read the score off a picture, by regression or by 101 classes (Rakhlin et al. 2019, section 3.4)."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers
from numpy.typing import ArrayLike, NDArray

from ki67.cellularity.resnet import Tensor, resnet34_levels
from ki67.cellularity.resnet50 import resnet50_features
from ki67.cellularity.xception import xception_features

BINS = np.linspace(0, 1, 101)  # 0.00, 0.01, …, 1.00

Scores = NDArray[np.float64]


def resnet34_features(pixels: Tensor, width: float = 1.0) -> Tensor:
    """The coarsest level of the encoder that the segmentation has too."""
    return resnet34_levels(pixels, width).thirty_second


def one_score(features: Tensor) -> Tensor:
    """The mean over the picture, and one number made of it: linear, so that a step too far never silences it for good."""
    pooled = layers.GlobalAveragePooling2D(name="pooled")(features)
    # Made here: an initialiser takes its seed when it is made, and at import the seed of the training is not yet set.
    small = keras.initializers.RandomNormal(stddev=0.01)
    return layers.Dense(1, kernel_initializer=small, dtype="float32", name="score")(pooled)


def class_shares(features: Tensor) -> Tensor:
    """The mean over the picture, and how likely each of the 101 scores is."""
    pooled = layers.GlobalAveragePooling2D(name="pooled")(features)
    return layers.Dense(len(BINS), activation="softmax", dtype="float32", name="classes")(pooled)


def expectation(shares: ArrayLike) -> Scores:
    """The mean of the 101 scores, each weighed by how likely it is."""
    return np.asarray(np.asarray(shares, np.float64) @ BINS)


def likeliest(shares: ArrayLike) -> Scores:
    """The likeliest of the 101 scores."""
    return np.asarray(BINS[np.argmax(shares, axis=-1)])


def as_classes(score: float) -> NDArray[np.float32]:
    """The nearest of the 101 scores, marked."""
    return np.asarray(np.eye(len(BINS), dtype=np.float32)[round(100 * score)])


def as_number(score: float) -> NDArray[np.float32]:
    """The score itself, as a network's single output."""
    return np.array([score], np.float32)


def the_number(outputs: ArrayLike) -> Scores:
    """What a network with a single output says, kept between 0 and 1."""
    return np.clip(np.asarray(outputs, np.float64)[:, 0], 0, 1)


@dataclass(frozen=True)
class Reading:
    """How a score is put before a network, and read from it: the last layer, its loss, its targets, its answers."""

    head: Callable[[Tensor], Tensor]
    loss: str
    target: Callable[[float], NDArray[np.float32]]
    scores: Callable[[ArrayLike], Scores]


REGRESSION = Reading(one_score, "mse", as_number, the_number)
CLASSIFICATION = Reading(class_shares, "categorical_crossentropy", as_classes, expectation)


@dataclass(frozen=True)
class Regressor:
    """One row of Table 2 that looks at the picture itself."""

    features: Callable[[Tensor, float], Tensor]
    reading: Reading

    def build(self, name: str, width: float = 1.0, shrink: int = 1) -> keras.Model:
        """The network; it takes halved patches and averages `shrink` × `shrink` pixels of them to one before it looks."""
        pixels = keras.Input((None, None, 3), name="pixels")
        features = self.features(shrunk(pixels, shrink), width)
        return keras.Model(pixels, self.reading.head(features), name=name)


def shrunk(x: Tensor, factor: int) -> Tensor:
    """A picture, or maps, at a fraction of their size."""
    return layers.AveragePooling2D(factor, name="shrink")(x) if factor > 1 else x


REGRESSORS = {
    "resnet34": Regressor(resnet34_features, REGRESSION),
    "resnet50": Regressor(resnet50_features, REGRESSION),
    "xception": Regressor(xception_features, REGRESSION),
    "xception_classes": Regressor(xception_features, CLASSIFICATION),
}
