"""Cells shifted, split, missed and invented by known amounts give exactly known counts."""

import math
import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ki67.cells.cells import NEGATIVE, POSITIVE, Cells
from ki67.cells.metrics import (
    Counts,
    Match,
    bootstrap,
    chance_cells,
    count_any,
    count_class,
    difference,
    f1_over_radius,
    f1_statistic,
    match_one_to_one,
    match_published,
    mean_statistic,
    rmse_statistic,
    weighted_average,
)

R = 6.0
BOTH = pytest.mark.parametrize("match", [match_published, match_one_to_one])


def lattice(n: int = 5, step: float = 40.0) -> NDArray[np.float32]:
    """Cells so far apart that no two share a neighbourhood."""
    return (np.stack(np.meshgrid(np.arange(n), np.arange(n)), axis=-1).reshape(-1, 2) * step).astype(np.float32)


def points(*xy: tuple[float, float]) -> NDArray[np.float32]:
    return np.array(xy, np.float32).reshape(-1, 2)


@BOTH
def test_cells_shifted_by_less_than_r_are_all_found(match: Match) -> None:
    assert match(lattice(), lattice() + points((5.9, 0)), R) == Counts(tp=25, fp=0, fn=0)


@BOTH
@pytest.mark.parametrize("shift", [6.0, 6.1])
def test_cells_shifted_by_r_or_more_are_all_missed(match: Match, shift: float) -> None:
    assert match(lattice(), lattice() + points((0, shift)), R) == Counts(tp=0, fp=25, fn=25)


@BOTH
def test_a_split_cell_is_one_hit_and_one_false_alarm(match: Match) -> None:
    assert match(points((10, 10)), points((8, 10), (13, 10)), R) == Counts(tp=1, fp=1, fn=0)


@BOTH
def test_a_missing_cell_is_one_miss(match: Match) -> None:
    assert match(lattice(), lattice()[1:], R) == Counts(tp=24, fp=0, fn=1)


@BOTH
def test_an_invented_cell_is_one_false_alarm(match: Match) -> None:
    assert match(lattice(), np.vstack([lattice(), points((20, 20))]), R) == Counts(tp=25, fp=1, fn=0)


@BOTH
def test_two_labels_on_one_prediction_are_one_hit_and_one_miss(match: Match) -> None:
    assert match(points((0, 0), (4, 0)), points((2, 0)), R) == Counts(tp=1, fp=0, fn=1)


def test_the_rules_differ_where_both_labels_are_nearest_to_the_same_prediction() -> None:
    truth, predicted = points((0, 0), (4, 0)), points((3, 0), (9, 0))
    assert match_published(truth, predicted, R) == Counts(tp=1, fp=1, fn=1)
    assert match_one_to_one(truth, predicted, R) == Counts(tp=2, fp=0, fn=0)


@BOTH
def test_empty_sides(match: Match) -> None:
    none = points()
    assert match(none, none, R) == Counts(0, 0, 0)
    assert match(lattice(), none, R) == Counts(0, 0, 25)
    assert match(none, lattice(), R) == Counts(0, 25, 0)


@BOTH
def test_coinciding_points_match(match: Match) -> None:
    assert match(lattice(), lattice(), R) == Counts(25, 0, 0)


def test_strict_matching_finds_as_many_pairs_as_exhaustive_assignment_does() -> None:
    rng = np.random.default_rng(2)
    for _ in range(30):
        truth, predicted = (rng.uniform(0, 60, (rng.integers(1, 40), 2)).astype(np.float32) for _ in range(2))
        distance = np.linalg.norm(truth[:, None] - predicted[None], axis=-1)
        cost = np.where(distance < R, distance - 1e4, 0.0)
        rows, columns = linear_sum_assignment(cost)
        assert match_one_to_one(truth, predicted, R).tp == (distance[rows, columns] < R).sum()


@BOTH
def test_a_whole_slide_is_matched_without_setting_every_cell_against_every_other(match: Match) -> None:
    rng = np.random.default_rng(3)
    truth = rng.uniform(0, 3000, (50_000, 2)).astype(np.float32)
    tracemalloc.start()
    counts = match(truth, truth + rng.normal(0, 2, truth.shape).astype(np.float32), 20)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < len(truth) ** 2 / 4, "bytes: a quarter of a bit for each pair"
    assert counts.labels == 50_000 and counts.f1 > 0.8


def test_counts_add_up() -> None:
    total = Counts(8, 2, 0) + Counts(0, 0, 8)
    assert (total.precision, total.recall) == (0.8, 0.5)
    assert total.f1 == pytest.approx(2 * 0.8 * 0.5 / 1.3)
    assert math.isnan(Counts().f1) and Counts(0, 1, 0).f1 == 0


