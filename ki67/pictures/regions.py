"""Pixels of a picture from top to bottom: a small one decoded at once, a large one streamed, so that memory stays flat."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.base.errors import InputError
from ki67.pictures.header import Header

AT_ONCE = 16_000_000  # pixels that are decoded at once
STRIP = 32  # rows of the reduced picture made in one go
PIECE = 32  # rows of a streamed picture read in one go: what reads them holds several times as many
HALVES = 4.0  # from this reduction on, JPEG is decoded to half its size: its own transform gives that for less

Pixels = NDArray[np.uint8]
Size = tuple[int, int]


class Rows(Protocol):
    """A picture that gives its rows from top to bottom."""

    @property
    def width(self) -> int:
        """Pixels of a row."""
        ...

    @property
    def height(self) -> int:
        """Rows."""
        ...

    def rows(self, top: int, bottom: int) -> Pixels:
        """Rows of RGB; the next call starts no higher than this one ended, less a row."""
        ...


@dataclass(frozen=True)
class Decoded:
    """All rows in memory."""

    pixels: Pixels

    @property
    def width(self) -> int:
        """Pixels of a row."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    def rows(self, top: int, bottom: int) -> Pixels:
        """Some of them."""
        return self.pixels[top:bottom]


class Streamed:
    """Rows as the file gives them, a strip at a time."""

    def __init__(self, header: Header) -> None:
        import pyvips

        pyvips.cache_set_max(0)
        self._failed = pyvips.Error
        picture = pyvips.Image.new_from_file(str(header.path), access="sequential", fail_on="truncated")
        picture = picture.flatten(background=255) if picture.hasalpha() else picture
        plain = (picture.interpretation, picture.format, picture.bands) == ("srgb", "uchar", 3)
        # Each step of a pipeline keeps rows of its own: none is added where none is needed.
        self._region = pyvips.Region.new(picture if plain else picture.colourspace("srgb").cast("uchar"))
        self.width, self.height, self._path = header.width, header.height, header.path
        self._kept = np.empty((0, header.width, 3), np.uint8)
        self._read = 0

    def rows(self, top: int, bottom: int) -> Pixels:
        """What was read last is kept, since neighbouring strips share a row."""
        both = np.empty((bottom - top, self.width, 3), np.uint8)
        both[: self._read - top] = self._kept[len(self._kept) - (self._read - top) :]
        for first in range(self._read, bottom, PIECE):
            last = min(first + PIECE, bottom)
            both[first - top : last - top] = self._fetched(first, last)
        self._kept, self._read = both[-1:].copy(), bottom
        return both

    def _fetched(self, top: int, bottom: int) -> Pixels:
        try:
            data = self._region.fetch(0, top, self.width, bottom - top)
        except self._failed as error:
            raise _damaged(self._path, error) from error
        return np.frombuffer(data, np.uint8).reshape(-1, self.width, 3)


def opened(header: Header, reduction: float) -> Rows:
    """The picture's pixels; a JPEG that is to be made much smaller may come at half its size."""
    if header.pixels > AT_ONCE:
        return Streamed(header)
    try:
        with Image.open(header.path) as image:
            if reduction >= HALVES:
                image.draft("RGB", ((header.width + 1) // 2, (header.height + 1) // 2))
            image.load()
            return Decoded(np.asarray(_as_rgb(image)))
    except (OSError, SyntaxError, ValueError) as error:
        raise _damaged(header.path, error) from error


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if "A" in image.mode or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def _damaged(path: object, error: Exception) -> InputError:
    return InputError(f"{path}: damaged or truncated ({' '.join(str(error).split())[:120]}); copy or export it again")


def reduced(source: Rows, size: Size) -> Iterator[Pixels]:
    """Strips of the picture in another size, every source pixel counted once (area averaging)."""
    width, height = size
    scale = source.height / height
    step = height if isinstance(source, Decoded) else STRIP
    for first, last in pairwise([*range(0, height, step), height]):
        top, bottom = int(first * scale), min(int(np.ceil(last * scale - 1e-9)), source.height)
        rows = Image.fromarray(source.rows(top, bottom))
        box = (0, first * scale - top, source.width, min(last * scale - top, bottom - top))
        yield np.asarray(rows.resize((width, last - first), Image.Resampling.BOX, box=box))
