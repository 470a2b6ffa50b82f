"""What a picture is asked for: a rectangle at a scale. Whoever can answer that, a file or a slide, can be scored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

OVERVIEW = 1600  # pixels of the longer side at most

Pixels = NDArray[np.uint8]
Size = tuple[int, int]


@dataclass(frozen=True)
class Region:
    """A rectangle of a picture in the pixels of a scale: from its left upper corner to the right and down."""

    x: int
    y: int
    width: int
    height: int
    um_per_px: float


class Regions(Protocol):
    """An open picture.

    Any region may be read; files without a pyramid are read once and in little memory only where regions of one scale come
    row by row, from top to bottom.
    """

    def size(self, um_per_px: float) -> Size:
        """Width and height of the whole picture at a scale."""
        ...

    def read(self, region: Region) -> Pixels:
        """RGB of what of the region lies within the picture, every source pixel counted once (area averaging)."""
        ...

    @property
    def damage(self) -> Sequence[str]:
        """What could not be read so far and was left white; files that are no slides are refused instead."""
        ...

    def overview(self) -> Pixels:
        """The whole picture no larger than can be looked at; costs least once the picture was read."""
        ...


def left_white(picture: Regions) -> list[str]:
    """The warning of a slide that was read with parts missing, with the first of them."""
    return [f"parts of it cannot be read ({picture.damage[0]})"] if picture.damage else []


def size_at(size: Size, um_per_px: float, wanted: float) -> Size:
    """The size of a picture at another scale, in whole pixels."""
    reduction = wanted / um_per_px
    return round(size[0] / reduction), round(size[1] / reduction)


def view_size(width: int, height: int, side: int = OVERVIEW) -> Size:
    """The size of a view that has no side longer than asked for."""
    factor = min(1.0, side / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


def reduced(picture: Image.Image, size: Size, top: float, bottom: float) -> Pixels:
    """Rows of a picture, those from `top` to `bottom`, in another size by area averaging."""
    return np.asarray(picture.resize(size, Image.Resampling.BOX, box=(0, top, picture.width, bottom)))
