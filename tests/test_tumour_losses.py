"""What the losses of H2G-Net count, by small numbers worked out beside them."""

from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from ki67.tumour.agunet import build_agunet
from ki67.tumour.doubleunet import build_doubleunet
from ki67.tumour.losses import SoftDice, clusters_as_coded, clusters_as_printed
from ki67.tumour.supervision import answer_alone, equal_weights, side_by_side
from ki67.tumour.unet import build_unet

Array = NDArray[np.float32]
NARROW = (16, 16, 32)


def batch(classes: list[int], clusters: list[int], right: list[float], k: int = 10) -> tuple[Array, Array]:
    """Truth and answers: `right` is the share that each patch's true class is given."""
    truth = np.eye(2, dtype=np.float32)[classes]
    shares = np.where(truth == 1, np.array(right)[:, None], 1 - np.array(right)[:, None])
    return truth, np.hstack([shares, np.eye(k)[clusters]]).astype(np.float32)


def drawn(seed: int, size: int = 32) -> tuple[Array, Array]:
    draw = np.random.default_rng(seed)
    classes, clusters = draw.integers(2, size=size), draw.integers(10, size=size)
    return batch(list(classes), list(clusters), list(draw.uniform(0.05, 0.95, size)))


@pytest.mark.parametrize("seed", range(4))
def test_equation_1_is_the_summed_cross_entropy_over_the_number_of_clusters(seed: int) -> None:
    truth, answers = drawn(seed, size=8)
    found = len(set(answers[:, 2:].argmax(axis=1)))
    plain = keras.ops.sum(keras.losses.categorical_crossentropy(truth, answers[:, :2]))
    assert 1 < found < 10
    assert np.isclose(clusters_as_printed(truth, answers), plain / found)


def test_equation_1_balances_nothing_and_the_reference_does() -> None:
    """Which patches share a cluster changes the reference's loss, and not that of the equation."""
    right = [0.9, 0.9, 0.9, 0.1]
    truth, alone = batch([1] * 4, [0, 0, 0, 1], right)
    _, among_others = batch([1] * 4, [1, 0, 0, 0], right)
    assert np.isclose(clusters_as_printed(truth, alone), clusters_as_printed(truth, among_others))
    assert clusters_as_coded(truth, alone) > 1.5 * clusters_as_coded(truth, among_others)


def test_the_reference_takes_means_of_patches_then_clusters_then_classes() -> None:
    right = [0.9, 0.8, 0.5, 0.7, 0.2]
    truth, answers = batch([0, 0, 0, 1, 1], [3, 3, 5, 5, 5], right)
    loss = -np.log(right)
    free = (loss[:2].mean() + loss[2]) / 2
    tumour = loss[3:].mean()
    assert np.isclose(clusters_as_coded(truth, answers), (free + tumour) / 2)


def test_a_rare_cluster_weighs_as_much_as_a_common_one() -> None:
    common, rare = [0.9] * 9, [0.1]
    truth, answers = batch([1] * 10, [0] * 9 + [1], common + rare)
    assert np.isclose(clusters_as_coded(truth, answers), -(np.log(0.9) + np.log(0.1)) / 2)


@pytest.mark.parametrize("present", [0, 1])
def test_a_class_that_the_batch_lacks_is_left_out(present: int) -> None:
    truth, answers = batch([present] * 3, [0, 1, 1], [0.9, 0.6, 0.4])
    expected = -(np.log(0.9) + (np.log(0.6) + np.log(0.4)) / 2) / 2
    assert np.isclose(clusters_as_coded(truth, answers), expected)


@pytest.mark.parametrize("loss", [clusters_as_printed, clusters_as_coded])
def test_a_loss_falls_where_answers_get_better_and_is_nought_where_they_are_right(loss) -> None:
    truth, worse = batch([0, 1, 0], [0, 1, 1], [0.5, 0.5, 0.5])
    _, better = batch([0, 1, 0], [0, 1, 1], [0.5, 0.8, 0.5])
    _, right = batch([0, 1, 0], [0, 1, 1], [1, 1, 1])
    assert loss(truth, worse) > loss(truth, better) > loss(truth, right)
    assert np.isclose(loss(truth, right), 0, atol=1e-5)


