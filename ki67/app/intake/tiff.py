"""A TIFF of chosen pages, by those tags that pixels are made of: no description, no camera, no place, no label."""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from ki67.app.intake.copying import copy, exactly, move_to
from ki67.app.intake.jpeg import bare_tables
from ki67.app.intake.tiff_pages import LAYOUTS, LONG, PLACES, Layout, Page, Tag, pages_of, tags_refused
from ki67.base.errors import Unreadable
from ki67.data.images import JPEG_TABLES, damaged

UNDEFINED = 7  # a kind of values: bytes
SMALLER = 254  # tag: whether a page is another one in small
Choose = Callable[[Iterator[Page]], Iterable[Page]]


def strip_tiff(path: Path, draft: Path) -> None:
    """Its first page alone."""
    write_pages(path, draft, lambda pages: islice(pages, 1))


def write_pages(path: Path, draft: Path, chosen: Choose) -> None:
    """Write pages again: the parts of their pixels byte for byte, then the tags that say how they are meant.

    Those after the first are the first in small, or they would not be chosen.
    """
    with path.open("rb") as file, draft.open("wb") as out:
        head, layout = head_of(path, file)
        out.write(head + layout.numbers([0]))
        parts, link = Parts(path, file, out), len(head)
        with tags_refused(path):
            for page in chosen(pages_of(path, file, layout)):
                moved = parts.copied(page)
                small = {} if link == len(head) else {SMALLER: Tag(LONG, 1, struct.pack(f"{layout.order}I", 1))}
                begin, end = write_tags(out, layout, small | words_of(path, page) | moved)
                write_at(out, link, layout.numbers([begin]))
                link = end
    if link == len(head):
        raise Unreadable(damaged(path, ", it holds no page of pixels"))


def words_of(path: Path, page: Page) -> dict[int, Tag]:
    """How a page's pixels are meant, and no other word in it."""
    words = page.words
    if JPEG_TABLES in words:
        tables = bare_tables(path, words[JPEG_TABLES].values)
        words[JPEG_TABLES] = Tag(UNDEFINED, len(tables), tables)
    return words


def walk_tiff(path: Path) -> None:
    """Refuse one whose tags make no sense, or hold too much."""
    with path.open("rb") as file, tags_refused(path):
        _, layout = head_of(path, file)
        for _ in pages_of(path, file, layout):
            pass


def head_of(path: Path, file: BinaryIO) -> tuple[bytes, Layout]:
    """All before the first page's place, and how numbers are written from there on."""
    magic = exactly(path, file, 4)
    layout = LAYOUTS.get(magic)
    if layout is None:
        raise Unreadable(damaged(path, ""))
    return magic + exactly(path, file, layout.says_widths), layout


@dataclass
class Parts:
    """Copies parts of pixels. What several tags share stays shared, so that nothing grows."""

    path: Path
    file: BinaryIO
    out: BinaryIO
    placed: dict[tuple[int, int], int] = field(default_factory=lambda: {(0, 0): 0})
    copied_bytes: int = 0

    def copied(self, page: Page) -> dict[int, Tag]:
        """The tags that say where a page's parts lie now."""
        moved: dict[int, Tag] = {}
        for starts, lengths in (each for each in PLACES if each[0] in page.tags):
            before, sizes = (page.tags[number].numbers(page.layout) for number in (starts, lengths))
            now = [self.place(part) for part in zip(before, sizes, strict=False)]
            moved |= {starts: Tag.offsets(page.layout, now), lengths: page.tags[lengths]}
        return moved

    def place(self, part: tuple[int, int]) -> int:
        """Where a part lies now."""
        if part not in self.placed:
            start, length = part
            self.copied_bytes += length
            if self.copied_bytes > self.path.stat().st_size:
                raise Unreadable(damaged(self.path, ", parts of it lie on each other"))
            self.placed[part] = self.out.tell()
            move_to(self.path, self.file, start)
            copy(self.path, self.file, self.out, length)
        return self.placed[part]


def write_tags(out: BinaryIO, layout: Layout, tags: Mapping[int, Tag]) -> tuple[int, int]:
    """The values that are too long for an entry, then the entries: where they begin, and where the next page's place is told."""
    entries = []
    for number, tag in sorted(tags.items()):
        inside = tag.values
        if len(inside) > layout.width:
            inside = layout.numbers([even(out)])
            out.write(tag.values)
        entries.append(layout.entry.pack(number, tag.kind, tag.count, inside))
    begin = even(out)
    out.write(struct.pack(layout.order + layout.entries, len(entries)) + b"".join(entries))
    end = out.tell()
    out.write(layout.numbers([0]))
    return begin, end


def write_at(out: BinaryIO, place: int, data: bytes) -> None:
    """Over what stands there; the next is written at the end again."""
    out.seek(place)
    out.write(data)
    out.seek(0, SEEK_END)


def even(out: BinaryIO) -> int:
    """The next place at which a value may begin."""
    out.write(b"\0" * (out.tell() % 2))
    return out.tell()
