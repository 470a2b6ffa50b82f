"""A picture's size, kind and scale, told by its first bytes, and refused there where it cannot be scored."""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import count, islice
from pathlib import Path
from typing import Any

from PIL import Image

from ki67.base.errors import Unreadable, WrongKind
from ki67.data.images import FORMATS, check_pixels, open_image
from ki67.data.slide_files import SLIDES, agreed, slide_head
from ki67.pictures.outline import Outline
from ki67.pictures.regions import Size

MOST_PIXELS = 1_000_000_000
# Colours that become 8-bit RGB without a guess: a palette, what is opaque all over.
CONVERTED = ("RGB", "RGBA", "P", "PA")
AS_IN_JPEG = "YCbCr"  # colours of a slide's tiles, of which OpenSlide makes RGB
WHY_NOT = {"L": "grey", "LA": "grey", "1": "black and white", "LAB": "Lab", "F": "32-bit", "I": "32-bit"}
PACKED = (1, 5, 7, 8, 32946, 32773)  # how a TIFF's pixels may be: not at all, by LZW, JPEG, deflate in two ways, PackBits
PAGED, MOST_PAGES = ("TIFF", "PNG"), 100
SMALL = 0.5  # of the first page's pixels: what has more is no smaller copy of it
INCH = 25_400.0  # in micrometres
UNITS = {"pm": 1e-6, "Å": 1e-4, "nm": 1e-3, "um": 1.0, "μm": 1.0, "mm": 1e3, "cm": 1e4, "m": 1e6, "in": INCH}
MPP = re.compile(r"\bMPP\s*=\s*([^\s|;]*)")
SIZE = re.compile(r"""\bPhysicalSize([XY](?:Unit)?)\s*=\s*(["'])(.*?)\2""")
BITS, TEXT, COMPRESSION, TILE_WIDTH, ORIENTATION = 258, 270, 259, 322, 274  # tags of a TIFF
UPRIGHT, BYTE = 1, 8
AT_ONCE = 16_000_000  # pixels that are decoded at once
SLIDE = "slide"  # the kind of what OpenSlide reads
DIGITS = 9


@dataclass(frozen=True)
class Header:
    """What is known of a picture before it is decoded."""

    path: Path
    width: int
    height: int
    kind: str  # JPEG, PNG, TIFF, slide
    mode: str
    um_per_px: float | None
    asked: float | None = None  # µm/px, where the user gives them for this picture alone
    outline: Outline | None = None  # in QuPath's pixels: only what is inside counts
    corner: Size = (0, 0)  # where QuPath's first pixel lies: of slides with padding not in their corner
    digest: str = ""  # SHA-256 of the file, where what is found in it is kept before it is whole

    @property
    def pixels(self) -> int:
        """Width times height: what its memory and time depend on."""
        return self.width * self.height


def header(path: Path, most_pixels: int = MOST_PIXELS) -> Header:
    """The head of a picture that can be scored, or one line of why it cannot."""
    if path.is_file() and path.stat().st_size == 0:
        raise Unreadable(f"{path}: the file is empty; copy or export it again")
    if path.suffix.lower() in SLIDES:
        return slide_header(path)
    with open_image(path, FORMATS, "damaged or not readable") as image:
        kind = "JPEG" if image.format == "MPO" else str(image.format)  # as telephones write it: a JPEG and previews
        found = Header(path, *image.size, kind, image.mode, scale_in_file(image))
        slide = is_pyramid(found, image)
        if not slide:
            check_pixels(path, image.size, most_pixels, "if the file is what it says, allow it with --max-pixels")
        check_colours(path, image)
        if not slide:
            check_packing(found, image)
        check_pages(found, image)
    return slide_header(path, found.um_per_px) if slide else found


def slide_header(path: Path, told: float | None = None) -> Header:
    """The head of a slide. It is read part by part, so that no number of pixels is too many; `told` is what else is known."""
    with suppress(Unreadable), open_image(path, ("TIFF",)) as image:  # OpenSlide would make colours of what has none
        if image.mode != AS_IN_JPEG:
            check_colours(path, image)
    found = slide_head(path)
    return Header(path, found.width, found.height, SLIDE, "RGB", found.um_per_px or told, corner=found.corner)


