"""Pictures for people: the found cells drawn over the tissue, and a small view for the report."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from ki67.cells.cells import QUPATH_CLASSES, Cells
from ki67.pictures.regions import Decoded, Pixels, Rows, Size

SIDE, SMALL = 1600, 160  # pixels of the longer side at most
RADIUS_UM = 3.6


def view_size(width: int, height: int, side: int = SIDE) -> tuple[int, int]:
    """The size of a view that has no side longer than asked for."""
    factor = min(1.0, side / max(width, height))
    return max(1, round(width * factor)), max(1, round(height * factor))


class View:
    """The picture no larger than can be looked at: from its pixels where they are at hand, else from what the network sees."""

    def __init__(self, rows: Rows, size: Size) -> None:
        self._rows, self._factor = rows, 1
        while max(size) > self._factor * SIDE:
            self._factor *= 2  # divides the strips' height
        self._parts = list[Pixels]()

    def passing(self, strips: Iterable[Pixels]) -> Iterator[Pixels]:
        """The same strips; what the view needs of them is kept."""
        for strip in strips:
            if not isinstance(self._rows, Decoded):
                self._parts.append(np.asarray(Image.fromarray(strip).reduce(self._factor)))
            yield strip

    def pixels(self) -> Pixels:
        """Once all strips have passed."""
        if isinstance(self._rows, Decoded):
            picture = Image.fromarray(self._rows.pixels)
            size = view_size(*picture.size)
            return np.asarray(picture if size == picture.size else picture.resize(size, Image.Resampling.BOX))
        return np.concatenate(self._parts)


def overlay(view: Pixels, cells: Cells, um_per_px: float) -> Image.Image:
    """A ring round every cell; the cells are in the frame of the view, and so is the scale."""
    picture = Image.fromarray(view)
    draw, radius = ImageDraw.Draw(picture), max(RADIUS_UM / um_per_px, 2.0)
    for (x, y), label in zip(cells.xy.tolist(), cells.label.tolist(), strict=True):
        for wider, colour, width in ((1, "white", 4), (0, QUPATH_CLASSES[label][1], 2)):  # pale on both sides: seen on any stain
            reach = radius + wider
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=colour, width=width)
    return picture


def write_png(picture: Image.Image, path: Path) -> None:
    """Quickly packed: an overlay is looked at and thrown away."""
    picture.save(path, format="PNG", compress_level=1)


def thumbnail(picture: Image.Image) -> bytes:
    """A small JPEG."""
    small, stream = picture.resize(view_size(*picture.size, SMALL), Image.Resampling.LANCZOS), io.BytesIO()
    small.save(stream, format="JPEG", quality=80)
    return stream.getvalue()
