"""An output never takes the place of an input, nor of a file that ki67 did not write; one run at a time writes to a folder."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import write_field

SUBJECT = "outputs"
THEIRS = "was not written by ki67"
SCORE = ["score", "in", "--out", "out"]
NAMES = ("0.png", "0.plain.jpg", "0.geojson", "cells.csv", "scores.csv", "run.json", "report.html")  # that ki67 writes


def scored_into(out: str) -> Arrange:
    """A picture in `in`, scored into a folder."""

    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/0.png")
        return ["score", "in", "--out", out]

    return arrange


def beside(spoil: Callable[[Path], object], arguments: list[str] = SCORE) -> Arrange:
    """A good picture, and something that stands in the way of its results."""

    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/0.png")
        (folder / "out").mkdir()
        spoil(folder)
        return arguments

    return arrange


def theirs(name: str) -> Arrange:
    """A file of the user's own under a name that ki67 would use."""

    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")

    return beside(spoil)


def a_folder(name: str) -> Arrange:
    """A folder under a name that ki67 would use for a file."""
    return beside(lambda folder: (folder / name).mkdir())


def linked(name: str) -> Arrange:
    """A link in the output folder that leads to a file of the user's own."""

    def spoil(folder: Path) -> None:
        (folder / "mine").write_text("mine")
        (folder / name).symlink_to(folder / "mine")

    return beside(spoil)


def linked_folder(folder: Path) -> list[str]:
    write_field(folder / "in/deep/0.png")
    (folder / "out").mkdir()
    (folder / "elsewhere").mkdir()
    (folder / "out/deep").symlink_to(folder / "elsewhere")
    return SCORE


def in_place(folder: Path) -> list[str]:
    write_field(folder / "0.png")
    return ["score", ".", "--out", "."]


CASES = [
    Case(SUBJECT, "the folder of the inputs", scored_into("in"), Ended.REFUSED, "0.png: is an input and would be replaced"),
    Case(SUBJECT, "the folder of the inputs by another way", scored_into("in/../in/."), Ended.REFUSED, "is an input"),
    Case(SUBJECT, "the current folder", in_place, Ended.REFUSED, "0.png: is an input"),
    Case(SUBJECT, "an empty folder", beside(lambda folder: None), Ended.WARNED, "fewer than 500"),
    Case(SUBJECT, "a folder in the folder of the inputs", scored_into("in/out"), Ended.WARNED, "fewer than 500"),
    *(Case(SUBJECT, f"a file of the user's: {name}", theirs(f"out/{name}"), Ended.REFUSED, THEIRS)
      for name in NAMES),
    *(Case(SUBJECT, f"a link of the user's: {name}", linked(f"out/{name}"), Ended.REFUSED, THEIRS)
      for name in NAMES),
    *(Case(SUBJECT, f"a folder called {name}", a_folder(f"out/{name}"), Ended.REFUSED, THEIRS)
      for name in NAMES),
    Case(SUBJECT, "a folder that is a link", linked_folder, Ended.REFUSED, "out/deep: a folder of results has to be there"),
    Case(SUBJECT, "the results of another command", theirs("out/cellularity.csv"), Ended.REFUSED, "of another command"),
    Case(SUBJECT, "a file", theirs("out/.ki67"), Ended.REFUSED, "out: cannot be written to"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_outputs(case: Case, attempt: Attempt) -> None:
    outcome = attempt(case)
    assert case.ended is not Ended.REFUSED or outcome.new == []