def is_pyramid(found: Header, image: Image.Image) -> bool:
    """Whether a TIFF that is too large to be decoded at once need not be streamed: OpenSlide finds smaller copies in tiles."""
    tags: Any = getattr(image, "tag_v2", {})
    if found.pixels <= AT_ONCE or TILE_WIDTH not in tags or tags.get(ORIENTATION, UPRIGHT) != UPRIGHT:
        return False
    several = any(True for _ in _further_pages(image))
    image.seek(0)
    if not several:
        return False
    from ki67.pictures.slide import is_slide

    return is_slide(found.path)


def check_colours(path: Path, image: Image.Image) -> None:
    """Refuse what would have to be turned into colours in 8 bits by a guess: in a TIFF, 16 may hold a camera's 12."""
    mode, bits = image.mode, max(getattr(image, "tag_v2", {}).get(BITS, (BYTE,)))
    if mode not in CONVERTED or bits > BYTE:
        what = f"{bits}-bit" if bits > BYTE else WHY_NOT.get(mode, "16-bit" if mode.startswith("I;16") else mode)
        raise WrongKind(f"{path}: the picture is {what}, not colour in 8 bits; save it as 8-bit RGB jpg, png or tif")


def check_packing(found: Header, image: Image.Image) -> None:
    """What libvips cannot unpack is not damaged."""
    way = getattr(image, "tag_v2", {}).get(COMPRESSION, 1)
    if found.kind == "TIFF" and way not in PACKED:
        raise WrongKind(f"{found.path}: its pixels are packed in a way that is not read ({way}); save it with LZW or deflate")


def check_pages(first: Header, image: Image.Image) -> None:
    """Only one page would be read. Further ones may be it in small, as pyramids and slides have them, and nothing else."""
    pages = list(islice(_further_pages(image), MOST_PAGES)) if first.kind in PAGED else []
    if len(pages) == MOST_PAGES or any(pixels > SMALL * first.pixels for pixels in pages):
        many = f"more than {MOST_PAGES}" if len(pages) == MOST_PAGES else len(pages) + 1
        what = f"holds {many} pages, of which only the first would be read"
        raise WrongKind(f"{first.path}: {what}; save each page that is meant as a file of its own")


def _further_pages(image: Image.Image) -> Iterator[int]:
    """The pixels of each."""
    if image.format == "PNG":  # whose pages are moments of one picture
        yield from [image.width * image.height] * (getattr(image, "n_frames", 1) - 1)
        return
    with suppress(EOFError):
        for page in count(1):
            image.seek(page)
            yield image.width * image.height


def scale_in_file(image: Image.Image) -> float | None:
    """µm/px, where all that the file tells of it is readable, the same in both directions, and can be a microscope's."""
    told = _in_words(str(getattr(image, "tag_v2", {}).get(TEXT, ""))) or _in_dots(image.info.get("dpi", ()))
    found = agreed(told)
    return found and round(found, DIGITS)


def _in_words(text: str) -> list[float]:
    """Of a description every scale that it states, in µm; not a number where that cannot be read."""
    told = [_number(found) for found in MPP.findall(text)]
    for element in text.split("<"):
        said = {name: value for name, _, value in SIZE.findall(element)}
        for axis in ("X", "Y"):
            if axis in said:
                told.append(_number(said[axis]) * UNITS.get(_unit(said.get(f"{axis}Unit", "um")), math.nan))
    return told


def _in_dots(dots: Sequence[float]) -> list[float]:
    return [INCH / dot if dot else math.inf for dot in map(_number, dots)]


def _number(value: object) -> float:
    try:
        return float(str(value)) if "_" not in str(value) else math.nan
    except (ArithmeticError, TypeError, ValueError):
        return math.nan


def _unit(text: str) -> str:
    """However it is written: as an entity, in UTF-8 that was taken for Latin-1, with one of two letters for micro."""
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    return unicodedata.normalize("NFKC", unescape(text)).strip()
