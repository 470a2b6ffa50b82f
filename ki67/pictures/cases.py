"""Which case a picture belongs to: by a pattern of names or a table that the user gives, else by the folder that it lies in."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, Protocol

from ki67.base.errors import InputError
from ki67.pictures.inputs import picture_name
from ki67.pictures.store import Result
from ki67.pictures.tables import read_columns

COLUMNS = ("image", "case")
PLACE, ANYTHING = "{case}", "*"  # of a pattern: where the case's name stands, and what differs from picture to picture
HOW = f"write {PLACE} for the case, {ANYTHING} for what differs, such as '{PLACE}_{ANYTHING}', or name a CSV with image and case"


class CaseRule(Protocol):
    """What tells the case of a picture by the picture's name in the tables."""

    @property
    def asked(self) -> str | None:
        """What the user wrote; nothing where folders are the cases."""
        ...

    def case_of(self, name: str) -> str | None:
        """None where it belongs to no case."""
        ...

    def expected(self, case: str) -> Sequence[str]:
        """Names of pictures that a case has, as far as the user told them."""
        ...


@dataclass(frozen=True)
class ByFolder:
    """A case a folder, as long as there are folders."""

    asked: None = None

    def case_of(self, name: str) -> str | None:
        """The folder under the one that was named; what lies in none belongs to no case."""
        return name.rpartition("/")[0] or None

    def expected(self, case: str) -> Sequence[str]:
        """Nothing is told."""
        return ()


@dataclass(frozen=True)
class ByPattern:
    """Names such as `S12_3` that begin, or end, with their case. Neither part reaches beyond a folder."""

    asked: str

    def case_of(self, name: str) -> str | None:
        """The shortest name that fits, so that `{case}_*` stops at the first `_`."""
        parts = {PLACE: "(?P<case>[^/]+?)", ANYTHING: "[^/]*"}
        pattern = "".join(parts.get(part) or re.escape(part) for part in re.split(r"(\{case\}|\*)", self.asked))
        found = re.fullmatch(pattern, name)
        return found["case"] if found else None

    def expected(self, case: str) -> Sequence[str]:
        """Nothing is told."""
        return ()


@dataclass(frozen=True)
class ByTable:
    """The case of each picture as a table has it, by the picture's name."""

    asked: str
    cases: Mapping[str, str]

    def case_of(self, name: str) -> str | None:
        """None where the table does not name it."""
        return self.cases.get(name)

    def expected(self, case: str) -> Sequence[str]:
        """All that the table names."""
        return self._names[case]

    @cached_property
    def _names(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for name, case in self.cases.items():
            found.setdefault(case, []).append(name)
        return found


@dataclass(frozen=True)
class CasePictures(Generic[Result]):
    """The pictures of a case that were scored, and what a reader of its figures should know. What has no name is no case."""

    name: str | None
    results: Sequence[Result]
    missing: Sequence[str] = ()  # names of pictures without a result
    twins: Sequence[tuple[str, str]] = ()  # names of two pictures that are one and the same file, one of them at least in it


def case_rule(asked: str | None) -> CaseRule:
    """From the command line: a table, which ends in .csv, or a pattern."""
    if asked is None:
        return ByFolder()
    if asked.lower().endswith(".csv"):
        return ByTable(asked, read_cases(Path(asked)))
    beside = any(both in asked for both in (PLACE + ANYTHING, ANYTHING + PLACE))  # nothing would part them
    if asked.count(PLACE) != 1 or beside or set(asked.replace(PLACE, "")) & set("{}"):
        raise InputError(f"--case {asked}: no pattern of names; {HOW}")
    return ByPattern(asked)


def check_rule(rule: CaseRule, names: Sequence[str]) -> None:
    """One line before the work where what was asked for fits no picture at all."""
    if rule.asked is not None and names and not any(rule.case_of(name) for name in names):
        raise InputError(f"--case {rule.asked}: fits none of the pictures, such as {names[0]!r}; {HOW}")


def read_cases(path: Path) -> dict[str, str]:
    """The case of each picture, by the picture's name in the tables."""
    cases: dict[str, str] = {}
    for line, (image, case) in enumerate(read_columns(path, COLUMNS), start=2):
        if not image or not case or cases.setdefault(picture_name(image), case) != case:
            raise InputError(f"{path}: line {line} gives {image!r} the case {case!r}; name one case for each picture")
    return cases


def grouped(
    results: Sequence[Result], wanted: Sequence[str], rule: CaseRule, digest: Callable[[str], str]
) -> list[CasePictures[Result]]:
    """The cases of all pictures that were wanted, in the order of their names, and behind them what belongs to none.

    `digest` is the hash of a scored picture's file.
    """
    scored, members = {result.image: result for result in results}, dict[str | None, list[str]]()
    for name in wanted:
        members.setdefault(rule.case_of(name), []).append(name)
    for case in filter(None, members):
        members[case] += [name for name in rule.expected(case) if name not in members[case]]
    pairs = list(_twins([result.image for result in results], digest))
    return [
        CasePictures(
            case,
            [scored[name] for name in members[case] if name in scored],
            [name for name in members[case] if name not in scored],
            [pair for pair in pairs if set(pair) & set(members[case])],
        )
        for case in sorted(members, key=lambda case: (case is None, case or ""))
    ]


def _twins(names: Sequence[str], digest: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """A picture and the one before it with the same bytes."""
    first: dict[str, str] = {}
    for name in names:
        if (other := first.setdefault(digest(name), name)) != name:
            yield name, other


def absent(rule: CaseRule, wanted: Sequence[str]) -> Iterator[str]:
    """A line for each picture of these cases that the user told and that is not there."""
    there = set(wanted)
    for case in sorted({case for name in wanted if (case := rule.case_of(name))}):
        for name in (name for name in rule.expected(case) if name not in there):
            yield f"{name}: is of case {case} and is not among the pictures; name it too, or correct its row"
