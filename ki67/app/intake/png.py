"""A PNG of nothing but its pixels: chunks of text, times, profiles and whatever follows the picture are left out."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ki67.app.intake.copying import copy, exactly
from ki67.base.errors import Unreadable
from ki67.data.images import damaged

SIGNATURE, HEAD, SUM = 8, 8, 4  # bytes before the first chunk; before and after what each holds: its length and name, its sum
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
LAST = KEPT[-1]
MOST_CHUNKS = 10_000  # of 8 KB, as most programs write them, 64 MB are 8,000
OPTIONAL = 0x20  # in the first letter of a chunk's name: whoever does not know it may pass it over


def strip_png(path: Path, draft: Path) -> None:
    """Write its pixels' chunks again, each as it stands."""
    with path.open("rb") as file, draft.open("wb") as out:
        copy(path, file, out, SIGNATURE)
        for head, length in chunks(path, file):
            if head[4:] in KEPT:
                out.write(head)
                copy(path, file, out, length)
            elif not head[4] & OPTIONAL:
                raise Unreadable(damaged(path, f", an unknown chunk before byte {file.tell()}"))


def walk_png(path: Path) -> None:
    """Refuse one of more chunks than pictures have."""
    with path.open("rb") as file:
        file.seek(SIGNATURE)
        for _ in chunks(path, file):
            pass


def chunks(path: Path, file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """The head of each up to the last, and how many bytes follow it, the file being at the first of them."""
    for _ in range(MOST_CHUNKS):
        head = exactly(path, file, HEAD)
        length, begin = int.from_bytes(head[:4], "big") + SUM, file.tell()
        yield head, length
        if head[4:] == LAST:
            return
        file.seek(begin + length)
    raise Unreadable(damaged(path, f", it has more than {MOST_CHUNKS:,} chunks"))
