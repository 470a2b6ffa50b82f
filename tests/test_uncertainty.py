"""An interval holds what labels say: counting and the scorer's own error, which pooling cannot make smaller."""

import math
from itertools import pairwise

import numpy as np
import pytest

from ki67.cells.scores import Scores, wilson
from ki67.cells.uncertainty import (
    Judged,
    ScorerError,
    angle,
    calibrated,
    pooled_cases,
    pooled_variance,
    widened,
)

EXACT = ScorerError(0.0, 0.0)


def cohort(error: ScorerError, seed: int, patients: int = 400, fields: int = 5, bias: float = 0.0) -> list[tuple[str, Judged]]:
    """Labelled fields, and a scorer whose errors are known: of the angle, cell by cell and one for all fields of a patient."""
    rng, made = np.random.default_rng(seed), []
    for patient in range(patients):
        common, index = bias + rng.normal(0, math.sqrt(error.shared)), rng.uniform(0.02, 0.8)
        for cells in rng.integers(60, 250, fields):
            labelled = int(rng.binomial(cells, index))
            own = rng.normal(0, math.sqrt(error.cells / cells))
            seen = np.clip(angle(labelled / cells) + common + own, 0, math.pi / 2)
            positive = round(cells * math.sin(seen) ** 2)
            made.append((f"p{patient}", Judged(Scores(labelled, cells - labelled), Scores(positive, cells - positive))))
    return made


def held(judged: list[Judged], error: ScorerError) -> float:
    """The share of labelled indices that lie in their intervals."""
    return float(np.mean([each.held(error) for each in judged]))


@pytest.mark.parametrize(
    ("cells", "shared", "bias"), [(0.6, 0.003, 0.0), (0.5, 0.0, 0.0), (0.4, 0.012, 0.0), (0.5, 0.002, -0.08)]
)
def test_intervals_hold_95_in_100_of_fields_and_of_cases_that_were_not_learnt_from(
    cells: float, shared: float, bias: float
) -> None:
    error = ScorerError(cells, shared)
    found = calibrated(cohort(error, seed=1, bias=bias))
    others = cohort(error, seed=2, bias=bias)
    fields, cases = [field for _, field in others], pooled_cases(others)
    assert 0.93 <= held(fields, found) <= 0.97
    assert 0.93 <= held(cases, found) <= 0.97
    assert held(fields, EXACT) < 0.9 and held(cases, EXACT) < 0.9


def test_what_all_fields_of_a_patient_share_is_told_from_what_each_cell_adds() -> None:
    alone, common = (calibrated(cohort(error, seed=3)) for error in (ScorerError(0.6, 0.0), ScorerError(0.3, 0.01)))
    assert alone.shared < 0.001 < 0.007 < common.shared < 0.013
    assert alone.cells == pytest.approx(0.6 - 1 / 4, rel=0.25)  # what counting already allows for is no error of the scorer's


def test_a_scorer_that_makes_no_mistakes_leaves_the_counting_interval() -> None:
    assert calibrated(cohort(EXACT, seed=4, patients=40)) == EXACT
    for positive, cells in ((0, 50), (3, 80), (40, 80), (80, 80)):
        assert widened(positive / cells, wilson(positive, cells), 0.0) == pytest.approx(wilson(positive, cells))


def test_an_interval_grows_with_the_error_and_stays_within_0_and_1() -> None:
    for index in (0.0, 0.01, 0.3, 1.0):
        counting = wilson(round(100 * index), 100)
        intervals = [widened(index, counting, variance) for variance in (0.0, 0.001, 0.01, 0.1, 3.0)]
        for (low, high), (lower, higher) in pairwise(intervals):
            assert 0 <= lower <= low <= index <= high <= higher <= 1
    assert all(math.isnan(end) for end in widened(math.nan, wilson(0, 0), 0.01))


def test_a_scorer_that_is_always_too_low_has_an_interval_that_reaches_up_far_enough() -> None:
    biased = calibrated(cohort(ScorerError(0.1, 0.0005), seed=5, bias=-0.1))
    assert biased.shared > 0.08**2 / 1.96**2


def test_a_labelled_index_is_held_or_not_by_what_is_known_of_the_scorer() -> None:
    beside = Judged(truth=Scores(40, 60), found=Scores(25, 75))
    assert beside.interval(None) == wilson(25, 100) and not beside.held(None)
    assert beside.held(ScorerError(0.5, 0.002)) and not beside.held(EXACT)


def test_of_several_scorers_each_weighs_by_its_cells() -> None:
    one, other = ScorerError(0.4, 0.001), ScorerError(0.8, 0.003)
    assert pooled_variance([100, 300], [one, one]) == pytest.approx(0.4 / 400 + 0.001)
    assert pooled_variance([100, 300], [one, other]) == pytest.approx(0.25 * (0.001 + 0.001) + 0.75 * (0.002 + 0.003))
    assert pooled_variance([0, 0], [one, other]) == 0


def test_too_few_patients_tell_no_error() -> None:
    few = cohort(ScorerError(0.5, 0.001), seed=6, patients=19)
    with pytest.raises(ValueError, match="19 patients with two fields of 50 labelled tumour cells or more; 20 at least"):
        calibrated(few)
    with pytest.raises(ValueError, match="0 patients"):
        calibrated(cohort(ScorerError(0.5, 0.001), seed=6, patients=30, fields=1))
