"""Fields by category: what a table says, and what of it is luck."""

import math
from pathlib import Path

import numpy as np
import pytest

from ki67.masks.categories import TEN_TWENTY, agreement, as_coded, by_category, moved, table_of
from ki67.masks.published import TABLE_3
from ki67.study.ours import Figures
from ki67.study.printed import load_claims

ROOT = Path(__file__).parents[1]
PRINTED = Figures(load_claims(ROOT / "claims.yaml"), ROOT)
NAMES = {"low": "<10%", "middle": "10-20%", "high": ">20%"}


def test_the_table_judged_here_is_the_printed_one() -> None:
    names = list(NAMES.values())
    rows = [[PRINTED.of(f"McConnell, Table 3/actual {one}/predicted {other}") for other in names] for one in names]
    assert rows == TABLE_3.tolist()


@pytest.mark.parametrize("category", NAMES)
def test_the_printed_table_4_follows_from_table_3(category: str) -> None:
    found = by_category(TABLE_3)[category]
    printed = [PRINTED.of(f"McConnell, Table 4/{NAMES[category]}/{cell}") for cell in ("precision", "recall", "F1")]
    assert [found.precision.value, found.recall.value, found.f1] == pytest.approx(printed, abs=0.001)


def test_the_printed_88_percent_stand_beside_75_for_always_low() -> None:
    found = agreement(TABLE_3)
    assert (found.accuracy.value, found.always_low) == pytest.approx((0.8835, 0.7519), abs=1e-4)
    assert (found.accuracy.low, found.accuracy.high) == pytest.approx((0.848, 0.912), abs=1e-3)
    assert (found.balanced, found.kappa, found.linear, found.quadratic) == pytest.approx((0.851, 0.727, 0.775, 0.829), abs=1e-3)


def test_always_saying_low_is_no_agreement_beyond_luck() -> None:
    always_low = np.array([(75, 0, 0), (17, 0, 0), (8, 0, 0)], float)
    found = agreement(always_low)
    assert found.accuracy.value == found.always_low == 0.75
    assert found.kappa == found.linear == found.quadratic == 0
    assert found.balanced == pytest.approx(1 / 3)
    assert math.isnan(by_category(always_low)["high"].precision.value), "nothing was called high"


def test_a_far_miss_weighs_more_than_a_near_one() -> None:
    near, far = np.array([(5, 1, 0), (0, 6, 0), (0, 0, 6)], float), np.array([(5, 0, 1), (0, 6, 0), (0, 0, 6)], float)
    assert agreement(near).accuracy == agreement(far).accuracy
    assert agreement(near).quadratic > agreement(far).quadratic


def test_paper_and_code_differ_on_ten_percent_alone() -> None:
    index = [0.0999, 0.10, 0.1001, 0.20, 0.2001, math.nan]
    assert TEN_TWENTY.categories(index).tolist() == [0, 1, 1, 1, 2, -1]
    assert as_coded(index).tolist() == [0, 0, 1, 1, 2, -1]
    assert moved(index) == 1


def test_a_field_without_an_index_is_left_out_of_the_table() -> None:
    table = table_of([0.05, 0.15, math.nan, 0.3], [0.05, math.nan, 0.1, 0.15])
    assert table.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_of_no_fields_nothing_is_said() -> None:
    found = agreement(np.zeros((3, 3)))
    assert found.fields == 0
    assert all(math.isnan(value) for value in (found.accuracy.value, found.balanced, found.kappa, found.always_low))
