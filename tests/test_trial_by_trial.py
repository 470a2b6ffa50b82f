"""Trial by trial: what was found is not asked again, and the table holds what is known so far."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from test_learning_curve import frames

from ki67.base.tables import read_json
from ki67.study.other_laboratories import Trial
from ki67.study.trial_by_trial import Pupil, Question


@dataclass(frozen=True)
class Row:
    laboratory: str
    found: float

    def line(self) -> str:
        return f"{self.laboratory}: {self.found}"


TRIALS = [Trial(name, frames(["p1"] * labelled), frames(["p2"])) for name, labelled in (("a", 1), ("a", 2), ("b", 1))]


def asked(find: Callable[[Trial], float]) -> Iterator[str]:
    """Two rows a trial, from a pupil of whom only the place of unfinished work is needed."""

    def answer(pupil: Pupil, trial: Trial) -> Iterator[Row]:
        yield Row(trial.laboratory, find(trial))
        yield Row("half", find(trial) / 2)

    question = Question("tries", Row, answer, lambda state: TRIALS, lambda whole: [whole])
    return question.written(Pupil(None, None, None, Path("state")), TRIALS, Path("release/tries.csv"))


def cut_off_at_b(trial: Trial) -> float:
    if trial.laboratory == "b":
        raise KeyboardInterrupt
    return float(len(trial.labelled))


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        list(asked(cut_off_at_b))
    assert list(pd.read_csv("release/tries.csv")["found"]) == [1, 0.5, 2, 1]
    *lines, last = asked(lambda trial: 7.0)
    assert lines == ["a: 1.0", "half: 0.5", "a: 2.0", "half: 1.0", "b: 7.0", "half: 3.5"] and last == "written: release/tries.csv"


def test_table_and_prose_say_the_same_and_nothing_is_kept_of_a_run_that_is_over(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for found in (1.0, 3.0):
        list(asked(lambda trial, found=found: found))
        table = pd.read_csv("release/tries.csv").to_dict("records")
        assert table == read_json(Path("release/tries.json"))
        assert [row["found"] for row in table] == [found, found / 2] * 3
        assert not Path("state").exists()
