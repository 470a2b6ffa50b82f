"""Names in which a spreadsheet would see a formula: tables shield them, and ki67 reads them back."""

import csv
from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import write_field
from tile_network import saved, tissue, write_network

from ki67.pictures.tables import FORMULA, unescaped

SUBJECT = "names that are formulas"
NAMES = ("=1+1", "+x", "-x", "@x", "'x", "'=x", "=cmd|' C calc'!A0", '=HYPERLINK("a","b")', "-2+3", "''")
TABLES = {"score": ("scores.csv", "cells.csv"), "cellularity": ("cellularity.csv", "tiles.csv")}


def field_called(name: str) -> Arrange:
    """A Ki-67 field under this name."""

    def arrange(folder: Path) -> list[str]:
        (folder / "in").mkdir()
        write_field(folder / "in/a.png").rename(folder / f"in/{name}.png")
        return ["score", "in", "--out", "out"]

    return arrange


def tissue_called(name: str) -> Arrange:
    """H&E under this name, with its scale given by hand, which the table says too."""

    def arrange(folder: Path) -> list[str]:
        (folder / "in").mkdir()
        saved(tissue(256, 256, 0.5), folder / f"in/{name}.png")
        network = write_network(folder / "network")
        return ["cellularity", "in", "--out", "out", "--model", str(network), "--mpp", "1"]

    return arrange


def tables_with(name: str, *others: str) -> Arrange:
    """Tables of two scorers, who need not write a name in the same way."""

    def arrange(folder: Path) -> list[str]:
        for table, images in (("a.csv", [name]), ("b.csv", others)):
            with (folder / table).open("w", newline="") as stream:
                csv.writer(stream).writerows([("image", "ki67_index"), *((image, "0.1") for image in images), ("p", "0.2")])
        return ["agree", "a.csv", "b.csv"]

    return arrange


def labelled(name: str, *written: str) -> Arrange:
    """A field with this name, and a table of labels that names it so."""

    def arrange(folder: Path) -> list[str]:
        (folder / "in").mkdir()
        write_field(folder / "in/a.png").rename(folder / f"in/{name}.png")
        with (folder / "in/cells.csv").open("w", newline="") as stream:
            head = ("image", "x", "y", "label", "confidence")
            csv.writer(stream).writerows([head, *((image, "9", "9", "1", "1") for image in written)])
        return ["evaluate", "in", "--precision", "float32"]

    return arrange


def cases_of(name: str, written: str) -> Arrange:
    """A field with this name, and a table that gives its case."""

    def arrange(folder: Path) -> list[str]:
        (folder / "cases.csv").write_text(f"image,case\n{written},the case\n")
        return [*field_called(name)(folder), "--cases", "cases.csv"]

    return arrange


SCORED = [
    Case(SUBJECT, f"ki67 {tool}: {name}", called(name), Ended.DONE)
    for tool, called in (("score", field_called), ("cellularity", tissue_called))
    for name in NAMES
]
READ = [
    *(Case(SUBJECT, f"ki67 agree: {one} and {other}", tables_with(one, other), Ended.DONE)
      for one, other in (("=1+1", "'=1+1"), ("'-x", "'-x"), ("''x", "''x"), ("'x", "''x"))),
    Case(SUBJECT, "ki67 agree: with and without", tables_with("=1", "=1", "'=1"), Ended.REFUSED, "line 3 names '=1' again"),
    *(Case(SUBJECT, f"ki67 evaluate: {written}", labelled(name, written), Ended.DONE)
      for name, written in (("=1+1", "=1+1"), ("=1+1", "'=1+1"), ("'x", "''x"), ("'x", "'x"))),
    Case(SUBJECT, "ki67 evaluate: with and without", labelled("=1", "=1", "'=1"), Ended.REFUSED, "write it one way"),
    Case(SUBJECT, "ki67 evaluate: of another", labelled("=1", "'=2"), Ended.REFUSED, "names '=2', which is not there"),
]  # fmt: skip
OF_A_CASE = Case(SUBJECT, "ki67 score --cases", cases_of("=1", "'=1"), Ended.DONE)
CASES = [*SCORED, *READ, OF_A_CASE]


@pytest.mark.parametrize("case", SCORED, ids=str)
def test_no_cell_is_a_formula(case: Case, attempt: Attempt, tmp_path: Path) -> None:
    attempt(case)
    out = tmp_path / "here/out"
    [picture] = (tmp_path / "here/in").iterdir()
    for table in TABLES["score" if (out / "scores.csv").exists() else "cellularity"]:
        with (out / table).open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert rows
        assert {unescaped(row["image"]) for row in rows} == {picture.stem}
        assert not any(cell.startswith(FORMULA) for row in rows for cell in row.values())


@pytest.mark.parametrize("case", READ, ids=str)
def test_what_is_shielded_is_read_back(case: Case, attempt: Attempt) -> None:
    attempt(case)


def test_a_case_is_found_by_a_shielded_name(attempt: Attempt, tmp_path: Path) -> None:
    attempt(OF_A_CASE)
    assert "<h2>the case</h2>" in (tmp_path / "here/out/report.html").read_text()
