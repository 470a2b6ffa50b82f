"""Thresholds by which cells are found and counts are right: F1 gives way a little where the index would lean."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.cells.detect import Tuning, tune
from ki67.cells.metrics import match_one_to_one
from ki67.cells.thresholds import HARMLESS, TOLERANCE, balanced, f1_of, index_bias, middle_of_best

SIDE, APART = 160, 16
GRID = (60, 90, 150, 220)


def class_map(heights: list[float]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """A hill for each height, far enough from the next, and where they stand."""
    places = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2)[: len(heights)] * APART + APART / 2
    y, x = np.mgrid[:SIDE, :SIDE]
    near = [h * np.exp(-((x - px) ** 2 + (y - py) ** 2) / 8) for h, (px, py) in zip(heights, places, strict=True)]
    return np.max(near, axis=0).astype(np.float32), places


def picture(positive: tuple[list[float], list[float]], negative: list[float]) -> tuple[NDArray[np.float32], Cells]:
    """Maps whose positive hills are cells or false ones, and whose negative hills are all cells."""
    real, false = positive
    brown, places = class_map(real + false)
    blue, others = class_map(negative)
    xy = np.vstack([places[: len(real)], others])
    labels = [POSITIVE] * len(real) + [NEGATIVE] * len(others)
    return np.dstack([brown, blue, np.zeros_like(brown)]), Cells.of_points(xy, labels, "network")


def tuned(pictures: list[tuple[NDArray[np.float32], Cells]]) -> Tuning:
    maps, truths = zip(*pictures, strict=True)
    return tune(list(maps), list(truths), 6, match_one_to_one, grid=GRID, processes=1)


def test_of_thresholds_that_are_nearly_as_good_the_one_with_right_counts_is_taken() -> None:
    # At 90 there are 45 cells for 42, at 150 41: F1 .966 and .964.
    found = tuned([picture(([200.0] * 40 + [100.0] * 2, [100.0] * 2 + [200.0]), [200.0] * 42)] * 3)
    low, high = found.f1[GRID.index(90), 0], found.f1[GRID.index(150), 0]
    assert high < low < high + TOLERANCE
    assert found.thresholds[0] == 150
    assert found.chosen_f1[0] == high


def test_right_counts_are_worth_no_more_of_f1_than_is_tolerated() -> None:
    # At 90 there are 50 cells for 40, at 150 40, but half of them wrong ones.
    found = tuned([picture(([100.0] * 20 + [200.0] * 20, [100.0] * 0 + [200.0] * 10), [200.0] * 40)] * 3)
    assert found.f1[GRID.index(90), 0] > found.f1[GRID.index(150), 0] + TOLERANCE
    assert found.thresholds[0] <= 90


def tally(*patients: list[list[tuple[int, int, int]]]) -> NDArray[np.int64]:
    """By patient and threshold: hits, false alarms and misses of positive cells; ten negative ones are always found."""
    return np.array([[[each, (10, 0, 0), (0, 0, 0)] for each in thresholds[0]] for thresholds in patients], np.int64)


def test_the_bias_is_that_of_the_patients_index() -> None:
    counts = tally([[(10, 0, 0), (10, 10, 0), (0, 0, 10)]], [[(10, 0, 0), (10, 0, 0), (10, 0, 0)]])
    assert index_bias(counts)[:, 0] == pytest.approx([0.0, (20 / 30 - 0.5) / 2, -0.25])


def test_patients_lean_to_both_sides_and_that_is_right_on_average() -> None:
    counts = tally([[(10, 2, 0), (10, 1, 0)]], [[(8, 0, 2), (9, 0, 1)]])
    assert np.abs(index_bias(counts)[:, 0]).max() < HARMLESS * 2


def test_patients_without_tumour_cells_say_nothing_of_the_index() -> None:
    lymphocytes = np.zeros((1, 2, 3, 3), np.int64)
    one = tally([[(10, 5, 0), (8, 0, 2)]])
    assert index_bias(np.concatenate([one, lymphocytes])) == pytest.approx(index_bias(one))
    assert (index_bias(lymphocytes) == 0).all()
    assert balanced(lymphocytes) == (0, 0, 0)


def test_where_counts_are_right_all_the_same_the_middle_of_the_best_is_taken() -> None:
    counts = tally([[(5, 9, 5), (10, 0, 0), (10, 0, 0), (10, 0, 0), (2, 0, 8)]])
    assert balanced(counts)[:2] == (2, 2)


def test_f1_of_a_class_that_nobody_labelled_is_1_where_none_is_found() -> None:
    assert f1_of(np.array([[(0, 0, 0)], [(0, 1, 0)], [(1, 1, 0)]], np.int64))[:, 0] == pytest.approx([1, 0, 2 / 3])


def test_the_middle_of_the_best_plateau() -> None:
    assert middle_of_best(np.array([0.1, 0.9, 0.9, 0.9, 0.2])) == 2
    assert middle_of_best(np.array([0.9, 0.1, 0.9, 0.9, 0.1])) == 2
    assert middle_of_best(np.array([0.5, 0.5])) == 0
    assert middle_of_best(np.array([0.1, 0.2])) == 1
