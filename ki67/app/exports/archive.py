"""What is written into a zip file, so that the same case gives the same bytes."""

from collections.abc import Iterable, Sequence
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ki67.pictures.tables import csv_lines

EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a zip file: what is in it has its times in its tables


def add(archive: ZipFile, name: str, data: bytes) -> None:
    """A file without a time of its own."""
    archive.writestr(ZipInfo(name, EARLIEST), data, ZIP_DEFLATED)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """As CSV in UTF-8."""
    return "".join(csv_lines([head, *rows])).encode()
