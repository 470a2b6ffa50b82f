"""A picture's size, kind and scale, told by its first bytes, and refused there where it cannot be scored."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from ki67.base.errors import InputError

MOST_PIXELS = 1_000_000_000
# Colours that become 8-bit RGB without a guess: a palette, an opacity laid on white, the colours that JPEG itself uses.
CONVERTED = ("RGB", "RGBA", "P", "PA", "YCbCr")
WHY_NOT = {"L": "grey", "LA": "grey", "1": "black and white", "CMYK": "CMYK", "LAB": "Lab", "F": "32-bit", "I": "32-bit"}
CENTIMETRE, INCH = 10_000.0, 25_400.0  # in micrometres
PLAUSIBLE = (0.05, 4.0)  # µm/px of a microscope: a screen's 72 dots an inch say nothing of the tissue
TOLD = re.compile(r"\bMPP\s*=\s*([0-9.]+)|PhysicalSizeX=\"([0-9.eE+-]+)\"")
TEXT, RESOLUTION, UNIT = 270, 282, 296  # tags of a TIFF
DIGITS = 9


@dataclass(frozen=True)
class Header:
    """What is known of a picture before it is decoded."""

    path: Path
    width: int
    height: int
    kind: str  # JPEG, PNG, TIFF
    mode: str
    um_per_px: float | None

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.width * self.height


def header(path: Path, most_pixels: int = MOST_PIXELS) -> Header:
    """The head of a picture that can be scored, or one line of why it cannot."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None  # counted here, against the user's own limit
    try:
        if path.stat().st_size == 0:
            raise InputError(f"{path}: the file is empty; copy or export it again")
        with Image.open(path, formats=("JPEG", "PNG", "TIFF")) as image:
            return _checked(Header(path, *image.size, str(image.format), image.mode, told_scale(image)), most_pixels)
    except UnidentifiedImageError as error:
        raise InputError(f"{path}: not a picture that can be read; export it again as jpg, png or tif") from error
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: damaged or not readable ({error}); copy or export it again") from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _checked(found: Header, most_pixels: int) -> Header:
    if found.pixels > most_pixels:
        size = f"{found.width}×{found.height} are more than {most_pixels:,} pixels"
        raise InputError(f"{found.path}: {size}; if the file is what it says, allow it with --max-pixels")
    if found.mode not in CONVERTED:
        what = WHY_NOT.get(found.mode, "16-bit" if found.mode.startswith("I;16") else found.mode)
        raise InputError(f"{found.path}: the picture is {what}, not colour in 8 bits; save it as 8-bit RGB jpg, png or tif")
    return found


def told_scale(image: Image.Image) -> float | None:
    """µm/px as the file tells it, where what it tells can be a microscope's."""
    scales = (_in_words(image), _in_tags(image), _in_dots(image))
    return next((round(one, DIGITS) for one in scales if one and PLAUSIBLE[0] <= one <= PLAUSIBLE[1]), None)


def _in_words(image: Image.Image) -> float | None:
    found = TOLD.search(str(_tags(image).get(TEXT, "")))
    return float(found[1] or found[2]) if found else None


def _in_tags(image: Image.Image) -> float | None:
    tags = _tags(image)
    unit, dots = {2: INCH, 3: CENTIMETRE}.get(tags.get(UNIT, 2)), float(tags.get(RESOLUTION, 0) or 0)
    return unit / dots if unit and dots > 0 else None


def _in_dots(image: Image.Image) -> float | None:
    dots = float(image.info.get("dpi", (0, 0))[0])
    return INCH / dots if dots > 0 else None


def _tags(image: Image.Image) -> Any:
    return getattr(image, "tag_v2", {})
