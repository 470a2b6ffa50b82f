"""Pictures from files, or one clear line of why not. The one place that opens a picture which a user gave."""

import logging
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ki67.base.errors import TooLarge, Unreadable, WrongKind

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
FORMATS = ("JPEG", "PNG", "TIFF")
ACCEPTED_MODES = ("RGB",)
COMPRESSION, JPEG_TABLES, STRIPS, TILES = 259, 347, (273, 279), (324, 325)  # tags of a TIFF; where its parts are and how long
DEFLATE, JPEG = (8, 32946), (7,)
STEP = 1 << 20  # bytes that are unpacked at once to be checked
PIECE = 16  # rows between which damage is looked for
MOST_AT_ONCE = 178_956_970  # pixels that are decoded at once: where Pillow itself takes a picture for an attack
# All that Pillow is known to raise at damaged files.
MISREAD = (OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError, EOFError, struct.error)
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# Pillow's limit is one for the whole process. It is set once: here pixels are counted from a file's first bytes.
Image.MAX_IMAGE_PIXELS = None
heard = threading.local()  # of each thread, whether libvips complained of a file in it


class Listener(logging.Handler):
    """What libraries say is not for the terminal; that a file was read with warnings is kept for who reads it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Other warnings are of what was never asked for: resolutions, profiles, odd tags."""
        if "read gave" in record.getMessage():
            heard.damage = True


warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
for library in ("PIL", "pyvips"):
    logging.getLogger(library).addHandler(Listener(logging.WARNING))
    logging.getLogger(library).propagate = False


@contextmanager
def open_image(
    path: Path, formats: tuple[str, ...] | None = None, otherwise: str = "damaged or truncated"
) -> Iterator[Image.Image]:
    """A file's picture, not decoded yet; what goes wrong with it inside the block becomes one line that says the cause."""
    try:
        with Image.open(path, formats=formats) as image:
            yield image
    except UnidentifiedImageError as error:
        raise Unreadable(f"{path}: not a picture that can be read, or cut off; export it again as jpg, png or tif") from error
    except BOMB as error:
        raise TooLarge(f"{path}: more pixels than Pillow may open here; raise its Image.MAX_IMAGE_PIXELS, or cut it") from error
    except MISREAD as error:
        raise Unreadable(f"{path}: {otherwise} ({error}); copy or export it again") from error


def check_pixels(path: Path, size: tuple[int, int], most: int, mend: str) -> None:
    """Refuse what would not fit into memory; `mend` says what to do."""
    if size[0] * size[1] > most:
        raise TooLarge(f"{path}: {size[0]}×{size[1]} are more than {most:,} pixels; {mend}")


def read_rgb(path: Path) -> Image.Image:
    """A fully decoded 8-bit RGB picture: a truncated, CMYK or 16-bit file would otherwise give a wrong answer in silence."""
    with open_image(path, FORMATS) as image:
        check_pixels(path, image.size, MOST_AT_ONCE, "cut it into smaller ones")
        if image.mode not in ACCEPTED_MODES:
            raise WrongKind(f"{path}: the picture is {image.mode}, not 8-bit RGB; save it as 8-bit RGB jpg, png or tif")
        check_parts(path, image)
        kind, size = str(image.format), image.size
    return Image.fromarray(decoded(path, kind, size)[..., :3])


def check_parts(path: Path, image: Image.Image) -> None:
    """Refuse damage in strips and tiles over which their reader passes.

    It takes what it needs and does not look at the sum at the end of a strip; and it counts no warnings of tiles in JPEG.
    """
    tags: Any = getattr(image, "tag_v2", {})
    tiled, how = TILES[0] in tags, tags.get(COMPRESSION)
    if how in DEFLATE or (how in JPEG and tiled):
        tables, room = tags.get(JPEG_TABLES, b"")[:-2], 16 * image.width * image.height + STEP
        starts, lengths = (tags.get(tag, ()) for tag in (TILES if tiled else STRIPS))
        with path.open("rb") as stream:
            for number, (start, length) in enumerate(zip(starts, lengths, strict=False), 1):
                stream.seek(start)
                held = min(length, path.stat().st_size)
                with damage_refused(path, f" in part {number} of {len(starts)}"):
                    room -= _inflated(stream, held, room) if how in DEFLATE else _unpacked(tables, stream.read(held))
                if room < 0:
                    raise TooLarge(f"{path}: unpacks to more than the pixels that it declares; export it again")


