"""Bytes from one file to another, exactly as many as there have to be."""

from pathlib import Path
from typing import BinaryIO

from ki67.app.store.files import BLOCK
from ki67.base.errors import Unreadable
from ki67.data.images import damaged


def copy(path: Path, source: BinaryIO, target: BinaryIO, length: int) -> None:
    """The next `length` bytes of `source`, which is the open file at `path`."""
    while length:
        target.write(exactly(path, source, min(length, BLOCK)))
        length -= min(length, BLOCK)


def move_to(path: Path, source: BinaryIO, place: int) -> None:
    """Where a file says that something lies; no place behind its end is one."""
    if place > path.stat().st_size:
        raise Unreadable(damaged(path, f", it points at byte {place}, behind its end"))
    source.seek(place)


def exactly(path: Path, source: BinaryIO, length: int) -> bytes:
    """The next bytes; a file that ends before is cut off."""
    found = source.read(length)
    if len(found) < length:
        raise Unreadable(damaged(path, ""))
    return found
