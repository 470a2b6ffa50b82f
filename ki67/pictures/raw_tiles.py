"""A region that is made of whole JPEG tiles: decoded as they lie in the file, several times as fast as through OpenSlide."""

import io
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.pictures.regions import Pixels, Size

if TYPE_CHECKING:
    import tifffile

VENDORS = ("aperio", "generic-tiff")  # their levels are pages of a TIFF, pixel by pixel
JPEG, YCBCR, CONTIGUOUS = 7, 6, 1  # numbers of TIFF
START, END = b"\xff\xd8", b"\xff\xd9"
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"  # a segment that ends with 0 for RGB, 1 for YCbCr
OF_AN_APPLICATION = {bytes([0xFF, number]) for number in range(0xE0, 0xF0)}  # may claim other colours; the TIFF is right


@dataclass(frozen=True)
class TiledLevel:
    """Where the tiles of a level lie, and what makes each of them a JPEG file when it stands before it."""

    size: Size
    tile: Size
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    head: bytes

    def tiles(self, left: int, top: int, width: int, height: int) -> NDArray[np.int64] | None:
        """The numbers of the tiles that make the rectangle, in their rows; None where it cuts one or leaves the level."""
        (across, down), (right, bottom) = self.tile, (left + width, top + height)
        inside = 0 <= left < right <= self.size[0] and 0 <= top < bottom <= self.size[1]
        if not inside or left % across or right % across or top % down or bottom % down:
            return None
        in_a_row = -(-self.size[0] // across)
        return in_a_row * np.arange(top // down, bottom // down)[:, None] + np.arange(left // across, right // across)


class RawTiles:
    """The levels of a slide that lie in JPEG tiles. Several threads may read."""

    def __init__(self, path: Path, levels: dict[int, TiledLevel]) -> None:
        self._levels = levels
        self._file, self._lock = path.open("rb"), threading.Lock()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def read(self, number: int, left: int, top: int, width: int, height: int) -> Pixels | None:
        """RGB of a rectangle of a level; None where it is not made of whole tiles, or one of them is damaged."""
        level = self._levels.get(number)
        tiles = level.tiles(left, top, width, height) if level else None
        if level is None or tiles is None:
            return None
        try:
            rows = [[self._decoded(level, int(tile)) for tile in row] for row in tiles]
        except (OSError, Image.DecompressionBombError):
            return None
        return rows[0][0] if tiles.size == 1 else np.concatenate([np.concatenate(row, axis=1) for row in rows])

    def _decoded(self, level: TiledLevel, tile: int) -> Pixels:
        with self._lock:
            self._file.seek(int(level.offsets[tile]))
            data = self._file.read(int(level.lengths[tile]))
        picture = Image.open(io.BytesIO(level.head + _segments(data)), formats=("JPEG",))
        if picture.size != level.tile or picture.mode != "RGB":
            raise OSError("not the tile that the level promises")
        return np.asarray(picture)


def raw_tiles(path: Path, vendor: str, levels: Sequence[Size]) -> RawTiles | None:
    """What of a slide's levels can be read so; None where nothing can, and OpenSlide reads all of it."""
    import tifffile

    found: dict[Size, TiledLevel] = {}
    with suppress(Exception), tifffile.TiffFile(path) as file:  # whatever tifffile stumbles over, OpenSlide has opened it
        for page in file.pages if vendor in VENDORS else ():
            if isinstance(page, tifffile.TiffPage) and _is_plain(page):
                found.setdefault((page.imagewidth, page.imagelength), _level(page))
    plain = {number: found[size] for number, size in enumerate(levels) if size in found}
    return RawTiles(path, plain) if plain else None


def _is_plain(page: "tifffile.TiffPage") -> bool:
    """Tiles of RGB in JPEG, each of them in the file."""
    tiled = page.is_tiled and page.compression == JPEG and page.planarconfig == CONTIGUOUS
    expected = -(-page.imagewidth // page.tilewidth) * -(-page.imagelength // page.tilelength) if tiled else 0
    return tiled and page.samplesperpixel == 3 and expected == len(page.dataoffsets) == len(page.databytecounts)


def _level(page: "tifffile.TiffPage") -> TiledLevel:
    colours = bytes([page.photometric == YCBCR])
    tables = _segments(page.jpegtables or b"").removesuffix(END)
    offsets, lengths = np.array(page.dataoffsets, np.int64), np.array(page.databytecounts, np.int64)
    size, tile = (page.imagewidth, page.imagelength), (page.tilewidth, page.tilelength)
    return TiledLevel(size, tile, offsets, lengths, START + ADOBE + colours + tables)


def _segments(data: bytes) -> bytes:
    """What follows the start of a JPEG stream and what applications say there."""
    at = len(START)
    while data[at : at + 2] in OF_AN_APPLICATION:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[at:]
