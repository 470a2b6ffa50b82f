"""Where `ki67 agree` and `ki67 evaluate` write their one file: never over anything."""

from collections.abc import Callable
from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import write_field

SUBJECT = "single files"
AGREE = ["agree", "a.csv", "b.csv", "--figure"]
EVALUATE = ["evaluate", "in", "--out"]
Spoil = Callable[[Path], object]


def nothing(folder: Path) -> None:
    """As it was."""


def written_to(command: list[str], name: str, spoil: Spoil = nothing) -> Arrange:
    """Two tables and a labelled field, what happens to them, and where the result is to go."""

    def arrange(folder: Path) -> list[str]:
        for table, share in (("a.csv", 0.2), ("b.csv", 0.25)):
            (folder / table).write_text(f"image,ki67_index\na,0.1\nb,{share}\nc,0.3\n")
        write_field(folder / "in/p1.png")
        (folder / "in/p1.json").write_text('[{"x": 30, "y": 40, "label_id": 1}]')
        spoil(folder)
        return [*command, name]

    return arrange


def theirs(name: str) -> Spoil:
    return lambda folder: (folder / name).write_text("mine")


def linked(name: str, to: str) -> Spoil:
    return lambda folder: (folder / name).symlink_to(to)


def made(name: str) -> Spoil:
    return lambda folder: (folder / name).mkdir()


def plot_of(name: str) -> Arrange:
    """Tables by whose names the plot is labelled."""

    def arrange(folder: Path) -> list[str]:
        *command, figure = written_to(AGREE, "p.png")(folder)
        (folder / "a.csv").rename(folder / f"{name}.csv")
        return ["agree", f"{name}.csv", *command[2:], figure]

    return arrange


def refused(name: str, arrange: Arrange, says: str) -> Case:
    return Case(SUBJECT, name, arrange, Ended.REFUSED, says)


CASES = [
    Case(SUBJECT, "agree: in a folder that is not there", written_to(AGREE, "no/p.png"), Ended.DONE),
    *(refused(f"agree: {name!r}", written_to(AGREE, name), "what is written is a .png file")
      for name in ("a.csv", "b.csv", "p", "p.docx", "p.PNG", ".png", ".", "in")),
    refused("agree: a picture of the input", written_to(AGREE, "in/p1.png"), "in/p1.png: there already"),
    refused("evaluate: a label of the input", written_to(EVALUATE, "in/p1.json"), "in/p1.json: there already"),
    *(refused(f"evaluate: {name!r}", written_to(EVALUATE, name), "what is written is a .json file")
      for name in ("a.csv", "f", "f.txt", ".json", ".", "in", "in/p1.png")),
    *(refused(f"{command[0]}: {what} {name}", written_to(command, name, spoil(name)), says)
      for command, name in ((AGREE, "p.png"), (EVALUATE, "f.json"))
      for what, spoil, says in (("a user's", theirs, "there already"), ("a folder", made, "there already"),
                                ("a link", lambda name: linked(name, "a.csv"), "there already"),
                                ("a dead link", lambda name: linked(name, "nowhere"), "there already"))),
    *(refused(f"{command[0]}: {name}", written_to(command, name, linked("dead", "nowhere")), "is no folder that can be")
      for command, ending in ((AGREE, "png"), (EVALUATE, "json")) for name in (f"a.csv/p.{ending}", f"dead/p.{ending}")),
    *(refused(f"{command[0]}: a user's {name}.partial", written_to(command, name, theirs(f"{name}.partial")), "there already")
      for command, name in ((AGREE, "p.png"), (EVALUATE, "f.json"))),
    *(Case(SUBJECT, f"agree: a plot of {name}", plot_of(name), Ended.DONE)
      for name in ("a$b^$", "$", "a$", "中", "\\$x$", "{_^}")),
    refused("agree: a name that is too long", written_to(AGREE, "p" * 300 + ".png"), "name too long"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_single_files(case: Case, attempt: Attempt) -> None:
    outcome = attempt(case)
    assert case.ended is not Ended.REFUSED or outcome.new == []
