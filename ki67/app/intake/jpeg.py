"""A JPEG without what a camera, a telephone or a program wrote into it: its coded pixels stay byte for byte."""

import mmap
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ki67.base.errors import Unreadable
from ki67.data.images import damaged

START, END, SCAN, JFIF, EXIF, ADOBE = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
ALONE = (0x01, *range(0xD0, 0xD8))  # markers without a segment
KEPT = (*range(0xC0, 0xE0),)  # tables, frames, scans: all that pixels are made of
BARE_JFIF = b"JFIF\0\1\1\0\0\1\0\1\0\0"  # says YCbCr and nothing more: no thumbnail, no resolution
COLOURS = 12  # bytes by which Adobe says how colours are meant
UPRIGHT = 1
MOST_SEGMENTS, MOST_EXIF = 10_000, 4  # a camera writes one EXIF, a few programs go on in a second
MARKER = re.compile(rb"\xff{1,16}([^\x00\xd0-\xd7\xff])")
AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in no coded pixels; of a long row of 0xFF no byte is looked at twice


def strip_jpeg(path: Path, draft: Path, orientation: int) -> None:
    """Write it again: tables, frames and scans, how its colours are meant, and which way is up."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data, draft.open("wb") as out:
        out.write(bytes((0xFF, START)))
        written = False
        for kind, start, end in segments(path, data):
            if not written and kind != JFIF:
                write_orientation(out, orientation)
                written = True
            write_segment(out, kind, data, start, end)
        out.write(bytes((0xFF, END)))


def segments(path: Path, data: mmap.mmap | bytes) -> Iterator[tuple[int, int, int]]:
    """Each segment up to the picture's end by its marker, where its content begins, and where the next marker is."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        found = MARKER.match(data, at)
        if found is None:
            raise Unreadable(damaged(path, f", no segment at byte {at}"))
        kind, start = found[1][0], found.end()
        if kind == END:
            return
        length = int.from_bytes(data[start : start + 2], "big") if kind not in ALONE else 0
        end = start + length
        if kind == SCAN:
            following = AFTER_SCAN.search(data, end)
            end = following.start() if following else len(data)
        if end > len(data) or (length < 2 and kind not in ALONE):
            raise Unreadable(damaged(path, f", a segment at byte {at} is cut off"))
        yield kind, start, end
        if end == len(data):
            return  # without an end, of which whoever decodes it will tell
        at = end
    raise Unreadable(damaged(path, f", it has more than {MOST_SEGMENTS:,} segments"))


def walk_jpeg(path: Path) -> None:
    """Refuse one of more segments than pictures have."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        exif = [start for kind, start, _ in segments(path, data) if kind == EXIF and data[start + 2 : start + 6] == b"Exif"]
    if len(exif) > MOST_EXIF:
        raise Unreadable(damaged(path, f", it has more than {MOST_EXIF} segments of EXIF"))


def bare_tables(path: Path, tables: bytes) -> bytes:
    """Those that a TIFF keeps for all of its parts, as a JPEG without a frame: neither comments nor what a program added."""
    kept = [bytes((0xFF, kind)) + tables[start:end] for kind, start, end in segments(path, tables) if kind in KEPT]
    return bytes((0xFF, START)) + b"".join(kept) + bytes((0xFF, END))


def write_segment(out: BinaryIO, kind: int, data: mmap.mmap, start: int, end: int) -> None:
    """As it stands, or what may stay of it."""
    if kind in KEPT:
        out.write(bytes((0xFF, kind)))
        out.write(data[start:end])
    elif kind == JFIF and data[start + 2 : end].startswith(BARE_JFIF[:5]):
        write_content(out, JFIF, BARE_JFIF)
    elif kind == ADOBE and data[start + 2 : end].startswith(b"Adobe"):
        write_content(out, ADOBE, data[start + 2 : min(end, start + 2 + COLOURS)])


def write_content(out: BinaryIO, kind: int, content: bytes) -> None:
    """A segment of one's own."""
    out.write(struct.pack(">BBH", 0xFF, kind, 2 + len(content)) + content)


def write_orientation(out: BinaryIO, orientation: int) -> None:
    """The one tag of EXIF that changes what people see; nothing where it is upright."""
    if orientation != UPRIGHT:
        tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)
        write_content(out, EXIF, b"Exif\0\0" + tiff)
