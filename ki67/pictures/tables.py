"""Tables as text: fields that may hold anything, figures that may not be defined, one table out of many."""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

NOT_DEFINED = "not defined"
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would compute
SHIELD = "'"


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Fields in quotes where they hold what would end them."""
    for row in rows:
        yield ",".join('"' + field.replace('"', '""') + '"' if set(field) & set(',"\n\r') else field for field in row) + "\n"


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
