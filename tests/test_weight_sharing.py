"""Retraining shared weights: places stay, representatives move, and a kernel never holds anything else."""

import keras
import numpy as np
import pytest
from keras import layers

from ki67.compression.keras_models import kernels
from ki67.compression.weight_sharing import UPDATES, Retrainer, Room
from ki67.container.shared import SharedWeights
from ki67.quantize.quantizers import quantizer, share_by_layer, share_globally

K = 6
RATE = {"published": 0.01, "gradient": 0.003}


def small_network() -> keras.Model:
    keras.utils.set_random_seed(3)
    pixels = keras.Input((12, 12, 3))
    x = layers.Conv2D(6, 3, padding="same", name="first")(pixels)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.Dropout(0.1, name="dropout")(x)
    return keras.Model(pixels, layers.Conv2D(3, 1, name="last")(x), name="small")


def batch_of(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    x = rng.random((4, 12, 12, 3)).astype(np.float32)
    return x, 2 * x[..., ::-1]


def steps(number: int = 0):
    rng = np.random.default_rng(number)
    while True:
        yield batch_of(rng)


def shared_of(model: keras.Model) -> SharedWeights:
    return share_globally(kernels(model), quantizer("cws"), K, "small")


def retrainer_of(update: str) -> tuple[Retrainer, SharedWeights]:
    model = small_network()
    shared = shared_of(model)
    retrainer = Retrainer(model, Room.of(model, 1, 2 * K), update, 0.001)
    retrainer.start(shared, RATE[update])
    return retrainer, shared


@pytest.mark.parametrize("update", UPDATES)
def test_after_every_step_kernels_hold_codebook_values_only(update: str) -> None:
    retrainer, shared = retrainer_of(update)
    before = shared.codebooks[0]
    for number in range(4):
        retrainer.epoch(steps(number), 1, [1, number])
        moved = retrainer.result()  # raises where a kernel holds anything else
        values = np.unique(np.concatenate([kernel.ravel() for kernel in kernels(retrainer.model).values()]))
        assert len(values) <= K
        assert set(values) <= set(moved.codebooks[0])
    assert not np.array_equal(moved.codebooks[0], before)


@pytest.mark.parametrize("update", UPDATES)
def test_a_kernel_that_strays_is_noticed(update: str) -> None:
    retrainer, _ = retrainer_of(update)
    kernel = retrainer.optimizer.room.kernels[0]
    kernel.assign(kernel + 1)
    with pytest.raises(AssertionError, match="first/kernel"):
        retrainer.result()


@pytest.mark.parametrize("update", UPDATES)
def test_retraining_learns_with_the_places_fixed(update: str) -> None:
    retrainer, shared = retrainer_of(update)
    losses = [retrainer.epoch(steps(), 20, [1, number]) for number in range(4)]
    assert losses[-1] < losses[0]
    for before, after in zip(shared.kernels, retrainer.result().kernels, strict=True):
        assert np.array_equal(before.indices, after.indices)


def test_the_published_update_is_the_rate_times_the_sum_of_adams_moves() -> None:
    x, y = batch_of(np.random.default_rng(0))
    retrainer, shared = retrainer_of("published")
    plain = small_network()
    for variable, value in zip(plain.variables, [v.numpy() for v in retrainer.model.variables], strict=True):
        variable.assign(value)
    plain.compile(optimizer=keras.optimizers.Adam(0.001), loss="mse")
    for model in (plain, retrainer.model):
        model.get_layer("dropout").seed_generator.state.assign([1, 0])
    before = kernels(plain)
    plain.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    moved = {name: value - before[name] for name, value in kernels(plain).items()}
    expected = shared.codebooks[0].astype(np.float64)
    for kernel in shared.kernels:
        np.add.at(expected, kernel.indices, RATE["published"] * moved[kernel.name])
    retrainer.epoch(((x, y) for _ in range(1)), 1, [1, 0])
    assert retrainer.result().codebooks[0] == pytest.approx(expected, abs=1e-6)


def test_at_rate_nought_representatives_stay_and_the_rest_learns() -> None:
    retrainer, shared = retrainer_of("published")
    retrainer.start(shared, 0.0)
    bias = retrainer.model.get_layer("last").bias.numpy()
    retrainer.epoch(steps(), 5, [1, 0])
    assert np.array_equal(retrainer.result().codebooks[0], shared.codebooks[0])
    assert not np.array_equal(retrainer.model.get_layer("last").bias.numpy(), bias)


@pytest.mark.parametrize("update", UPDATES)
def test_another_trial_in_between_leaves_no_trace(update: str) -> None:
    retrainer, shared = retrainer_of(update)
    first = [retrainer.epoch(steps(number), 3, [1, number]) for number in range(2)]
    codebook = retrainer.result().codebooks[0]
    retrainer.start(share_globally(kernels(small_network()), quantizer("uq"), 2 * K, "small"), 0.1)
    retrainer.epoch(steps(), 3, [2, 2])
    retrainer.start(shared, RATE[update])
    assert [retrainer.epoch(steps(number), 3, [1, number]) for number in range(2)] == first
    assert np.array_equal(retrainer.result().codebooks[0], codebook)


def test_a_codebook_for_each_layer_moves_too() -> None:
    model = small_network()
    shared = share_by_layer(kernels(model), quantizer("cws"), 4, "small")
    retrainer = Retrainer(model, Room.of(model, 2, 4), "gradient", 0.001)
    retrainer.start(shared, 0.003)
    retrainer.epoch(steps(), 3, [1, 0])
    assert all(not np.array_equal(new, old) for new, old in zip(retrainer.result().codebooks, shared.codebooks, strict=True))
