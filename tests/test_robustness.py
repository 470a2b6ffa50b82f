"""Changed pictures: each change does what its name says, and none of them does nothing."""

import numpy as np
import pytest

from ki67.bench.robustness import robustness
from ki67.engine.model import load_model
from ki67.pictures.domain import DENSITY
from ki67.score.appearance import UNMIXING
from ki67.score.shifts import SHIFTS, Shift, blur, brown, jpeg, scale, stain
from ki67.weights import NETWORK, fields

FIELD = fields().images[1]  # in focus, both stains, neither of them black


@pytest.mark.parametrize("shift", SHIFTS, ids=lambda shift: shift.name)
def test_where_nothing_is_changed_the_picture_stays(shift: Shift) -> None:
    same = shift.change(FIELD, shift.none)
    assert same.shape == FIELD.shape
    assert np.abs(same.astype(int) - FIELD).mean() < (3 if shift.change is jpeg else 0.01)


@pytest.mark.parametrize("shift", SHIFTS, ids=lambda shift: shift.name)
def test_every_other_step_changes_it(shift: Shift) -> None:
    others = [shift.change(FIELD, step) for step in shift.steps if step != shift.none]
    assert all(other.shape != FIELD.shape or np.abs(other.astype(int) - FIELD).mean() > 0.5 for other in others)


def test_twice_the_stain_is_twice_the_density() -> None:
    ratio = DENSITY[stain(FIELD, 2.0)].mean() / DENSITY[FIELD].mean()
    assert ratio == pytest.approx(2.0, rel=0.1)


def test_more_brown_leaves_the_blue_as_it_is() -> None:
    before, after = (
        np.maximum(DENSITY[picture] @ UNMIXING, 0).reshape(-1, 2).mean(axis=0) for picture in (FIELD, brown(FIELD, 1.5))
    )
    assert after[1] / before[1] == pytest.approx(1.5, rel=0.1)
    assert after[0] / before[0] == pytest.approx(1.0, abs=0.1)


def test_blur_takes_contrast_and_size_changes_the_side() -> None:
    assert blur(FIELD, 3.0).std() < FIELD.std()
    assert scale(FIELD, 0.5).shape == (128, 128, 3)


def test_a_strong_change_costs_cells_and_none_costs_none() -> None:
    shifts = [Shift("blur, px", blur, (0.0, 5.0), 0.0)]
    table = robustness(load_model(NETWORK), load_model(NETWORK), fields().take(range(4)), shifts)
    unchanged, blurred = table["f1_positive"]
    assert unchanged > blurred + 0.1
    assert table["warned"].iloc[1] > table["warned"].iloc[0]
    assert table["same_positive"].iloc[0] == 1 and set(table["same_positive"].dropna()) == {1.0}  # of no cells there is no F1
