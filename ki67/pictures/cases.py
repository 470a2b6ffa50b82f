"""Which case a picture belongs to: by a table that the user gives, else by the folder that it lies in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ki67.base.errors import InputError
from ki67.pictures.store import PictureResult
from ki67.pictures.tables import read_columns, unescaped

COLUMNS = ("image", "case")
UNLISTED = "without a case"  # pictures that the table does not name
Result = TypeVar("Result", bound=PictureResult)
Cases = Mapping[str, Sequence[Result]]


def by_folder(results: Sequence[Result]) -> Cases[Result]:
    """A case a folder, as long as there are folders; pictures that lie in none are one case without a name."""
    return _grouped(results, {result.image: result.image.rpartition("/")[0] for result in results})


def by_table(results: Sequence[Result], table: Mapping[str, str]) -> Cases[Result]:
    """The cases that a table names, and after them what it does not name."""
    return _grouped(results, {result.image: table.get(result.image, UNLISTED) for result in results})


def read_cases(path: Path) -> dict[str, str]:
    """The case of each picture, by the picture's name in the tables."""
    cases: dict[str, str] = {}
    for line, (image, case) in enumerate(read_columns(path, COLUMNS), start=2):
        if not image or not case or cases.setdefault(unescaped(image), case) != case:
            raise InputError(f"{path}: line {line} gives {image!r} the case {case!r}; name one case for each picture")
    return cases


def _grouped(results: Sequence[Result], case_of: Mapping[str, str]) -> Cases[Result]:
    names = sorted(set(case_of.values()), key=lambda name: (name == UNLISTED, name))
    return {name: [result for result in results if case_of[result.image] == name] for name in names}
