"""What happens between two runs, or during one: a run that was killed, a folder that is held, notes that were damaged."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended, exit_code
from fields_made import write_field

from ki67.pictures.lock import only_run_in
from ki67.pictures.written import STATE

SUBJECT = "between two runs"
SCORE = ["score", "in", "--out", "out", "--precision", "float32"]
HELD: list[AbstractContextManager[None]] = []


def after_a_run(then: Callable[[Path], object], arguments: list[str] = SCORE, first: list[str] = SCORE) -> Arrange:
    """A picture is scored, then something happens."""

    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/0.png")
        assert exit_code(first) == 0
        then(folder)
        return arguments

    return arrange


def damaged(name: str, content: bytes) -> Arrange:
    """One of ki67's own notes, spoilt."""
    return after_a_run(lambda folder: (folder / "out" / STATE / name).write_bytes(content))


def flipped(folder: Path) -> None:
    kept = folder / "out" / STATE / "0.json"
    kept.write_text(kept.read_text().replace('"n_positive": ', '"n_positive": 9'))


def notes_that_are_folders(folder: Path) -> None:
    shutil.rmtree(folder / "out" / STATE)
    for name in ("0.json", "0.csv"):
        (folder / "out" / STATE / name).mkdir(parents=True)
    for name in ("scores.csv", "cells.csv", "run.json", "report.html", "0.png", "0.geojson"):
        (folder / "out" / name).unlink()


def another_picture(folder: Path) -> None:
    write_field(folder / "in/0.png", seed=2)


def held(folder: Path) -> list[str]:
    write_field(folder / "in/0.png")
    HELD.append(only_run_in(folder / "out"))
    HELD[-1].__enter__()
    return SCORE


def left_by_a_killed_run(folder: Path) -> list[str]:
    write_field(folder / "in/0.png")
    (folder / "out" / STATE).mkdir(parents=True)
    for name in ("lock", "holder", "partial-1"):
        (folder / "out" / STATE / name).write_text("process 1 on another machine")
    return SCORE


def edited(folder: Path) -> None:
    (folder / "out/0.geojson").write_text("my annotations")


def edited_and_another(folder: Path) -> None:
    edited(folder)
    another_picture(folder)


INSIDE = ["score", "in", "--out", "in/out"]
CASES = [
    Case(SUBJECT, "nothing changed", after_a_run(lambda folder: None), Ended.WARNED, "1 picture scored, 1 of them earlier"),
    Case(SUBJECT, "an output within the inputs", after_a_run(lambda folder: None, INSIDE, INSIDE), Ended.WARNED, "1 picture scored"),
    Case(SUBJECT, "an overlay by its name", after_a_run(lambda folder: None, ["score", "out/0.png", "--out", "new"]), Ended.REFUSED,
         "out/0.png: was drawn by ki67"),
    Case(SUBJECT, "a folder of nothing but overlays", after_a_run(lambda folder: None, ["score", "out", "--out", "new"]),
         Ended.REFUSED, "no pictures in it but those that ki67 drew"),
    Case(SUBJECT, "an overlay deleted", after_a_run(lambda folder: (folder / "out/0.png").unlink()), Ended.WARNED, "1 picture scored;"),
    Case(SUBJECT, "objects edited by the user", after_a_run(edited), Ended.WARNED, "1 of them earlier"),
    Case(SUBJECT, "objects edited, and another picture", after_a_run(edited_and_another), Ended.REFUSED, "or was changed since"),
    Case(SUBJECT, "a table edited by the user", after_a_run(lambda folder: (folder / "out/scores.csv").write_text("mine")),
         Ended.REFUSED, "out/scores.csv: was not written by ki67, or was changed since"),
    Case(SUBJECT, "the notes deleted", after_a_run(lambda folder: shutil.rmtree(folder / "out" / STATE)), Ended.REFUSED, "was not written"),
    *(Case(SUBJECT, f"a result damaged: {content[:9]!r}", damaged("0.json", content), Ended.WARNED, "1 picture scored;")
      for content in (b"", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'{"seal": 1}', b'{"key": NaN}')),
    Case(SUBJECT, "a digit of a result changed", after_a_run(flipped), Ended.WARNED, "1 picture scored;"),
    Case(SUBJECT, "the cells of a picture cut", damaged("0.csv", b"image"), Ended.WARNED, "1 picture scored;"),
    Case(SUBJECT, "a small view damaged", damaged("0.jpg", b"\xff\xd8"), Ended.WARNED, "1 picture scored;"),
    Case(SUBJECT, "the list of what was written damaged", damaged("written.jsonl", b"\xff[1\n[[[\n"), Ended.REFUSED, "was not written"),
    Case(SUBJECT, "folders in place of notes", after_a_run(notes_that_are_folders), Ended.REFUSED, "not written (Is a directory)"),
    Case(SUBJECT, "left by a run that was killed", left_by_a_killed_run, Ended.WARNED, "1 picture scored;"),
    Case(SUBJECT, "another run at work", held, Ended.REFUSED, "writes there now; wait for it"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def let_go() -> Iterator[None]:
    yield
    while HELD:
        HELD.pop().__exit__(None, None, None)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_situations(case: Case, attempt: Attempt) -> None:
    attempt(case)
