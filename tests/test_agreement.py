"""Agreement between two scorers, on examples that were published with their results."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ki67.base.errors import InputError
from ki67.cells.agreement import bland_altman, crossed, icc, kappa_of, linear_kappa
from ki67.cli.main import app
from ki67.score.agree import shared

# Shrout and Fleiss (1979), Table 2: six targets, four judges.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Bland and Altman (1986), Table 1: peak flow by two meters, first readings.
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
# Agresti (1990): 91 couples, husband and wife, four ordered answers.
COUPLES = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]


def pairs(table: list[list[int]]) -> tuple[list[int], list[int]]:
    each = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return [i for i, _ in each], [j for _, j in each]


def test_icc_of_the_six_targets() -> None:
    found = icc(JUDGES)
    assert found.value == pytest.approx(0.29, abs=0.005)
    assert (found.low, found.high) == pytest.approx((0.02, 0.76), abs=0.005)


def test_icc_asks_for_the_same_value_not_only_for_the_same_order() -> None:
    values = np.linspace(0, 1, 20)
    assert icc(np.column_stack([values, values])).value == 1.0
    assert icc(np.column_stack([values, values + 0.5])).value < 0.6
    assert np.isnan(icc([[1, 2]]).value)


def test_limits_of_agreement_of_the_two_meters() -> None:
    found = bland_altman(WRIGHT, MINI)
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert (found.bias_low, found.bias_high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert (found.lower, found.upper) == pytest.approx((-78.1, 73.9), abs=0.1)  # 1.96 standard deviations of 38.8


def test_weighted_kappa_of_the_couples() -> None:
    assert linear_kappa(*pairs(COUPLES), 4) == pytest.approx(0.2374, abs=5e-5)


def test_unweighted_kappa_of_fifty_proposals() -> None:
    # Two readers say yes or no to each: 20 twice yes, 15 twice no, 5 and 10 apart; they agree in 0.7, by chance in 0.5.
    tables = (np.array(table, float) for table in ([[20, 5], [10, 15]], COUPLES))
    proposals, couples = (float(kappa_of(table, 1 - np.eye(len(table)))) for table in tables)
    assert proposals == pytest.approx(0.4)
    assert couples < linear_kappa(*pairs(COUPLES), 4)  # many a couple is one step apart


def test_answers_are_crossed_the_first_scorer_s_in_rows() -> None:
    np.testing.assert_array_equal(crossed(*pairs(COUPLES), 4), COUPLES)


def test_kappa_is_one_for_the_same_and_about_nought_for_chance() -> None:
    rng = np.random.default_rng(1)
    first = rng.integers(0, 3, 20_000)
    assert linear_kappa(first, first, 3) == 1.0
    assert linear_kappa(first, rng.permutation(first), 3) == pytest.approx(0.0, abs=0.03)
    assert np.isnan(linear_kappa([1, 1], [1, 1], 3))


def table(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("image,ki67_index\n" + "".join(f"{name},{value}\n" for name, value in rows))
    return path


def test_two_tables_are_compared_where_both_have_an_index(tmp_path: Path) -> None:
    one = table(tmp_path / "a.csv", [("x", "0.1"), ("y", "0.35"), ("z", "not defined"), ("only", "0.2")])
    other = table(tmp_path / "b.csv", [("x", "0.1"), ("y", "0.30"), ("z", "0.4")])
    command = ["agree", str(one), str(other), "--figure", str(tmp_path / "plot.png")]
    lines = CliRunner().invoke(app, command, catch_exceptions=False).output.splitlines()
    assert lines[0] == "2 pictures in both; 1 in one table only; 1 without an index"
    assert any("linearly weighted kappa at 16/30 %: 0." in line for line in lines)
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "why"),
    [("image,index\nx,0.1\n", "needs the columns image and ki67_index"),
     ("image,ki67_index\nx,1.5\n", "line 2 has ki67_index '1.5'"),
     ("image,ki67_index\nx,0.1\nx,0.2\n", "line 3 names 'x' again"), ("image,ki67_index\nq,0.1\n", "shares 0 pictures")],
)  # fmt: skip
def test_a_table_that_cannot_be_compared_is_refused(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "b.csv").write_text(text)
    good = table(tmp_path / "a.csv", [("x", "0.1"), ("y", "0.35")])
    with pytest.raises(InputError, match=why):
        shared(good, tmp_path / "b.csv")
