"""What a TIFF tells of its pages, read tag by tag: those of pixels alone."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from ki67.app.intake.copying import exactly
from ki67.data.images import STRIPS, TILES

# Size, bits, packing, colours, rows a strip, channels, planes, predictor, palette, tiles, opacity, kind of number, tables of
# JPEG, YCbCr; and which way is up.
KEPT = frozenset({256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 317, 320, 322, 323, 338, 339, 347, 529, 530, 531, 532})
PLACES = (STRIPS, TILES)  # tags: where parts begin, and how long they are
WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT = 256, 257, 322, 323
MOST_PAGES = 100
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


@dataclass(frozen=True)
class Page:
    """A page's tags, those of its pixels and those that say where they lie."""

    layout: Layout
    tags: Mapping[int, Tag]

    def number(self, tag: int) -> int | None:
        """The value of a tag that has a single one."""
        found = self.tags.get(tag)
        return found.numbers(self.layout)[0] if found else None

    @property
    def words(self) -> dict[int, Tag]:
        """How its pixels are meant, without where they lie."""
        return {number: tag for number, tag in self.tags.items() if number in KEPT}


def pages_of(path: Path, file: BinaryIO, layout: Layout) -> Iterator[Page]:
    """One after the other."""
    link = file.tell()
    for _ in range(MOST_PAGES):
        file.seek(link)
        (begin,) = struct.unpack(layout.order + layout.number, exactly(path, file, layout.width))
        if not begin:
            return
        file.seek(begin)
        (count,) = struct.unpack(layout.order + layout.entries, exactly(path, file, struct.calcsize(layout.entries)))
        entries = [layout.entry.unpack(exactly(path, file, layout.entry.size)) for _ in range(min(count, 1 << 16))]
        link = file.tell()
        yield Page(layout, {
            number: Tag(kind, values, content(path, file, layout, SIZES[kind] * values, inside))
            for number, kind, values, inside in entries
            if number in KEPT or any(number in places for places in PLACES)
        })  # fmt: skip


def content(path: Path, file: BinaryIO, layout: Layout, length: int, inside: bytes) -> bytes:
    """What an entry holds itself, or what it points at."""
    if length <= layout.width:
        return inside[:length]
    file.seek(*struct.unpack(layout.order + layout.number, inside))
    return exactly(path, file, min(length, path.stat().st_size + 1))
