"""Tables as text: fields that may hold anything, figures that may not be defined, one table out of many."""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

NOT_DEFINED = "not defined"


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Fields in quotes where they hold what would end them."""
    for row in rows:
        yield ",".join('"' + field.replace('"', '""') + '"' if set(field) & set(',"\n\r') else field for field in row) + "\n"


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
