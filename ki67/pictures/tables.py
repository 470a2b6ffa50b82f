"""Tables as text: fields that may hold anything, figures that may not be defined, one table out of many."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ki67.base.errors import InputError

NOT_DEFINED = "not defined"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would compute
SHIELD = "'"


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Fields in quotes where they hold what would end them."""
    for row in rows:
        yield ",".join('"' + field.replace('"', '""') + '"' if set(field) & set(',"\n\r') else field for field in row) + "\n"


def read_columns(path: Path, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The named columns of a table that a user gives, a row a picture; Excel's mark before the first column is none."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a table ({error}); save it as CSV in UTF-8") from error
    if not rows or not set(columns) <= rows[0].keys():
        raise InputError(f"{path}: needs the columns {' and '.join(columns)} and a row a picture; add them")
    return [tuple((row[name] or "").strip() for name in columns) for row in rows]


def escaped(text: str) -> str:
    """Words as no spreadsheet computes them: after an apostrophe, where they would pass for a formula or have one already."""
    return SHIELD + text if text.startswith((*FORMULA, SHIELD)) else text


def unescaped(text: str) -> str:
    """The words again; an apostrophe that shields nothing is a part of them."""
    return text[1:] if text.startswith(SHIELD) and text[1:].startswith((*FORMULA, SHIELD)) else text


def joined(columns: Sequence[str], files: Iterable[Path]) -> Iterator[str]:
    """The tables of many pictures as one, a line at a time."""
    yield ",".join(columns) + "\n"
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            next(stream)
            yield from stream


def share(value: float) -> str:
    """Four digits, or that there is no such figure: never 0, never NaN."""
    return NOT_DEFINED if math.isnan(value) else f"{value:.4f}"
