"""A TIFF of its first page alone, by those tags that pixels are made of: no description, no camera, no place, no small copies."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from ki67.app.intake.copying import copy, exactly
from ki67.base.errors import Unreadable
from ki67.data.images import STRIPS, TILES, damaged

# Size, bits, packing, colours, rows a strip, channels, planes, predictor, palette, tiles, opacity, kind of number, tables of
# JPEG, YCbCr; and which way is up.
KEPT = frozenset({256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 317, 320, 322, 323, 338, 339, 347, 529, 530, 531, 532})
PLACES = (STRIPS, TILES)  # tags: where parts begin, and how long they are
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}  # of a value
WHOLE = {1: "B", 3: "H", 4: "I", 16: "Q"}


@dataclass(frozen=True)
class Layout:
    """How a TIFF writes numbers: in which order of bytes, and how wide."""

    order: str  # of struct
    number: str  # of an offset, and of how many values there are
    entries: str  # of how many tags there are
    kind: int  # of an offset, among kinds of values

    @property
    def width(self) -> int:
        """Bytes of an offset: as many are the values that stand in an entry themselves."""
        return struct.calcsize(self.number)

    @property
    def says_widths(self) -> int:
        """Bytes of a BigTIFF's head by which it says how wide its numbers are."""
        return 4 if self.kind == LONG8 else 0

    @property
    def entry(self) -> struct.Struct:
        """A tag, its kind, how many values, and they or where they are."""
        return struct.Struct(f"{self.order}HH{self.number}{self.width}s")

    def numbers(self, values: Sequence[int]) -> bytes:
        """Offsets as bytes."""
        return struct.pack(f"{self.order}{len(values)}{self.number}", *values)


CLASSIC, BIG, LONG, LONG8 = 42, 43, 4, 16
LAYOUTS = {
    magic + struct.pack(f"{order}H", version): Layout(order, *widths)
    for magic, order in ((b"II", "<"), (b"MM", ">"))
    for version, widths in ((CLASSIC, ("I", "H", LONG)), (BIG, ("Q", "Q", LONG8)))
}


@dataclass(frozen=True)
class Tag:
    """A tag's values as they stand in the file."""

    kind: int
    count: int
    values: bytes

    def numbers(self, layout: Layout) -> tuple[int, ...]:
        """As whole numbers."""
        return struct.unpack(f"{layout.order}{self.count}{WHOLE[self.kind]}", self.values)

    @classmethod
    def offsets(cls, layout: Layout, values: Sequence[int]) -> Self:
        """Of numbers that may be as large as the file."""
        return cls(layout.kind, len(values), layout.numbers(values))


def strip_tiff(path: Path, draft: Path) -> None:
    """Write it again: the parts of its pixels byte for byte, then the tags that say how they are meant."""
    with path.open("rb") as file, draft.open("wb") as out:
        magic = exactly(path, file, 4)
        layout = LAYOUTS.get(magic)
        if layout is None:
            raise Unreadable(damaged(path, ""))
        head = magic + exactly(path, file, layout.says_widths)
        try:
            tags = read_tags(path, file, layout)
            out.write(head + layout.numbers([0]))
            kept = {number: tag for number, tag in tags.items() if number in KEPT}
            for starts, lengths in (each for each in PLACES if each[0] in tags):
                moved = copy_parts(path, file, out, tags[starts].numbers(layout), tags[lengths].numbers(layout))
                kept |= {starts: Tag.offsets(layout, moved), lengths: tags[lengths]}
        except (KeyError, struct.error) as error:
            raise Unreadable(damaged(path, ", in its tags")) from error
        begin = write_tags(out, layout, kept)
        out.seek(len(head))
        out.write(layout.numbers([begin]))


def read_tags(path: Path, file: BinaryIO, layout: Layout) -> Mapping[int, Tag]:
    """Those of the first page."""
    (begin,) = struct.unpack(layout.order + layout.number, exactly(path, file, layout.width))
    file.seek(begin)
    (count,) = struct.unpack(layout.order + layout.entries, exactly(path, file, struct.calcsize(layout.entries)))
    entries = [layout.entry.unpack(exactly(path, file, layout.entry.size)) for _ in range(min(count, 1 << 16))]
    return {
        number: Tag(kind, values, content(path, file, layout, SIZES[kind] * values, inside))
        for number, kind, values, inside in entries
        if number in KEPT or any(number in places for places in PLACES)
    }


def content(path: Path, file: BinaryIO, layout: Layout, length: int, inside: bytes) -> bytes:
    """What an entry holds itself, or what it points at."""
    if length <= layout.width:
        return inside[:length]
    file.seek(*struct.unpack(layout.order + layout.number, inside))
    return exactly(path, file, min(length, path.stat().st_size + 1))


def copy_parts(path: Path, file: BinaryIO, out: BinaryIO, starts: Iterable[int], lengths: Iterable[int]) -> list[int]:
    """Where each part lies now. What several tags share stays shared, so that nothing grows."""
    placed, room = {(0, 0): 0}, path.stat().st_size
    parts = list(zip(starts, lengths, strict=False))
    for start, length in parts:
        if (start, length) in placed:
            continue
        room -= length
        if room < 0:
            raise Unreadable(damaged(path, ", parts of it lie on each other"))
        placed[start, length] = out.tell()
        file.seek(start)
        copy(path, file, out, length)
    return [placed[part] for part in parts]


def write_tags(out: BinaryIO, layout: Layout, tags: Mapping[int, Tag]) -> int:
    """The values that are too long for an entry, then the entries; where they begin."""
    entries = []
    for number, tag in sorted(tags.items()):
        inside = tag.values
        if len(inside) > layout.width:
            inside = layout.numbers([even(out)])
            out.write(tag.values)
        entries.append(layout.entry.pack(number, tag.kind, tag.count, inside))
    begin = even(out)
    out.write(struct.pack(layout.order + layout.entries, len(entries)) + b"".join(entries) + layout.numbers([0]))
    return begin


def even(out: BinaryIO) -> int:
    """The next place at which a value may begin."""
    out.write(b"\0" * (out.tell() % 2))
    return out.tell()