def decoded(path: Path, kind: str, size: tuple[int, int], shrink: int = 1) -> NDArray[np.uint8]:
    """All pixels of a file of a known format and size, in the bands that it has; what is damaged anywhere is refused.

    A JPEG may come at half its size. The pixels are Pillow's; but Pillow passes over the holes in a JPEG.
    """
    try:
        with damage_refused(path):
            picture = in_8_bits(opened(path, kind, shrink))
            if (picture.width, picture.height) != tuple(-(-side // shrink) for side in size):
                raise WrongKind(f"{path}: says two sizes of itself; export it again")
            data, shape = picture.write_to_memory(), (picture.height, picture.width, picture.bands)
            del picture
    except Unreadable as error:
        raise Unreadable(damaged(path, first_damage(path, kind))) from error
    return np.frombuffer(data, np.uint8).reshape(shape)


def damaged(path: Path, where: str) -> str:
    """The line that refuses a file."""
    return f"{path}: damaged or truncated{where}; copy or export it again"


def first_damage(path: Path, kind: str) -> str:
    """Where damage is noticed, if that says anything: what was lost lies there or above. Nothing where no row can be read."""
    libvips, top = _libvips(), 0
    try:
        picture = opened(path, kind)
        region = libvips.Region.new(picture)
        for top in range(0, picture.height, PIECE):
            region.fetch(0, top, picture.width, min(PIECE, picture.height - top))
    except libvips.Error:
        return f", noticed at row {top} of {picture.height}" if top else ""
    return ", noticed at its last rows"


def opened(path: Path, kind: str, shrink: int = 1) -> Any:
    """A file for libvips, which reads it from top to bottom and stops at the first damage. Names are never taken for options."""
    name, how = os.fsencode(path), {"access": "sequential", "fail_on": "warning"}
    if kind == "TIFF":
        return _libvips().Image.tiffload(name, autorotate=True, unlimited=True, **how)  # else strips of 50 MB are refused
    return _libvips().Image.pngload(name, **how) if kind == "PNG" else _libvips().Image.jpegload(name, shrink=shrink, **how)


def in_8_bits(picture: Any) -> Any:
    """The same colours in a byte each. Each step of a pipeline keeps rows of its own: none is added where none is needed."""
    plain = (picture.interpretation, picture.format) == ("srgb", "uchar")
    return picture if plain else picture.colourspace("srgb").cast("uchar")


@contextmanager
def damage_refused(path: Path, where: str = "") -> Iterator[None]:
    """What is found wrong while a file is unpacked inside the block becomes one line.

    libvips tells of damage to the last rows of a JPEG only when it lets go of the file: as a warning, in the thread that let go.
    """
    heard.damage = False
    try:
        yield
    except (_libvips().Error, zlib.error) as error:
        raise Unreadable(damaged(path, where)) from error
    if heard.damage:
        raise Unreadable(damaged(path, where))


def _inflated(stream: BinaryIO, length: int, room: int) -> int:
    """How many bytes a part unpacks to; its sum is checked at its end."""
    inflating, size = zlib.decompressobj(), 0
    while not inflating.eof and size <= room:
        packed = inflating.unconsumed_tail or stream.read(min(length, STEP))
        length -= 0 if inflating.unconsumed_tail else len(packed)
        if not packed:
            raise zlib.error("cut off")
        size += len(inflating.decompress(packed, STEP))
    return size


def _unpacked(tables: bytes, part: bytes) -> int:
    """Nothing is kept: an eighth of the size is enough to go through all of the data."""
    whole = tables + part[2:] if tables else part
    _libvips().Image.jpegload_buffer(whole, shrink=8, access="sequential", fail_on="warning").write_to_memory()
    return 0


@cache
def _libvips() -> Any:
    import pyvips

    pyvips.cache_set_max(0)  # a file may be another one when it is opened again
    return pyvips


def resized(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """The whole picture in a square frame, every source pixel counted once (area averaging)."""
    return np.asarray(image.resize((size, size), Image.Resampling.BOX))