def sections(seed: int = 0) -> tuple[Array, Array]:
    draw = np.random.default_rng(seed)
    truth = (draw.uniform(size=(3, 8, 8, 1)) > 0.6).astype(np.float32)
    tumour = draw.uniform(size=(3, 8, 8, 1)).astype(np.float32)
    return truth, np.concatenate([1 - tumour, tumour], axis=-1)


def dice(truth: Array, tumour: Array) -> float:
    return float((2 * (truth * tumour).sum() + 1) / ((truth**2).sum() + (tumour**2).sum() + 1))


def test_soft_dice_is_that_of_tumour_with_squares_below_a_section_at_a_time() -> None:
    truth, answers = sections()
    each = [1 - dice(mask[..., 0], answer[..., 1]) for mask, answer in zip(truth, answers, strict=True)]
    assert np.isclose(SoftDice()(truth, answers), np.mean(each), atol=1e-6)


def test_soft_dice_of_the_truth_is_nought_and_of_its_opposite_almost_one() -> None:
    truth, _ = sections()
    assert np.isclose(SoftDice()(truth, np.concatenate([1 - truth, truth], axis=-1)), 0, atol=1e-6)
    assert SoftDice()(truth, np.concatenate([truth, 1 - truth], axis=-1)) > 0.95


def test_nothing_found_where_nothing_is_costs_nothing() -> None:
    empty, all_free = np.zeros((1, 8, 8, 1), np.float32), np.tile(np.array([1, 0], np.float32), (1, 8, 8, 1))
    assert SoftDice()(empty, all_free) == 0


def test_every_answer_counts_by_its_weight() -> None:
    truth, first = sections()
    _, second = sections(seed=1)
    both = np.concatenate([first, second], axis=-1)
    alone = [SoftDice()(truth, answer) for answer in (first, second)]
    assert np.isclose(SoftDice((0.75, 0.25))(truth, both), 0.75 * alone[0] + 0.25 * alone[1])
    assert np.isclose(SoftDice((1, 0))(truth, both), alone[0])


def test_coarser_answers_are_repeated_to_the_full_size_behind_the_first() -> None:
    model = build_agunet(32, (16, 16, 16, 32))
    picture = np.random.default_rng(1).uniform(size=(2, 32, 32, 4)).astype(np.float32)
    answers = [keras.ops.convert_to_numpy(answer) for answer in model(picture)]
    joined = keras.ops.convert_to_numpy(side_by_side(model)(picture))
    assert joined.shape == (2, 32, 32, 6)
    for place, answer in enumerate(answers):
        times = 32 // answer.shape[1]
        assert np.array_equal(joined[..., 2 * place : 2 * place + 2], answer.repeat(times, axis=1).repeat(times, axis=2))


@pytest.mark.parametrize(("build", "answers"), [(build_unet, 1), (build_agunet, 2), (build_doubleunet, 2)])
def test_the_first_answer_comes_back_alone_with_what_it_needs(build, answers: int) -> None:
    model = build(32, NARROW)
    trained = side_by_side(model)
    assert equal_weights(model) == (1 / answers,) * answers
    assert trained.output_shape == (None, 32, 32, 2 * answers)
    alone = answer_alone(trained)
    picture = np.ones((1, 32, 32, 4), np.float32)
    assert np.array_equal(alone(picture), keras.tree.flatten(model(picture))[0])
    assert not {"answers", "tumour_2"} & {layer.name for layer in alone.layers}


def test_a_checkpoint_keeps_the_loss_and_its_weights(tmp_path: Path) -> None:
    trained = side_by_side(build_agunet(32, NARROW))
    trained.compile(keras.optimizers.Adam(1e-3, gradient_accumulation_steps=4), loss=SoftDice((0.75, 0.25)))
    trained.optimizer.build(trained.trainable_variables)
    trained.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").loss.weights == (0.75, 0.25)


def test_a_refiner_learns_by_its_loss() -> None:
    keras.utils.set_random_seed(1)
    refiner = build_unet(16, (16, 16), momentum=0.5)
    truth, _ = sections()
    truth = truth.repeat(2, axis=1).repeat(2, axis=2)
    picture = np.concatenate([truth] * 4, axis=-1)
    refiner.compile(keras.optimizers.Adam(1e-2), loss=SoftDice())
    losses = refiner.fit(picture, truth, batch_size=3, epochs=8, verbose=0).history["loss"]
    assert losses[-1] < 0.7 * losses[0]
