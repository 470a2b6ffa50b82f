"""The tables of the page on real tissue: every method has a row, and what a set does not label has no figure."""

from pathlib import Path

import pandas as pd
import pytest

from ki67.study.real_cells import Fields
from ki67.study.real_fields import kept
from ki67.study.real_tables import BETTER, CELLS, SCORES, SHIPS, write_tables

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def sets() -> dict[str, Fields]:
    with pytest.MonkeyPatch.context() as at:
        at.chdir(ROOT)
        return kept(("shidc", "bcdata"))


@pytest.fixture(scope="module")
def written(sets: dict[str, Fields], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    with pytest.MonkeyPatch.context() as at:
        at.chdir(folder)
        write_tables(sets)
    return folder


def test_the_tables_are_those_of_the_last_check(written: Path) -> None:
    for path in (CELLS, BETTER, SCORES):
        assert (ROOT / path).read_bytes() == (written / path).read_bytes()


def test_every_method_has_a_row_and_what_ships_comes_first(written: Path, sets: dict[str, Fields]) -> None:
    table = pd.read_csv(written / CELLS)
    for name, found in sets.items():
        assert list(table[table["set"] == name]["method"]) == [SHIPS, *found.detection]


def test_a_class_that_a_set_does_not_label_has_no_figure(written: Path) -> None:
    for path in (CELLS, BETTER, SCORES):
        table = pd.read_csv(written / path)
        told = table[table["method"] != SHIPS] if path == SCORES else table  # of what ships only the index's error is known
        assert told.set_index("set")["til"].notna().groupby(level=0).all().to_dict() == {"shidc": True, "bcdata": False}


def test_what_is_better_lies_between_its_bounds(written: Path) -> None:
    table = pd.read_csv(written / BETTER)
    assert (table["positive_low"] <= table["positive"]).all() and (table["positive"] <= table["positive_high"]).all()
