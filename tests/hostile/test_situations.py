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
    for name in ("scores.csv", "cases.csv", "cells.csv", "run.json", "report.html", "0.png", "0.plain.jpg", "0.geojson"):
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


def delete_overlay(folder: Path) -> None:
    (folder / "out/0.png").unlink()


def delete_notes(folder: Path) -> None:
    shutil.rmtree(folder / "out" / STATE)


def edit_table(folder: Path) -> None:
    (folder / "out/scores.csv").write_text("mine")


def nothing(folder: Path) -> None:
    """As it was."""


def beside_a_jpg(folder: Path) -> list[str]:
    write_field(folder / "in/0.jpg")
    assert exit_code(IN_PLACE) == 0
    return IN_PLACE


IN_PLACE = ["score", "in", "--out", "in"]
INSIDE = ["score", "in", "--out", "in/out"]
OF_OVERLAYS = ["score", "out", "--out", "new"]
OF_AN_OVERLAY = ["score", "out/0.png", "--out", "new"]
ANEW, KEPT = "1 picture scored;", "1 picture scored, 1 of them earlier"
THEIRS = "was not written by ki67, or was changed since"
CASES = [
    Case(SUBJECT, "nothing changed", after_a_run(nothing), Ended.WARNED, KEPT),
    Case(SUBJECT, "an output within the inputs", after_a_run(nothing, INSIDE, INSIDE), Ended.WARNED, KEPT),
    Case(SUBJECT, "overlays beside their jpg", beside_a_jpg, Ended.WARNED, KEPT),
    Case(SUBJECT, "an overlay as an input", after_a_run(nothing, OF_AN_OVERLAY), Ended.REFUSED, "out/0.png: was drawn by ki67"),
    Case(SUBJECT, "nothing but overlays", after_a_run(nothing, OF_OVERLAYS), Ended.REFUSED, "what ki67 drew is none"),
    Case(SUBJECT, "another picture under the same name", after_a_run(another_picture), Ended.WARNED, ANEW),
    Case(SUBJECT, "an overlay deleted", after_a_run(delete_overlay), Ended.WARNED, ANEW),
    Case(SUBJECT, "objects edited by the user", after_a_run(edited), Ended.WARNED, KEPT),
    Case(SUBJECT, "objects edited, and another picture", after_a_run(edited_and_another), Ended.REFUSED, THEIRS),
    Case(SUBJECT, "a table edited by the user", after_a_run(edit_table), Ended.REFUSED, f"out/scores.csv: {THEIRS}"),
    Case(SUBJECT, "the notes deleted", after_a_run(delete_notes), Ended.REFUSED, THEIRS),
    *(Case(SUBJECT, f"a result damaged: {content[:9]!r}", damaged("0.json", content), Ended.WARNED, ANEW)
      for content in (b"", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'{"seal": 1}', b'{"key": NaN}')),
    Case(SUBJECT, "a digit of a result changed", after_a_run(flipped), Ended.WARNED, ANEW),
    Case(SUBJECT, "the cells of a picture cut", damaged("0.csv", b"image"), Ended.WARNED, ANEW),
    Case(SUBJECT, "a small view damaged", damaged("0.jpg", b"\xff\xd8"), Ended.WARNED, ANEW),
    Case(SUBJECT, "the list of outputs damaged", damaged("written.jsonl", b"\xff[1\n[[[\n"), Ended.REFUSED, THEIRS),
    Case(SUBJECT, "folders in place of notes", after_a_run(notes_that_are_folders), Ended.REFUSED, "(Is a directory)"),
    Case(SUBJECT, "left by a run that was killed", left_by_a_killed_run, Ended.WARNED, ANEW),
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
    drawn = [path for path in Path().rglob("0.png") if path != Path("in/0.png") or Path("in/0.jpg").is_file()]
    assert case.ended is Ended.REFUSED or len(drawn) == 1
