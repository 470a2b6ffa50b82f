"""Two networks that are not PathoNet, for the walk-through: one big, one that reads sequences. Their weights are random."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers

from ki67.compression.files import compress_file, expand_file, load_keras_file
from ki67.settings.names import Scope


def densenet_ensemble(members: int = 3, size: int = 224) -> keras.Model:
    """Three DenseNet-121 whose answers are averaged: what Fulawka et al. (2022) count cells with, about 320 MB in memory."""
    pixels = keras.Input((size, size, 3), name="pixels")
    answers = []
    for member in range(members):
        counter = keras.applications.DenseNet121(
            weights=None, classes=1, classifier_activation="sigmoid", input_shape=(size, size, 3)
        )
        counter.name = f"densenet{member + 1}"
        answers.append(counter(pixels))
    return keras.Model(pixels, layers.Average()(answers), name="densenet_ensemble")


def reports_reader() -> keras.Model:
    """A reader of pathology reports: words into vectors, two recurrent layers, one answer. Recurrent layers can be shared too."""
    words = keras.Input((200,), dtype="int32", name="words")
    x = layers.Embedding(20_000, 128)(words)
    x = layers.Bidirectional(layers.LSTM(128, return_sequences=True))(x)
    x = layers.GRU(64)(x)
    return keras.Model(words, layers.Dense(1, activation="sigmoid")(x), name="reports_reader")


@dataclass(frozen=True)
class Example:
    """What became of a network."""

    network: str
    layers: int
    shared_weights: int
    k: int
    codebook: str
    megabytes_before: float
    megabytes_after: float
    ratio: float
    largest_change: float  # of an answer between 0 and 1, on random input


def example(model: keras.Model, k: int, codebook: Scope, folder: Path, seed: int) -> Example:
    """Save, compress, expand, and compare the answers."""
    folder.mkdir(parents=True, exist_ok=True)
    path, small, back = (folder / f"{model.name}{suffix}" for suffix in (".keras", ".ki67", "_back.keras"))
    model.save(path)
    report = compress_file(path, small, "cws", k, codebook)
    back.unlink(missing_ok=True)
    expand_file(small, back)
    x = random_input(model, seed)
    change = float(np.abs(load_keras_file(back)(x) - load_keras_file(path)(x)).max())
    before, after = report.bytes_before / 1e6, report.bytes_after / 1e6
    return Example(model.name, len(model.layers), report.weights, k, codebook, before, after, before / after, change)


def random_input(model: keras.Model, seed: int) -> np.ndarray:
    """Two items of what the network takes: noise, or words drawn at random."""
    rng, spec = np.random.default_rng(seed), model.inputs[0]
    shape = (2, *spec.shape[1:])
    if spec.dtype == "int32":
        return rng.integers(0, 20_000, shape).astype(np.int32)
    return rng.random(shape).astype(np.float32)
