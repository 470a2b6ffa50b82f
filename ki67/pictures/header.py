"""A picture's size, kind and scale, told by its first bytes, and refused there where it cannot be scored."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from ki67.base.errors import Unreadable, WrongKind
from ki67.data.images import check_pixels, open_image

MOST_PIXELS = 1_000_000_000
FORMATS = ("JPEG", "PNG", "TIFF")
# Colours that become 8-bit RGB without a guess: a palette, an opacity laid on white, the colours that JPEG itself uses.
CONVERTED = ("RGB", "RGBA", "P", "PA", "YCbCr")
WHY_NOT = {"L": "grey", "LA": "grey", "1": "black and white", "CMYK": "CMYK", "LAB": "Lab", "F": "32-bit", "I": "32-bit"}
CENTIMETRE, INCH = 10_000.0, 25_400.0  # in micrometres
PLAUSIBLE = (0.05, 4.0)  # µm/px of a microscope: a screen's 72 dots an inch say nothing of the tissue
WRITTEN_SCALE = re.compile(r"\bMPP\s*=\s*([0-9.]+)|PhysicalSizeX=\"([0-9.eE+-]+)\"")
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
        """Width times height: what its memory and time depend on."""
        return self.width * self.height


def header(path: Path, most_pixels: int = MOST_PIXELS) -> Header:
    """The head of a picture that can be scored, or one line of why it cannot."""
    if path.is_file() and path.stat().st_size == 0:
        raise Unreadable(f"{path}: the file is empty; copy or export it again")
    with open_image(path, FORMATS, "damaged or not readable") as image:
        found = Header(path, *image.size, str(image.format), image.mode, scale_in_file(image))
    check_pixels(path, (found.width, found.height), most_pixels, "if the file is what it says, allow it with --max-pixels")
    if found.mode not in CONVERTED:
        what = WHY_NOT.get(found.mode, "16-bit" if found.mode.startswith("I;16") else found.mode)
        raise WrongKind(f"{path}: the picture is {what}, not colour in 8 bits; save it as 8-bit RGB jpg, png or tif")
    return found


def scale_in_file(image: Image.Image) -> float | None:
    """µm/px as the file tells it, where what it tells can be a microscope's."""
    scales = (_in_words(image), _in_tags(image), _in_dots(image))
    return next((round(scale, DIGITS) for scale in scales if scale and PLAUSIBLE[0] <= scale <= PLAUSIBLE[1]), None)


def _in_words(image: Image.Image) -> float | None:
    found = WRITTEN_SCALE.search(str(_tags(image).get(TEXT, "")))
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
