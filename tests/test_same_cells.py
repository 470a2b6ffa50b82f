"""Two networks find the same cells or not, and a file that does not is not shipped."""

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model_folders import folder_of

from ki67.base.errors import InputError
from ki67.cells.cells import CLASS_NAMES, NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.metrics import Counts
from ki67.compression import faithful
from ki67.container.container import read
from ki67.data.frames import save_frames
from ki67.engine.graphs import Floats
from ki67.engine.model import COMPRESSED, Model, load_model
from ki67.score.same_cells import LEAST, Likeness, compared, furthest, likenesses, views
from ki67.score.shifts import SHIFTS
from ki67.study import shipping
from ki67.study.shipping import SAME, ship
from ki67.weights import NETWORK, fields

FEW = fields().take(range(2))
NAMES = ["as they are", *(shift.name for shift in SHIFTS)]


def with_levels(levels: int) -> Model:
    """The shipped network, each of its kernels on so many steps either side of nought."""
    model = load_model(NETWORK)

    def weight(name: str) -> Floats:
        values = model.weight(name)
        step = np.abs(values).max() / np.float32(levels)
        return np.rint(values / step) * step if name.endswith("/kernel") else values

    return replace(model, weight=weight)


@cache
def against_itself(levels: int) -> list[Likeness]:
    return compared(load_model(NETWORK), with_levels(levels), list(views(FEW.images)))


def test_each_shift_is_shown_in_all_of_its_steps_and_none_changes_nothing() -> None:
    picture = FEW.images[0]
    first, *others = views([picture] * 7)
    assert [view.name for view in (first, *others)] == NAMES
    assert all(np.array_equal(shown, picture) for shown in first.pictures)
    for shift, view in zip(SHIFTS, others, strict=True):
        assert Counter(shown.tobytes() for shown in view.pictures).keys() == {
            shift.change(picture, step).tobytes() for step in shift.steps if step != shift.none
        }


def test_a_network_finds_its_own_cells() -> None:
    found = likenesses({"a": FEW.cells}, {"a": FEW.cells})
    assert [(like.f1, like.kept) for like in found] == [(1.0, True)] * 3


def test_cells_of_another_class_or_too_far_away_are_others() -> None:
    one = Cells.of_points([[10, 10], [50, 50]], [POSITIVE, TIL], "network")
    moved = Cells.of_points([[15.9, 10], [56.1, 50]], [POSITIVE, TIL], "network")
    turned = Cells.of_points([[10, 10], [50, 50]], [NEGATIVE, TIL], "network")
    assert [like.f1 for like in likenesses({"a": [one]}, {"a": [moved]})] == [1.0, 1.0, 0.0]
    assert [like.f1 for like in likenesses({"a": [one]}, {"a": [turned]})] == [0.0, 0.0, 1.0]


def test_it_does_not_matter_which_network_is_taken_for_the_truth() -> None:
    one, other = {"a": FEW.cells[:1]}, {"a": FEW.cells[1:]}
    there, back = likenesses(one, other), likenesses(other, one)
    assert [like.f1 for like in there] == [like.f1 for like in back]
    assert not furthest(there).kept


@pytest.mark.parametrize("label", LEAST)
def test_the_rule_asks_for_as_much_as_it_says(label: int) -> None:
    enough = Likeness("a", label, Counts(1000, 0, round(2000 / LEAST[label]) - 2000 - 1))
    less = Likeness("a", label, Counts(1000, 0, round(2000 / LEAST[label]) - 2000 + 1))
    assert enough.kept and not less.kept
    assert furthest([enough, less]) is less and "F1 0.9" in str(less) and CLASS_NAMES[label] in str(less)


def test_of_a_handful_one_cell_may_be_another() -> None:
    one, two = (Likeness("a", TIL, Counts(5, 0, others)) for others in (1, 2))
    assert one.kept and not two.kept


def test_finer_steps_keep_more_of_the_cells() -> None:
    fine, coarse = furthest(against_itself(4000)), furthest(against_itself(40))
    assert fine.kept and not coarse.kept
    assert fine.f1 > coarse.f1


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    (tmp_path / "frames").mkdir()
    for part in ("train", "validation"):
        save_frames(FEW, tmp_path / "frames" / f"{part}.npz")
    return tmp_path / "frames"


def test_what_is_shipped_is_the_first_file_that_finds_the_cells_of_its_network_and_says_so(
    frames: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "calibrate", lambda network, kept: None)  # which simulates a cohort, and has tests of its own
    monkeypatch.setattr(faithful, "STEPS", (8.0, 1 / 64, 1 / 128))
    ship(folder_of(load_model(NETWORK), tmp_path / "whole"), frames, tmp_path / "out")
    description: Any = read(tmp_path / "out" / NETWORK.name).description
    assert description[COMPRESSED] == {"step": 1 / 64}
    assert list(description[SAME]) == NAMES
    assert all(f1 > 0.96 for classes in description[SAME].values() for f1 in classes.values())


def test_a_network_of_which_no_file_finds_the_cells_is_not_shipped_and_a_line_says_where(
    frames: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faithful, "STEPS", (8.0, 4.0))
    whole = folder_of(load_model(NETWORK), tmp_path / "whole")
    with pytest.raises(InputError, match=r"whole: no file of it finds its cells \(.*F1 0\.\d+ between both") as refused:
        ship(whole, frames, tmp_path / "out")
    assert any(name in str(refused.value) for name in NAMES) and "\n" not in str(refused.value)
    assert not (tmp_path / "out").exists()
