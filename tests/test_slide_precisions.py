"""What bfloat16 costs on slides: Dice with the truth in either kind of numbers, section by section."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_slides import write_mask, write_pyramid, write_table
from slide_networks import write_networks
from tile_network import glass, tissue

from ki67.bench import slide_precisions
from ki67.bench.slide_precisions import MEASURED, TEST, Kept, costs, kept, precisions
from ki67.data.bcs1 import Section
from ki67.settings.params import settings_of
from ki67.settings.slides import Sections
from ki67.simulate.section import cohort
from ki67.simulate.section.cohort import SectionCohort

SIDE = 1024  # of a section at 1 µm/px: four patches across
NAMES = ("a", "b")


def section(folder: Path, marks: np.ndarray) -> Section:
    """A section whose mask is that, at a quarter of its size."""
    return Section("a", folder / "a.tif", write_mask(folder / "mask.tif", marks), "1", 1, "test")


def halves() -> tuple[np.ndarray, np.ndarray]:
    """The left half of a square, and its upper half."""
    left = np.zeros((128, 128), bool)
    left[:, :64] = True
    return left, left.T.copy()


def write_sections(folder: Path, asked: SectionCohort) -> None:
    """In place of simulated ones: the left half of the first is purple and outlined, of the second a quarter is outlined."""
    for name, outlined in zip(NAMES, (SIDE // 8, SIDE // 16), strict=True):
        picture, marks = glass(SIDE, SIDE), np.zeros((SIDE // 4, SIDE // 4), bool)
        picture[:, : SIDE // 2] = tissue(SIDE // 2, SIDE, 1.0)
        marks[:, :outlined] = True
        write_pyramid(folder / f"slides/{name}.tif", picture, asked.um_per_px)
        write_mask(folder / f"masks/{name}.tif", marks)
    write_table(folder / "grades.csv", "slide,patient,grade", [(name, name, "1") for name in NAMES])


def test_the_sections_are_the_tests_of_the_study_and_none_that_it_learns_from() -> None:
    study = SectionCohort(**{name: value for name, value in settings_of(Sections).model_dump().items() if hasattr(TEST, name)})
    assert list(cohort.test_orders(Path(), TEST)) == list(cohort.test_orders(Path(), study))
    assert list(cohort.training_orders(Path(), TEST)) == []


def test_dice_is_with_the_truth_and_apart_is_from_one_another(tmp_path: Path) -> None:
    left, upper = halves()
    assert kept(section(tmp_path, left), left, upper) == Kept("a", 1.0, 0.5, 0.5)
    assert kept(section(tmp_path, upper), left, left) == Kept("a", 0.5, 0.5, 0.0)


def test_outlines_that_differ_may_be_equally_good(tmp_path: Path) -> None:
    left, upper = halves()
    found = kept(section(tmp_path, left | upper), left, upper)
    assert found.float32 == found.bfloat16 == pytest.approx(0.8) and found.apart == 0.5


def test_the_change_is_bfloat16_less_float32_and_gains_do_not_hide_the_largest() -> None:
    found = costs([Kept("a", 0.80, 0.84, 0.1), Kept("b", 0.90, 0.84, 0.3), Kept("c", 0.70, 0.70, 0.2)])
    assert found.change.value == pytest.approx(-0.02 / 3) and found.change.low < 0 < found.change.high
    assert found.sections == 3 and found.largest_change == pytest.approx(0.06) and found.apart == pytest.approx(0.2)


def test_sections_are_outlined_by_the_tool_and_a_row_is_kept_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(slide_precisions, "write_cohort", write_sections)
    monkeypatch.setattr(slide_precisions, "numbers_here", lambda: ("float32", "bfloat16"))
    said = "\n".join(precisions(write_networks(tmp_path / "networks")))
    told, rows = json.loads(MEASURED.read_text()), pd.read_csv(MEASURED.with_suffix(".csv"))
    assert "2 simulated test sections" in said and list(rows["section"]) == list(NAMES)
    first, second = rows["float32"]
    assert first > 0.95 and second == pytest.approx(2 / 3, abs=0.05)
    assert told["float32"] == pytest.approx((first + second) / 2, abs=1e-5) and told["sections"] == 2
    assert told["machine"]["cores"] > 0


def test_without_bfloat16_nothing_is_measured_twice_and_called_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(slide_precisions, "numbers_here", lambda: ("float32",))
    assert ["no bfloat16" in line for line in precisions(None)] == [True]
    assert not MEASURED.exists() and not slide_precisions.FOLDER.exists()
