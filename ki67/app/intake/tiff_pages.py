"""What a TIFF tells of its pages, read tag by tag: those of pixels alone."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from ki67.app.intake.copying import exactly, move_to
from ki67.base.errors import Unreadable
from ki67.data.images import STRIPS, TILES, damaged

# Size, bits, packing, colours, rows a strip, channels, planes, predictor, palette, tiles, opacity, kind of number, tables of
# JPEG, YCbCr; and which way is up.
KEPT = frozenset({256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 317, 320, 322, 323, 338, 339, 347, 529, 530, 531, 532})
PLACES = (STRIPS, TILES)  # tags: where parts begin, and how long they are
WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT = 256, 257, 322, 323
MOST_PAGES, MOST_TAGS = 100, 1_000  # that are read; that a page may have
MOST_PARTS, MOST_VALUES = 500_000, 32 << 20  # of all pages: strips and tiles; bytes that tags hold
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


class Entry(NamedTuple):
    """A tag as its page lists it."""

    tag: int
    kind: int
    number: int  # of values
    inside: bytes  # its values, or where they lie

    @property
    def length(self) -> int:
        """Bytes of its values; whoever reads a file passes over those of an unknown kind."""
        return SIZES.get(self.kind, 0) * self.number

    @property
    def parts(self) -> int:
        """Strips and tiles of which it says where they lie."""
        return self.number if self.tag in (STRIPS[0], TILES[0]) else 0

    @property
    def wanted(self) -> bool:
        """Whether pixels need it."""
        return self.tag in KEPT or any(self.tag in places for places in PLACES)


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


@contextmanager
def tags_refused(path: Path) -> Iterator[None]:
    """Tags that make no sense are damage."""
    try:
        yield
    except (LookupError, struct.error) as error:
        raise Unreadable(damaged(path, ", in its tags")) from error


def pages_of(path: Path, file: BinaryIO, layout: Layout) -> Iterator[Page]:
    """One after the other; no page's values are read before it is known that there are few."""
    link, parts, values = file.tell(), 0, 0
    for _ in range(MOST_PAGES):
        move_to(path, file, link)
        (begin,) = struct.unpack(layout.order + layout.number, exactly(path, file, layout.width))
        if not begin:
            return
        move_to(path, file, begin)
        entries = entries_of(path, file, layout)
        link = file.tell()
        parts, values = parts + sum(each.parts for each in entries), values + sum(each.length for each in entries)
        if parts > MOST_PARTS or values > MOST_VALUES:
            raise Unreadable(damaged(path, f", its tags hold more than {MOST_PARTS:,} parts or {MOST_VALUES >> 20} MB"))
        yield Page(layout, {
            each.tag: Tag(each.kind, each.number, content(path, file, layout, each)) for each in entries if each.wanted
        })  # fmt: skip


def entries_of(path: Path, file: BinaryIO, layout: Layout) -> list[Entry]:
    """A page's, each tag once: of two, one reader would take the first and another the last."""
    (count,) = struct.unpack(layout.order + layout.entries, exactly(path, file, struct.calcsize(layout.entries)))
    if count > MOST_TAGS:
        raise Unreadable(damaged(path, f", a page of it has {count} tags"))
    entries = [Entry(*layout.entry.unpack(exactly(path, file, layout.entry.size))) for _ in range(count)]
    if len({each.tag for each in entries}) < count:
        raise Unreadable(damaged(path, ", a tag of it stands twice"))
    return entries


def content(path: Path, file: BinaryIO, layout: Layout, entry: Entry) -> bytes:
    """What an entry holds itself, or what it points at."""
    length = SIZES[entry.kind] * entry.number
    if length <= layout.width:
        return entry.inside[:length]
    move_to(path, file, *struct.unpack(layout.order + layout.number, entry.inside))
    return exactly(path, file, length)
