"""Pictures from files, or one clear line of why not."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ki67.base.errors import InputError

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
ACCEPTED_MODES = ("RGB",)


def read_rgb(path: Path) -> Image.Image:
    """A fully decoded 8-bit RGB picture: a truncated, CMYK or 16-bit file would otherwise give a wrong answer in silence."""
    try:
        with Image.open(path) as image:
            if image.mode not in ACCEPTED_MODES:
                raise InputError(f"{path}: the picture is {image.mode}, not 8-bit RGB; save it as 8-bit RGB jpg, png or tif")
            image.load()
            return image.copy()
    except UnidentifiedImageError as error:
        raise InputError(f"{path}: not a picture that can be read; export it again as jpg, png or tif") from error
    except (OSError, SyntaxError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path}: damaged or truncated ({error}); copy or export it again") from error


def resized(image: Image.Image, size: int) -> NDArray[np.uint8]:
    """The whole picture in a square frame, every source pixel counted once (area averaging)."""
    return np.asarray(image.resize((size, size), Image.Resampling.BOX))
