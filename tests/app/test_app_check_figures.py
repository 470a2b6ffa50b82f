"""The arithmetic of `ki67 app-check`: its shares, its moments, its goals, and what it counts as seen."""

from http import HTTPStatus
from itertools import pairwise
from pathlib import Path

import pytest

from ki67.base.tables import read_json
from ki67.bench.service.asking import Answer
from ki67.bench.service.bombs import REFUSED, TAKEN, Bomb
from ki67.bench.service.crowd import CUT, DONE, LATER, kind_of, seen_by
from ki67.bench.service.figures import Figure, at_least, at_most, due_times, quantile
from ki67.bench.service.kept import Kept
from ki67.bench.service.memory import growth, kilobytes
from ki67.bench.service.parts import uncut
from ki67.bench.service.rows import Row, keep


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100), (0.0, 1)])
def test_a_quantile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert quantile([float(each) for each in range(100, 0, -1)], share) == value


def test_one_slow_answer_of_fifty_is_not_hidden() -> None:
    assert quantile([10.0] * 49 + [900.0], 0.99) == 900.0
    assert quantile([10.0] * 50, 0.99) == 10.0


def test_requests_come_by_chance_as_often_as_was_asked_for() -> None:
    moments = due_times(20, 60, seed=1)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert 20 * 60 * 0.9 < len(moments) < 20 * 60 * 1.1
    assert moments[0] >= 0 and moments[-1] < 60 and min(gaps) >= 0
    assert sum(gap < 0.05 for gap in gaps) / len(gaps) == pytest.approx(0.632, abs=0.05)  # 1 − 1/e are shorter than the mean


def test_the_same_seed_draws_the_same_moments() -> None:
    assert due_times(20, 5, seed=1) == due_times(20, 5, seed=1) != due_times(20, 5, seed=2)


def test_a_goal_is_met_at_its_limit_and_missed_beyond_it() -> None:
    assert Figure("mb", "memory", 450.0, "MB", at_most(450)).met
    assert Figure("mb", "memory", 450.1, "MB", at_most(450)).met is False
    assert Figure("share", "share", 0.8, "", at_least(0.8)).met
    assert Figure("share", "share", 0.79, "", at_least(0.8)).met is False
    assert Figure("n", "told only", 5.0, "").met is None


def test_a_figure_that_is_no_number_meets_no_goal() -> None:
    assert not at_most(1).met(float("nan")) and not at_least(1).met(float("nan"))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(201, {}, b""), DONE),
        (Answer(503, {"retry-after": "2"}, b""), LATER),
        (Answer(503, {}, b""), "503"),
        (Answer(507, {"retry-after": "2"}, b""), "507"),
        (Answer(429, {"retry-after": "1"}, b""), "429"),
        (Answer(500, {}, b""), "500"),
        (None, CUT),
    ],
)
def test_a_refusal_counts_as_told_only_where_it_says_when_to_come_again(answer: Answer | None, kind: str) -> None:
    assert kind_of(answer) == kind


def test_answers_that_no_client_in_a_crowd_expects_are_named_and_miss_the_goal() -> None:
    expected = [Answer(201, {}, b"")] * 3 + [Answer(503, {"retry-after": "1"}, b"")]
    met, missed = list(seen_by(expected)), list(seen_by([*expected, *[Answer(507, {"retry-after": "2"}, b"")] * 2, None]))
    assert [(figure.value, figure.met) for figure in met] == [(4, None), (1, None), (0, True)]
    assert [(figure.value, figure.met) for figure in missed] == [(7, None), (1, None), (3, False)]
    assert "507: 2, connection lost: 1" in missed[-1].what


@pytest.mark.parametrize(
    ("status", "answers", "met"), [(413, REFUSED, True), (500, REFUSED, False), (201, REFUSED, False), (201, TAKEN, True)]
)
def test_a_bomb_misses_its_goal_by_an_answer_that_it_may_not_get(status: int, answers: tuple[HTTPStatus, ...], met: bool) -> None:
    *_, other = Bomb("key", "png", "a picture", bytes, answers).figures(Answer(status, {}, b""), megabytes=1, seconds=0.1)
    assert other.met is met


@pytest.mark.parametrize(("cut", "met"), [(0, True), (1, False)])
def test_a_lost_connection_misses_the_goal_of_an_outage(cut: int, met: bool) -> None:
    kept = Kept(cut, acknowledged=5, lost=0, not_scored=0, twice=0, faults=0)
    assert kept.whole and uncut("gone", "database gone", kept).met is met


def test_growth_leaves_out_what_the_beginning_loads() -> None:
    assert growth([100, 280] + [300.0] * 8) == pytest.approx(0, abs=10)
    assert growth([300.0 + each for each in range(100)]) == pytest.approx(60)


def test_memory_is_read_from_the_systems_account() -> None:
    assert kilobytes("Rss:  900 kB\nPss:                 450 kB\nPss_Anon: 1 kB\n", "Pss") == 450


def test_what_could_not_be_measured_stands_in_the_table_with_its_reason(tmp_path: Path) -> None:
    rows = [
        Row("load", "SQLite", Figure("p99_ms", "answer", 280.0, "ms", at_most(300))),
        Row("kill", "SQLite", None, "broke off: 500", broke=True),
        Row("kill", "PostgreSQL", None, "PostgreSQL's server is not installed"),
    ]
    keep(rows, {"cores": 2}, tmp_path / "app.json")
    assert read_json(tmp_path / "app.json") == {
        "machine": {"cores": 2}, "goals": {"met": 1, "missed": 1, "not_run": 1}, "load": {"sqlite": {"p99_ms": 280.0}},
    }  # fmt: skip
    assert (tmp_path / "app.csv").read_text().splitlines() == [
        "part,database,what,figure,unit,goal,met",
        "load,SQLite,answer,280,ms,≤ 300,yes",
        "kill,SQLite,broke off: 500,,,,no",
        "kill,PostgreSQL,PostgreSQL's server is not installed,,,,not run",
    ]
