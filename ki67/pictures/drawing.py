"""Pictures for people: the found cells drawn over the tissue, and a small view for the report."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from ki67.cells.cells import QUPATH_CLASSES, Cells
from ki67.pictures.outline import Outline
from ki67.pictures.regions import Pixels, view_size

OVERLAY, PLAIN, OBJECTS = ".png", ".plain.jpg", ".geojson"  # endings of a picture's own files: marked, unmarked, for QuPath
SMALL = 160  # pixels of a thumbnail's longer side at most
RADIUS_UM = 3.6
INK = (20, 20, 20)  # of an outline


def overlay(view: Pixels, cells: Cells, um_per_px: float) -> Image.Image:
    """A ring round every cell; the cells are in the frame of the view, and so is the scale."""
    picture = Image.fromarray(view)
    draw, radius = ImageDraw.Draw(picture), max(RADIUS_UM / um_per_px, 2.0)
    for (x, y), label in zip(cells.xy.tolist(), cells.label.tolist(), strict=True):
        for wider, colour, width in ((1, "white", 4), (0, QUPATH_CLASSES[label][1], 2)):  # pale on both sides: seen on any stain
            reach = radius + wider
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=colour, width=width)
    return picture


def draw_outline(picture: Image.Image, outline: Outline) -> None:
    """The border of what alone was looked at, holes too; the outline is in the picture's frame."""
    draw = ImageDraw.Draw(picture)
    for colour, width in (("white", 5), (INK, 2)):  # pale on both sides: seen on any stain
        for ring in (ring for polygon in outline.polygons for ring in polygon):
            draw.line([tuple(point) for point in (*ring.tolist(), ring[0].tolist())], colour, width)


def write_png(picture: Image.Image, path: Path) -> None:
    """Quickly packed: an overlay is looked at and thrown away."""
    picture.save(path, format="PNG", compress_level=1)


def write_jpg(view: Pixels, path: Path) -> None:
    """The view without marks, small: the report shows it in turn with the marked one."""
    Image.fromarray(view).save(path, format="JPEG", quality=85)


def thumbnail(picture: Image.Image) -> bytes:
    """A JPEG small enough that a report can hold one a picture."""
    small, stream = picture.resize(view_size(*picture.size, SMALL), Image.Resampling.LANCZOS), io.BytesIO()
    small.save(stream, format="JPEG", quality=80)
    return stream.getvalue()
