"""Tables that come with a dataset: the columns that a layout names, with line numbers for whoever has to mend them."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from ki67.base.errors import InputError

Row = tuple[int, tuple[str, ...]]  # its line, and what stands in it


def read_rows(path: Path, columns: Sequence[str], parts: Sequence[str]) -> list[Row]:
    """The named columns of a CSV file; `parts` are what its layout consists of, told where the file is missing."""
    if not path.is_file():
        raise InputError(f"{path}: missing; its layout has {', '.join(parts)}")
    rows: list[Row] = []
    try:
        for row in _rows(path, columns):
            rows.append(row)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not in UTF-8 ({error.reason}); save it as CSV in UTF-8") from error
    except csv.Error as error:
        after = rows[-1][0] if rows else 1
        raise InputError(f"{path}: no table after line {after} ({error}); mend that line, or save it as CSV again") from error
    return rows


def _rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, skipinitialspace=True, strict=True)
        lacking = [name for name in columns if name not in (reader.fieldnames or ())]
        if lacking:
            raise InputError(f"{path}: no column {' and '.join(lacking)}; the first line is {','.join(columns)}")
        for row in reader:
            yield reader.line_num, tuple((row[name] or "").strip() for name in columns)
