"""Files that are whole or not there."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path, ending: str = ".partial") -> Iterator[Path]:
    """A name beside to write to; what is written there moves into place at the end, so that nobody ever finds half a file.

    Some writers go by the ending of a name, so it can be asked for.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ending)
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, lines: Iterable[str]) -> None:
    """Text, written line by line as it is made, so that a long file never lies in memory; in place when it is whole."""
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(lines)


def write_bytes(path: Path, data: bytes) -> None:
    """Bytes, in place when they are whole."""
    with whole_file(path) as partial:
        partial.write_bytes(data)
