"""Hostile inputs and situations: what is tried on the command line, how each ends, and what must hold of all of them.

A test module lists its `CASES`; `attempt` runs one. Of every case it is checked that it ends as it is said to, without a
traceback, that each failure is one line, and that no file that was there before has changed.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from ki67.cli.main import main
from ki67.pictures.written import NOTES, STATE

Arrange = Callable[[Path], Sequence[str]]


class Ended(StrEnum):
    """How an attempt may end; there is no fourth way."""

    REFUSED = "refused in one line"
    WARNED = "done, with a warning"
    DONE = "done"


@dataclass(frozen=True)
class Case:
    """One hostile input: `arrange` makes it in an empty folder, where ki67 is then run, and gives ki67's arguments."""

    subject: str  # a row of the book's table
    name: str
    arrange: Arrange
    ended: Ended
    says: str = ""  # a part of the line, or of the warning

    def __str__(self) -> str:
        return f"{self.subject}: {self.name}"


def refused(subject: str, name: str, arrange: Arrange, says: str) -> Case:
    """A case that ends in one line."""
    return Case(subject, name, arrange, Ended.REFUSED, says)


def with_a_bit_flipped(content: bytes, place: float) -> bytes:
    """A file's content with a bit turned over, so far into it as a share of its length."""
    data = bytearray(content)
    data[int(place * (len(data) - 1))] ^= 4
    return bytes(data)


@dataclass(frozen=True)
class Outcome:
    """What a run left: its exit code, what it said, and every file."""

    code: int
    out: str
    errors: str
    changed: list[str]  # files that were there before and are not as they were, but for ki67's own
    new: list[str]

    @property
    def failures(self) -> list[str]:
        """The lines by which something was refused."""
        return [line for line in self.errors.splitlines() if line.startswith("ki67: ")]


Attempt = Callable[[Case], Outcome]


def attempt(case: Case, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Run it and check what must hold of every case; the outcome is for what a module wants to know beyond that."""
    monkeypatch.chdir(folder)
    arguments = [str(argument) for argument in case.arrange(folder)]
    before, noted = contents(folder), "".join(path.read_text(errors="replace") for path in folder.rglob(NOTES.name))
    capfd.readouterr()
    code = exit_code(arguments)
    out, errors = capfd.readouterr()
    after = contents(folder)
    theirs = {name for name, digest in before.items() if STATE.name not in Path(name).parent.parts and digest not in noted}
    changed = [name for name in theirs if after.get(name) != before[name]]
    outcome = Outcome(code, out, errors, changed, [name for name in after if name not in before])
    check(case, outcome, folder)
    return outcome


def exit_code(arguments: Sequence[str]) -> int:
    """What the shell would see; an exception that leaves `main` is what a user would call a traceback."""
    with pytest.MonkeyPatch.context() as patched, pytest.raises(SystemExit) as ended:
        patched.setattr(sys, "argv", ["ki67", *arguments])
        main()
    return int(ended.value.code or 0)


def check(case: Case, outcome: Outcome, folder: Path) -> None:
    """The promises of ki67 under hostile hands."""
    said = outcome.out + outcome.errors
    assert "Traceback" not in said, said
    assert not outcome.changed, f"changed: {outcome.changed}"
    noise = [line for line in outcome.errors.splitlines() if line.strip() and not line.startswith("ki67: ")]
    assert not noise, f"noise on the terminal: {noise}"
    if case.ended is Ended.REFUSED:
        assert outcome.code in (1, 2), said
        assert len(outcome.failures) == 1, outcome.errors
        assert case.says in outcome.failures[0], outcome.failures[0]
    else:
        assert outcome.code == 0, said
        assert not outcome.failures, outcome.errors
        written = "".join((folder / name).read_text(encoding="utf-8") for name in outcome.new if name.endswith((".csv", ".json")))
        assert case.ended is Ended.DONE or case.says in said + written, said + written


def contents(folder: Path) -> dict[str, str]:
    """Every file and link below a folder with a hash of what it holds; what cannot be read counts by its kind."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in [*files, *(name for name in folders if Path(place, name).is_symlink())]:
            path = Path(place, name)
            found[os.path.relpath(path, folder)] = fingerprint(path)
    return found


def fingerprint(path: Path) -> str:
    """A link by where it leads, a file by its content."""
    if path.is_symlink():
        return f"link to {os.readlink(path)}"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else f"special {path.lstat().st_mode}"
