"""The smallest file learns as it will be used, and the smallest that loses nothing is taken."""

import keras
import numpy as np
import pytest
from engine_network import SIDE, network, pictures

from ki67.compression.keras_models import put_vectors, vectors
from ki67.compression.small import AsUsed, Attempt, shipped_vectors, smallest


def attempt(step: float, file_bytes: int, lost: float) -> Attempt:
    return Attempt(step, 50, 2.5, file_bytes, 1e6 / file_bytes, 0.9, 0.8, 0.5, lost)


def first_loss(model: keras.Model) -> float:
    """What one step of learning says the error was before it."""
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    labels = np.zeros((2, SIDE, SIDE, 3), np.float32)
    return float(model.fit(pictures(), labels, batch_size=2, verbose=0).history["loss"][0])


def test_learning_sees_the_network_as_it_is_used() -> None:
    twin = keras.models.clone_model(network())
    twin.set_weights(network().get_weights())
    before, used = vectors(twin), float(np.mean(twin.predict(pictures(), verbose=0) ** 2))
    assert first_loss(AsUsed.model(twin)) == pytest.approx(used, rel=1e-4)
    assert all(np.array_equal(vectors(twin)[name], value) for name, value in before.items())


def test_a_functional_model_would_learn_on_another_network() -> None:
    """Why `AsUsed` is there: if Keras changes this, it may go."""
    twin = keras.models.clone_model(network())
    twin.set_weights(network().get_weights())
    pixels, used = keras.Input((None, None, 3)), float(np.mean(twin.predict(pictures(), verbose=0) ** 2))
    assert first_loss(keras.Model(pixels, twin(pixels, training=False))) != pytest.approx(used, rel=1e-2)


def test_what_is_shipped_beside_the_kernels_gives_the_same_network() -> None:
    twin = keras.models.clone_model(network())
    twin.set_weights(network().get_weights())
    before = twin.predict(pictures(), verbose=0)
    put_vectors(twin, shipped_vectors(twin))
    after = twin.predict(pictures(), verbose=0)
    assert 0 < np.abs(after - before).max() < 0.01 * np.abs(before).max()


def test_of_those_that_lose_little_the_smallest_is_taken() -> None:
    tried = [attempt(0.5, 300, 0.001), attempt(1.0, 200, 0.004), attempt(1.5, 100, 0.02)]
    assert smallest(tried, 0.005).step == 1.0
    assert smallest(tried, 0.03).step == 1.5


def test_where_all_lose_much_the_one_that_loses_least_is_taken() -> None:
    assert smallest([attempt(0.5, 300, 0.01), attempt(1.0, 200, 0.02)], 0.005).step == 0.5
