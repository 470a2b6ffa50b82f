"""Holes in a JPEG that its decoder takes for a picture: where bytes were lost, a disk or a copy leaves zeros.

Zeros are codes like others. In most files they stand for coefficients, one after the other, that no picture has; only where they
end blocks of every colour can they be plain ground, and there nothing can be told.
"""

from collections.abc import Iterator
from pathlib import Path

from ki67.base.errors import Unreadable
from ki67.data.images import damaged

HOLE = bytes(64)  # more zeros than a block of a picture can have
TABLES, SCAN, END, FRAMES = 0xC4, 0xDA, b"\xff\xd9", (0xC0, 0xC1)  # markers; the frames of what is coded in one go
COUNTS = 17  # bytes of a table of codes before its first symbol
END_OF_BLOCK = 0
CHUNK = 1 << 20


def refuse_holes(path: Path) -> None:
    """Refuse a JPEG in whose coded data stand zeros that cannot be meant."""
    with path.open("rb") as stream:
        head = stream.read(CHUNK)
        place = _start_of_codes(head)
        chunk = head[place:] if place else b""
        while len(chunk) > len(HOLE):
            hole, end = chunk.find(HOLE), chunk.find(END)
            if hole >= 0 and not 0 <= end < hole:
                raise Unreadable(damaged(path, f", zeros from byte {place + hole} on"))
            if end >= 0:
                return
            kept = chunk[-len(HOLE) :]
            place, chunk = place + len(chunk) - len(kept), kept + stream.read(CHUNK)


def _start_of_codes(head: bytes) -> int:
    """Where the coded data start; 0 where zeros in them may be meant, or where that cannot be told."""
    at, in_one_go, telling = 2, False, False
    while at + 4 <= len(head) and head[at] == 0xFF:
        kind, end = head[at + 1], at + 2 + int.from_bytes(head[at + 2 : at + 4], "big")
        in_one_go |= kind in FRAMES
        telling |= kind == TABLES and any(symbol != END_OF_BLOCK for symbol in _shortest(head[at + 4 : end]))
        if kind == SCAN:
            return end if in_one_go and telling else 0
        at = end
    return 0


def _shortest(tables: bytes) -> Iterator[int]:
    """What all zeros stand for in each table of codes for coefficients; the other tables are of the blocks' means."""
    while len(tables) > COUNTS:
        if tables[0] >> 4:
            yield tables[COUNTS]
        tables = tables[COUNTS + sum(tables[1:COUNTS]) :]
