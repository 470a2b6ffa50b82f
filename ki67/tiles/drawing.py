"""The heat map: cellularity in colour over the tissue in grey, with a legend below."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ki67.pictures.regions import Pixels, Size
from ki67.tiles.appearance import stained
from ki67.tiles.grid import Tile

# From pale yellow to brown by lightness (ColorBrewer's YlOrBr): told apart by colour-blind eyes, and unlike grey tissue.
SCALE = np.array([(255, 247, 188), (254, 196, 79), (236, 112, 20), (180, 70, 3), (102, 30, 5)], np.float32)
COLOUR = 0.7  # how much of the tissue's picture is the colour of its tile
PALE = 170  # grey of usual tissue, over which the legend shows the colours
LINED, ROOMY = 4, 44  # pixels of a tile from which it has a border, and its figure is written into it
NARROWEST, LEGEND, BAR, MARGIN = 320, 58, 12, 24  # pixels
TEXT = 13
INK, WHITE, LINE = (40, 40, 40), (255, 255, 255), (150, 150, 150)


def colour(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The colours of values from 0 to 1."""
    places = np.linspace(0, 1, len(SCALE))
    return np.stack([np.interp(values, places, channel) for channel in SCALE.T], axis=-1).astype(np.float32)


def over(hue: NDArray[np.float32], grey: NDArray[Any] | int) -> NDArray[np.uint8]:
    """Grey tissue in a colour."""
    return np.asarray(np.rint(COLOUR * hue + (1 - COLOUR) * grey), np.uint8)


def heat_map(view: Pixels, tiles: Sequence[Tile], size: Size) -> Image.Image:
    """The picture in grey, the tissue of each tile in the colour of its cellularity; tiles without tissue stay blank."""
    shown = np.asarray(Image.fromarray(view).convert("L"))[..., None].repeat(3, axis=2)
    boxes = {tile.box(size, (view.shape[1], view.shape[0])): tile.cellularity for tile in tiles if tile.cellularity is not None}
    known = {box: value for box, value in boxes.items() if box[0] < box[2] and box[1] < box[3]}  # more tiles than pixels
    hues = colour(np.array(list(known.values()), np.float32))
    for (left, top, right, bottom), hue in zip(known, hues, strict=True):
        part = shown[top:bottom, left:right]
        inside = stained(view[top:bottom, left:right])
        part[inside] = over(hue, part[inside])
    picture = Image.fromarray(shown)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(TEXT)
    for (left, top, right, bottom), value in known.items():
        side = min(right - left, bottom - top)
        if side >= LINED:
            draw.rectangle((left, top, right - 1, bottom - 1), outline=LINE)
        if side >= ROOMY:
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
    canvas.paste(Image.fromarray(over(ramp, PALE)[None].repeat(BAR, axis=0)), (MARGIN, top))
    for step in range(5):
        x = MARGIN + step * (width - 1) / 4
        draw.line((x, top + BAR, x, top + BAR + 3), INK)
        draw.text((x, top + BAR + 5), f"{step / 4:g}", INK, font, anchor="mt")
    draw.text((MARGIN, top + BAR + 20), "cellularity; without colour: no tissue", INK, font, anchor="lt")
    return canvas
