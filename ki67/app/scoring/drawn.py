"""What is shown of a picture: itself in small, and its cells as a mask to lay over it."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from ki67.cells.cells import QUPATH_CLASSES, Cells
from ki67.pictures.drawing import RADIUS_UM
from ki67.pictures.header import SLIDE, header, slide_header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Size, view_size

SMALL, LARGEST = 320, 4096  # pixels of a longer side
GROUND = (0, 0, 0)  # of the palette, and transparent


def small_picture(path: Path, kind: str) -> bytes:
    """As a JPEG, unmarked: it tells a blind reader no more than the picture does."""
    head = slide_header(path) if kind == SLIDE else header(path)
    scale = head.um_per_px or 1.0
    coarse = scale * max(1.0, max(head.width, head.height) / SMALL)
    seen = Image.fromarray(open_regions(head, scale, coarse).overview())
    stream = io.BytesIO()
    seen.resize(view_size(*seen.size, SMALL), Image.Resampling.BOX).save(stream, "JPEG", quality=80)
    return stream.getvalue()


def mask(cells: Cells, size: Size, um_per_px: float) -> bytes:
    """A PNG of the picture's size (4096 pixels a side at most): a disc a cell in its class's colour, else transparent."""
    seen = view_size(*size, LARGEST)
    picture = Image.new("P", seen)
    picture.putpalette([*GROUND, *(part for _, colour in QUPATH_CLASSES.values() for part in colour)])
    factor = seen[0] / size[0]
    draw, radius, placed = ImageDraw.Draw(picture), max(RADIUS_UM / um_per_px * factor, 1.0), cells.scaled(factor, "view")
    for (x, y), label in zip(placed.xy.tolist(), placed.label.tolist(), strict=True):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=label)
    stream = io.BytesIO()
    picture.save(stream, "PNG", transparency=0, optimize=False, compress_level=1)
    return stream.getvalue()
