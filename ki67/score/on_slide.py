"""What a slide is shown by beside a table: its index as a map over the tissue, and its hot spot as an object for QuPath.

A ring a cell, as pictures have them, would hide a slide's tissue: a cell is smaller there than a pixel of the view.
"""

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ki67.base.files import write_whole
from ki67.base.geojson import Feature, collection
from ki67.cells.cells import NEGATIVE, POSITIVE, QUPATH_CLASSES, Cells
from ki67.pictures.drawing import INK
from ki67.pictures.regions import Pixels, Size
from ki67.score.hotspot import ENOUGH, HotSpot

HOT_SPOT = ".hotspot.geojson"  # ending of a slide's own file beside those of every picture
SQUARE_UM = 100.0  # a side of the map's squares: of dense tumour some fifty cells, of a slide in view a few pixels
LEAST = 10  # tumour cells of a square that has an index
FULL = 0.5  # the index from which on a square has the full colour of positive cells
STRONG = 0.6  # how much of a square's colour is laid over the tissue
NAME, COLOUR = "Hot spot", (204, 121, 167)
BAR, ROOM = (120, 10), 6  # the colours' scale in the view's corner, and the white round it
Floats = NDArray[np.float64]


def index_map(cells: Cells, size: Size, side: float) -> Floats:
    """The index in each square of that side; not a number where there are too few tumour cells for one."""
    columns, rows = (max(1, int(np.ceil(length / side))) for length in size)
    tumour = cells.where((cells.label == POSITIVE) | (cells.label == NEGATIVE))
    column, row = np.clip((tumour.xy / side).astype(int), 0, (columns - 1, rows - 1)).T
    place = row * columns + column
    counted = np.bincount(place, minlength=rows * columns)
    positive = np.bincount(place[tumour.label == POSITIVE], minlength=rows * columns)
    index = np.where(counted >= LEAST, positive / np.maximum(counted, 1), np.nan)
    return np.asarray(index.reshape(rows, columns))


def colours(index: Floats) -> Floats:
    """From that of negative cells to that of positive ones."""
    share = np.clip(index / FULL, 0, 1)[..., None]
    return np.asarray((1 - share) * QUPATH_CLASSES[NEGATIVE][1] + share * np.array(QUPATH_CLASSES[POSITIVE][1]))


def mapped(view: Pixels, cells: Cells, um_per_px: float) -> Image.Image:
    """The view with the index over it, square by square; the cells are in the frame of the view, and so is the scale."""
    (height, width), side = view.shape[:2], SQUARE_UM / um_per_px
    index, shown = index_map(cells, (width, height), side), view.copy()
    columns = (np.arange(width) / side).astype(int)
    for y in range(height):
        row = index[int(y / side), columns]
        known = np.isfinite(row)
        shown[y, known] = np.rint((1 - STRONG) * view[y, known] + STRONG * colours(row[known]))
    picture = Image.fromarray(shown)
    _draw_scale(picture)
    return picture


def _draw_scale(picture: Image.Image) -> None:
    """In the left lower corner: which colour is which index, as it looks on glass."""
    width, height = BAR
    strip = (1 - STRONG) * 255 + STRONG * colours(np.linspace(0, FULL, width)[None].repeat(height, 0))
    draw, top = ImageDraw.Draw(picture), picture.height - height - 4 * ROOM
    draw.rectangle((0, top - ROOM, width + 8 * ROOM, picture.height), "white")
    picture.paste(Image.fromarray(np.rint(strip).astype(np.uint8)), (ROOM, top))
    draw.text((ROOM, top + height), "0 %", INK)
    draw.text((width - ROOM, top + height), f"{FULL:.0%}+ Ki-67", INK)


def write_hot_spot(path: Path, name: str, spot: HotSpot | None, corner: Size, um_per_px: float) -> None:
    """An annotation, in pixels from QuPath's corner on; none where there is no hot spot. The same one gets the same id."""
    write_whole(path, collection(_features(name, spot, corner, um_per_px)))


def _features(name: str, spot: HotSpot | None, corner: Size, um_per_px: float) -> Iterator[Feature]:
    if spot:
        ring: list[list[float]] = (spot.border - corner).round(2).tolist()
        yield {
            "type": "Feature",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"ki67/{name}/hot spot/{ring[0]}")),
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
            "properties": {
                "objectType": "annotation",
                "name": NAME,
                "classification": {"name": NAME, "color": list(COLOUR)},
                "measurements": {
                    "Ki-67 index": spot.index,
                    "tumour cells": ENOUGH,
                    "positive cells": spot.positive,
                    "radius µm": round(spot.radius * um_per_px, 2),
                },
            },
        }
