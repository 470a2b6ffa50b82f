"""Networks of H&E patches for `ki67 cellularity`: what is shipped scores as Keras does, weighs little, is always the same."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from ki67.base.errors import InputError
from ki67.cellularity.augmentation import network_input
from ki67.cellularity.cascade import cascade
from ki67.cellularity.fpn import fpn
from ki67.cellularity.shipping import ship, shipped_description, trial_pictures
from ki67.engine.graphs import engine
from ki67.tiles.description import ShippedNetwork
from ki67.tiles.grading import Grader
from ki67.tiles.model import load_cellularity_model
from ki67.tiles.network import PatchNetwork

WIDTH = 0.0625


def shaken(model: keras.Model) -> keras.Model:
    """As after a training: no statistic of BatchNorm is what it starts as."""
    rng = np.random.default_rng(3)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.set_weights([w * rng.uniform(0.8, 1.2, w.shape) + rng.normal(0, 0.05, w.shape) for w in layer.get_weights()])
    return model


def sr(middle: float = 0.5) -> keras.Model:
    """SR as the study builds it, small; its answers are stretched and lie on both sides of the middle."""
    keras.utils.set_random_seed(1)
    model = shaken(cascade(fpn(WIDTH), WIDTH, shrink=4))
    answers = model.predict_on_batch(network_input(trial_pictures()))
    factor = 0.2 / np.ptp(answers)
    kernel, _ = model.get_layer("score").get_weights()
    model.get_layer("score").set_weights([kernel * factor, np.array([middle - factor * np.median(answers)])])
    return model


def classes() -> keras.Model:
    """Separable convolutions, and 101 answers of which the mean counts."""
    keras.utils.set_random_seed(1)
    pixels = keras.Input((None, None, 3), name="pixels")
    x = layers.SeparableConv2D(12, 3, strides=2, padding="same", name="sepconv1")(pixels)
    x = layers.AveragePooling2D(3, 2, padding="same", name="shrink")(layers.ReLU(name="relu")(x))
    x = layers.GlobalAveragePooling2D(name="pooled")(layers.BatchNormalization(name="bn")(x))
    return shaken(keras.Model(pixels, layers.Dense(101, activation="softmax", name="classes")(x), name="classes"))


def description() -> ShippedNetwork:
    network = PatchNetwork(
        architecture="sr", width=WIDTH, output="score", um_per_px=1.0, trained_on="simulated", data_hash="0", recipe={}
    )  # fmt: skip
    return shipped_description(network, "a test", trial_pictures())


def test_a_cascade_is_shipped_in_few_bytes_with_its_maps(tmp_path: Path) -> None:
    model = sr()
    checked = ship(model, description(), tmp_path)
    assert checked.off < 1e-5
    assert 1e-7 < checked.off_stored < 0.01
    assert (tmp_path / "graph.bin").stat().st_size < 2.3 * model.count_params()
    graph = engine().read_model(tmp_path / "graph.xml")
    assert {name for output in graph.outputs for name in output.get_names()} == {"score", "maps"}
    expected = model.predict_on_batch(network_input(trial_pictures()))[:, 0]
    assert np.ptp(expected) > 0.1 and expected.min() > 0 and expected.max() < 1
    assert scores(tmp_path) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_a_score_is_kept_between_0_and_1(tmp_path: Path, end: float) -> None:
    model = sr(middle=end)
    assert ship(model, description(), tmp_path).off < 1e-4
    answers = model.predict_on_batch(network_input(trial_pictures()))[:, 0]
    assert answers.min() < end < answers.max()
    assert (answers.min() < 0) == (end == 0) and (answers.max() > 1) == (end == 1)
    assert scores(tmp_path) == pytest.approx(np.clip(answers, 0, 1), abs=0.01)


def test_of_classes_the_mean_is_shipped(tmp_path: Path) -> None:
    model = classes()
    assert ship(model, description(), tmp_path).off < 1e-4
    expected = model.predict_on_batch(network_input(trial_pictures())) @ np.linspace(0, 1, 101)
    assert np.ptp(expected) > 1e-3
    assert scores(tmp_path) == pytest.approx(expected, abs=1e-4)


def scores(folder: Path) -> list[float]:
    """As the command computes them."""
    grader = Grader(load_cellularity_model(folder), 1)
    return [grader.cellularity(picture) for picture in trial_pictures()]


def test_the_same_weights_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        ship(classes(), description(), tmp_path / name)
    for file in ("graph.xml", "graph.bin", "model.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "other" / file).read_bytes(), file


def test_a_layer_that_the_engine_does_not_know_is_named(tmp_path: Path) -> None:
    pixels = keras.Input((None, None, 3), name="pixels")
    pooled = layers.GlobalMaxPooling2D(name="strongest")(pixels)
    model = keras.Model(pixels, layers.Dense(1, name="score")(pooled))
    with pytest.raises(InputError, match="strongest: a layer of kind GlobalMaxPooling2D is not known here"):
        ship(model, description(), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_network_that_storing_spoils_is_refused(tmp_path: Path) -> None:
    pixels = keras.Input((None, None, 3), name="pixels")
    score = layers.Dense(1, name="score")
    model = keras.Model(pixels, score(layers.GlobalAveragePooling2D(name="pooled")(pixels)))
    weight = 32 + 1 / 65  # in half precision, the next to 32 is 32 + 1/32
    middle = 0.5 - weight * network_input(trial_pictures()[0]).mean((0, 1)).sum()
    score.set_weights([np.full((3, 1), weight), np.array([middle])])
    with pytest.raises(InputError, match="away from Keras's with its weights as stored; do not ship it"):
        ship(model, description(), tmp_path)