def test_wrong_kind_right_place() -> None:
    truth = Cells.of_points(lattice(), [POSITIVE] * 20 + [NEGATIVE] * 5, "network")
    predicted = Cells.of_points(lattice(), [POSITIVE] * 25, "network")
    assert count_class(truth, predicted, POSITIVE, match_one_to_one, R) == Counts(20, 5, 0)
    assert count_class(truth, predicted, NEGATIVE, match_one_to_one, R) == Counts(0, 0, 5)
    assert count_any(truth, predicted, match_one_to_one, R) == Counts(25, 0, 0)


def test_the_average_is_weighted_by_labelled_cells() -> None:
    average = weighted_average([Counts(30, 10, 0), Counts(5, 5, 5), Counts(0, 7, 0)])
    assert average.precision == pytest.approx((30 * 0.75 + 10 * 0.5) / 40)
    assert average.recall == pytest.approx((30 * 1 + 10 * 0.5) / 40)
    assert average.f1 == pytest.approx((30 * 60 / 70 + 10 * 0.5) / 40)


def test_a_labelled_class_that_is_never_predicted_counts_as_nought() -> None:
    assert weighted_average([Counts(10, 0, 0), Counts(0, 0, 10)]).precision == 0.5


def test_chance_knows_the_numbers_and_nothing_else() -> None:
    truth = Cells.of_points(np.random.default_rng(4).uniform(0, 256, (400, 2)), [1] * 100 + [2] * 300, "network")
    chance = chance_cells(truth, 256, 256, np.random.default_rng(5))
    assert [len(chance.of(k)) for k in (1, 2, 3)] == [100, 300, 0]
    assert (chance.xy >= 0).all() and (chance.xy < 256).all()
    strict, published = (f1_over_radius([truth], [chance], match_one_to_one, [r])[0, 1] for r in (3.0, 20.0))
    assert strict < 0.2 and published > 0.8


def test_f1_rises_with_the_radius_from_nothing_to_all() -> None:
    truth = Cells.of_points(lattice(), [POSITIVE] * 25, "network")
    moved = Cells.of_points(lattice() + points((3, 4)), [POSITIVE] * 25, "network")
    f1 = f1_over_radius([truth], [moved], match_published, [4.9, 5.1])
    assert f1[:, 0].tolist() == [0, 1] and np.isnan(f1[:, 1:]).all()


def test_the_bootstrap_agrees_with_resampling_by_hand() -> None:
    rng = np.random.default_rng(6)
    tp, fp, fn = rng.integers(1, 50, (3, 12))
    ours = bootstrap(f1_statistic(tp, fp, fn), 12, seed=7, resamples=4000)
    drawn = rng.integers(0, 12, (4000, 12))
    f1 = [2 * tp[d].sum() / (2 * tp[d].sum() + fp[d].sum() + fn[d].sum()) for d in drawn]
    assert ours.value == pytest.approx(Counts(int(tp.sum()), int(fp.sum()), int(fn.sum())).f1)
    assert (ours.low, ours.high) == pytest.approx(np.percentile(f1, [2.5, 97.5]), abs=0.01)


def test_the_bootstrap_is_seeded() -> None:
    statistic = mean_statistic([3, 1, 0, 2], [4, 4, 4, 4])
    assert bootstrap(statistic, 4, seed=1) == bootstrap(statistic, 4, seed=1)
    assert bootstrap(statistic, 4, seed=1, resamples=37) != bootstrap(statistic, 4, seed=2, resamples=37)


def test_alike_patients_leave_no_doubt_and_unlike_ones_do() -> None:
    alike = bootstrap(rmse_statistic([0.04] * 5, [1] * 5), 5, seed=0)
    assert (alike.value, alike.low, alike.high) == pytest.approx((0.2, 0.2, 0.2))
    unlike = bootstrap(rmse_statistic([0.0, 0.08] * 5, [1] * 10), 10, seed=0)
    assert unlike.low < unlike.value - 0.02 and unlike.high > unlike.value + 0.02


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    rng = np.random.default_rng(8)
    hard = rng.uniform(0.2, 0.9, 20)
    first, second = mean_statistic(hard, np.ones(20)), mean_statistic(hard - 0.05, np.ones(20))
    paired = bootstrap(difference(first, second), 20, seed=0)
    alone = bootstrap(first, 20, seed=0)
    assert paired.low > 0.04 and paired.high < 0.06
    assert alone.high - alone.low > 0.1


def test_an_undefined_statistic_stays_undefined() -> None:
    nothing = bootstrap(f1_statistic([0, 0], [0, 0], [0, 0]), 2, seed=0)
    assert all(math.isnan(v) for v in (nothing.value, nothing.low, nothing.high))
