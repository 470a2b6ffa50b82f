"""The heat map: cellularity in colour over the tissue in grey, with a legend below."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ki67.scoring.pixels import Pixels, Size
from ki67.tiles.grid import Tile

# Cividis: from dark blue to yellow, as even a step to colour-blind eyes as to others.
SCALE = np.array([(0, 34, 78), (65, 77, 107), (124, 123, 120), (187, 173, 108), (254, 232, 56)], np.float32)
COLOUR = 0.6  # how much of a tile's picture is its colour
ROOMY = 44  # pixels of a tile from which its figure is written into it
NARROWEST, LEGEND, BAR, MARGIN = 320, 58, 12, 24  # pixels
TEXT = 13
INK, WHITE = (40, 40, 40), (255, 255, 255)


def colour(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colours of values from 0 to 1."""
    places = np.linspace(0, 1, len(SCALE))
    return np.stack([np.interp(values, places, channel) for channel in SCALE.T], axis=-1).astype(np.float32)


def heat_map(view: Pixels, tiles: Sequence[Tile], size: Size) -> Image.Image:
    """The picture in grey, tiles with tissue in the colour of their cellularity; tiles without stay blank."""
    grey = np.asarray(Image.fromarray(view).convert("L"))[..., None].repeat(3, axis=2)
    shown = grey.copy()
    known = [tile for tile in tiles if tile.cellularity is not None]
    boxes = [tile.box(size, (view.shape[1], view.shape[0])) for tile in known]
    values = np.array([tile.cellularity for tile in known], np.float32)
    for (left, top, right, bottom), hue in zip(boxes, colour(values), strict=True):
        part = grey[top:bottom, left:right]
        shown[top:bottom, left:right] = np.rint(COLOUR * hue + (1 - COLOUR) * part)
    picture = Image.fromarray(shown)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(TEXT)
    for (left, top, right, bottom), value in zip(boxes, values.tolist(), strict=True):
        if min(right - left, bottom - top) >= ROOMY:
            middle = ((left + right) / 2, (top + bottom) / 2)
            draw.text(middle, f"{value:.2f}", WHITE, font, anchor="mm", stroke_width=2, stroke_fill=INK)
    return picture


def with_legend(picture: Image.Image) -> Image.Image:
    """The same picture over a bar that says which colour is which cellularity."""
    canvas = Image.new("RGB", (max(picture.width, NARROWEST), picture.height + LEGEND), WHITE)
    canvas.paste(picture, (0, 0))
    draw, font, top = ImageDraw.Draw(canvas), ImageFont.load_default(TEXT), picture.height + 8
    width = NARROWEST - 2 * MARGIN
    ramp = colour(np.linspace(0, 1, width, dtype=np.float32))
    canvas.paste(Image.fromarray(np.rint(ramp)[None].repeat(BAR, axis=0).astype(np.uint8)), (MARGIN, top))
    for step in range(5):
        x = MARGIN + step * (width - 1) / 4
        draw.line((x, top + BAR, x, top + BAR + 3), INK)
        draw.text((x, top + BAR + 5), f"{step / 4:g}", INK, font, anchor="mt")
    draw.text((MARGIN, top + BAR + 20), "cellularity; without colour: no tissue", INK, font, anchor="lt")
    return canvas
