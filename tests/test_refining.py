"""Refinement: it learns, alone and beside a heat map, ends where nothing gets better, and survives a kill to the last bit."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ki67.models.training import Epoch
from ki67.settings.slides import Refine
from ki67.slides.grid import Grid
from ki67.slides.heat import HeatMap
from ki67.tumour.learning import Best, Course, best_epoch
from ki67.tumour.prepared import Prepared
from ki67.tumour.refiners import build_refiner
from ki67.tumour.refining import SectionViews, Shown, dice_on, network_view, refined, train_refiner

SIDE = 32
SETTINGS = {
    "networks": ["unet"], "filters": [4, 4, 4], "epochs": 2, "patience": 9, "batch": 2, "accumulate": 2,
    "schedule": "constant", "learning_rate": 0.01, "momentum": 0.8, "rule": "published", "seed": 3,
}  # fmt: skip


def settings(**changes: object) -> Refine:
    return Refine(**(SETTINGS | changes))


def section(seed: int, width: int = 1024, height: int = 768) -> Shown:
    """A pale section with a violet square, its tumour, that the heat map has only half of."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((SIDE, SIDE), np.float32)
    y, x = rng.integers(4, 12, 2)
    truth[y : y + 16, x : x + 16] = 1
    view = np.where(truth[..., None] > 0, (150, 90, 170), (230, 200, 220)) + rng.integers(-8, 8, (SIDE, SIDE, 3))
    grid = Grid(width, height)
    frame = np.ix_((np.arange(height // 8) * SIDE * 8 // height), (np.arange(width // 8) * SIDE * 8 // width))
    heat = rng.random((grid.rows, grid.columns)).astype(np.float32)
    empty = np.zeros((grid.rows, grid.columns), np.float32)
    made = Prepared(str(seed), str(seed), 1, None, grid, empty, empty.astype(np.uint8), view.astype(np.uint8), truth,
                    truth[frame] > 0.5)  # fmt: skip
    return Shown(made, HeatMap(grid, heat))


TRAIN, VALIDATION = [section(seed) for seed in range(6)], [section(seed) for seed in (10, 11)]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return train_refiner(settings(), "unet", TRAIN, VALIDATION, tmp_path_factory.mktemp("state"))


def test_views_move_light_heat_and_truth_together_and_depend_on_chance_alone() -> None:
    views = SectionViews(TRAIN, 4, lambda view, heat, truth, rng: (view[::-1], heat[::-1], truth[::-1]))
    (seen, truth), shown = views(0, np.random.default_rng(0)), TRAIN[0]
    assert seen.shape == (SIDE, SIDE, 4) and truth.shape == (SIDE, SIDE, 1)
    np.testing.assert_array_equal(seen[::-1], network_view(shown.section.view, shown.heat_in_view(), 4))
    np.testing.assert_array_equal(truth[::-1, :, 0], shown.section.truth)
    assert seen.min() >= 0 and seen.max() <= 1


def test_without_a_heat_map_the_section_is_cold_and_design_ii_is_not_shown_it() -> None:
    cold = Shown(TRAIN[0].section)
    assert not cold.heat_in_view().any()
    assert network_view(cold.section.view, cold.heat_in_view(), 3).shape == (SIDE, SIDE, 3)
    low = build_refiner("unet_low", SIDE, [4, 4, 8])
    np.testing.assert_array_equal(refined(low, cold), refined(low, TRAIN[0]))
    whole = build_refiner("unet", SIDE, [4, 4, 8])
    assert (refined(whole, cold) != refined(whole, TRAIN[0])).any()


def test_a_refiner_learns_the_outline_and_comes_back_with_its_best_epoch(tmp_path: Path) -> None:
    asked = settings(epochs=12, accumulate=1)
    network, curve = train_refiner(asked, "unet", TRAIN, VALIDATION, tmp_path)
    assert list(curve.columns) == ["epoch", "loss", "validation_dice", "learning_rate"]
    assert curve["validation_dice"].max() > 0.9
    assert dice_on(VALIDATION)(network) == curve["validation_dice"].max()
    assert network.output_shape == (None, SIDE, SIDE, 2)


def test_deep_answers_are_learnt_side_by_side_and_the_final_one_comes_back(tmp_path: Path) -> None:
    network, curve = train_refiner(settings(epochs=1, filters=[2, 2, 2]), "agunet", TRAIN, VALIDATION, tmp_path)
    assert network.output_shape == (None, SIDE, SIDE, 2) and len(network.outputs) == 1
    assert dice_on(VALIDATION)(network) == curve["validation_dice"].iloc[0]


def test_a_training_killed_after_an_epoch_ends_as_an_unbroken_one_of_its_seed(unbroken, tmp_path: Path) -> None:
    # three batches an epoch, two to a step: the kill falls between the two
    train_refiner(settings(epochs=1), "unet", TRAIN, VALIDATION, tmp_path)
    resumed, curve = train_refiner(settings(), "unet", TRAIN, VALIDATION, tmp_path)
    assert curve.equals(unbroken[1]) and curve["loss"][0] != curve["loss"][1]
    for one, other in zip(unbroken[0].get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def stood(*watched: float) -> list[Epoch]:
    return [Epoch(number, 0.0, value, 0.0) for number, value in enumerate(watched, 1)]


def test_patience_counts_from_the_best_epoch_and_ties_do_not_start_it_anew() -> None:
    course = Course(9, 0.1, "constant", 0, patience=2)
    assert not course.over([]) and not course.over(stood(0.5, 0.6, 0.6)) and course.over(stood(0.5, 0.6, 0.6, 0.1))
    assert best_epoch(stood(float("nan"), 0.5, 0.6, 0.6)) == 3
    assert Course(2, 0.1, "constant", 0).over(stood(0.1, 0.2)) and not Course(3, 0.1, "constant", 0).over(stood(0.3, 0.2))


def test_the_best_weights_survive_a_kill_with_their_figure(tmp_path: Path) -> None:
    given = keras.Input((1,))
    model = keras.Model(given, keras.layers.Dense(1, use_bias=False, name="tumour")(given))
    figures = iter([0.5, 0.2, 0.5, 0.7])

    def now(weight: float) -> None:
        model.set_weights([np.array([[weight]], np.float32)])
        Best(lambda _: next(figures), tmp_path / "best.safetensors")(model)  # made anew each time, as after a kill

    best = Best(lambda _: 0.0, tmp_path / "best.safetensors")
    for weight, kept, highest in ((1, 1, 0.5), (2, 1, 0.5), (3, 1, 0.5), (4, 4, 0.7)):
        now(weight)
        assert best.highest() == highest
        assert best.restored(model).get_weights()[0] == kept
