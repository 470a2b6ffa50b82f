"""Pictures from files, or one clear line of why not. The one place that opens a picture which a user gave."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ki67.base.errors import TooLarge, Unreadable, WrongKind

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
ACCEPTED_MODES = ("RGB",)
MOST_AT_ONCE = 178_956_970  # pixels that are decoded at once: where Pillow itself takes a picture for an attack
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# Pillow's limit is one for the whole process. It is set once: here pixels are counted from a file's first bytes.
Image.MAX_IMAGE_PIXELS = None


@contextmanager
def open_image(
    path: Path, formats: tuple[str, ...] | None = None, otherwise: str = "damaged or truncated"
) -> Iterator[Image.Image]:
    """A file's picture, not decoded yet; what goes wrong with it inside the block becomes one line that says the cause."""
    try:
        with Image.open(path, formats=formats) as image:
            yield image
    except UnidentifiedImageError as error:
        raise Unreadable(f"{path}: not a picture that can be read; export it again as jpg, png or tif") from error
    except BOMB as error:
        raise TooLarge(f"{path}: more pixels than Pillow may open here; raise its Image.MAX_IMAGE_PIXELS, or cut it") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Unreadable(f"{path}: {otherwise} ({error}); copy or export it again") from error


def check_pixels(path: Path, size: tuple[int, int], most: int, mend: str) -> None:
    """Refuse what would not fit into memory; `mend` says what to do."""
    if size[0] * size[1] > most:
        raise TooLarge(f"{path}: {size[0]}×{size[1]} are more than {most:,} pixels; {mend}")


def read_rgb(path: Path) -> Image.Image:
    """A fully decoded 8-bit RGB picture: a truncated, CMYK or 16-bit file would otherwise give a wrong answer in silence."""
    with open_image(path) as image:
        check_pixels(path, image.size, MOST_AT_ONCE, "cut it into smaller ones")
        if image.mode not in ACCEPTED_MODES:
            raise WrongKind(f"{path}: the picture is {image.mode}, not 8-bit RGB; save it as 8-bit RGB jpg, png or tif")
        image.load()
        return image.copy()


def resized(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """The whole picture in a square frame, every source pixel counted once (area averaging)."""
    return np.asarray(image.resize((size, size), Image.Resampling.BOX))
