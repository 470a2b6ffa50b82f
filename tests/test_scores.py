"""Scores are shares of counted cells; what nobody counted has none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ki67.cells.cells import Cells
from ki67.cells.scores import CUT_OFFS, CutOffs, Scores, score, wilson


def test_index_and_til_score_are_shares_of_different_cells() -> None:
    field = Scores(n_positive=30, n_negative=90, n_til=40)
    assert field.ki67_index == 0.25
    assert field.til_score == 0.25
    assert Scores(30, 90, 0).ki67_index == 0.25 and Scores(30, 90, 0).til_score == 0


def test_cells_are_counted_by_class() -> None:
    assert score(Cells.of_points([(0, 0)] * 6, [1, 2, 2, 3, 3, 3], "image")) == Scores(1, 2, 3)


def test_a_field_of_lymphocytes_has_no_index_but_a_til_score() -> None:
    field = Scores(n_til=3)
    assert math.isnan(field.ki67_index) and field.til_score == 1
    assert all(math.isnan(edge) for edge in field.interval)
    assert math.isnan(Scores().til_score)


def test_a_patients_scores_come_from_summed_counts_not_from_a_mean_of_scores() -> None:
    patient = Scores.total([Scores(1, 0, 0), Scores(0, 9, 5)])
    assert patient == Scores(1, 9, 5)
    assert patient.ki67_index == 0.1


def test_wilson_agrees_with_the_textbook() -> None:
    low, high = wilson(10, 50)
    assert low == pytest.approx(0.1124, abs=1e-4) and high == pytest.approx(0.3304, abs=1e-4)
    assert wilson(0, 5)[0] == 0 and 0 < wilson(0, 5)[1] < 0.5


@given(st.integers(1, 500), st.integers(0, 500))
def test_the_interval_holds_the_share_and_narrows_with_cells(trials: int, hits: int) -> None:
    hits = min(hits, trials)
    low, high = wilson(hits, trials)
    assert 0 <= low <= hits / trials + 1e-12 and hits / trials - 1e-12 <= high <= 1
    assert np.diff(wilson(4 * hits, 4 * trials))[0] < high - low


def test_ki67_limits_are_middle() -> None:
    cut = CutOffs("ki67_index", 0.16, 0.30)
    assert cut.categories([0.159, 0.16, 0.30, 0.301, math.nan]).tolist() == [0, 1, 1, 2, -1]


def test_til_limits_are_low_and_high() -> None:
    cut = CutOffs("til_score", 0.10, 0.40)
    assert cut.categories([0.10, 0.101, 0.399, 0.40, math.nan]).tolist() == [0, 1, 1, 2, -1]


def test_the_cut_offs_are_those_of_paper_and_code() -> None:
    assert [(c.measure, c.name) for c in CUT_OFFS] == [
        ("ki67_index", "16/30 %"),
        ("ki67_index", "10/20 %"),
        ("til_score", "10/40 %"),
        ("til_score", "10/60 %"),
    ]
