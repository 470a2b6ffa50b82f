"""Fields beside their masks: what a network is taught, and what is read from it again."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ki67.cells.cells import NEGATIVE, POSITIVE
from ki67.cells.scores import score
from ki67.figures.fields import cell_legend, draw_cells, scale_bar, show_picture
from ki67.figures.palette import COLOURS
from ki67.figures.plots import WIDTH, new_figure
from ki67.masks.decoding import decoded
from ki67.masks.fields import MaskFields
from ki67.masks.lost import MANY, labels
from ki67.masks.names import GREYS

PALED = 0.55  # of a class's colour in a mask: its rings are seen on it


def good_and_bad(table: pd.DataFrame) -> list[int]:
    """The places of the fields whose decoded index is nearest to the labels' and farthest from it, of those with enough.

    Of two patients, where there are two, so that two stains are seen.
    """
    told = table[table["category_annotated"].isin(["middle", "high"]) & table["index_decoded"].notna() & (labels(table) >= MANY)]
    off = (told["index_decoded"] - told["index_annotated"]).abs()
    if off.empty:
        return []
    near = off.idxmin()
    others = off[table.loc[off.index, "patient"] != table.loc[near, "patient"]]
    return [int(near), int((off if others.empty else others).idxmax())]


def round_trips(fields: MaskFields, chosen: Sequence[int], um_per_px: float | None = None) -> Figure:
    """A row a field: its labels, its mask, and the cells that the mask is decoded into."""
    figure = new_figure(max(len(chosen), 1) * (WIDTH / 3 + 0.28) + 0.3)
    grid = figure.subplots(max(len(chosen), 1), 3, squeeze=False)
    for row, place in zip(grid, chosen, strict=False):
        given, found = fields.cells[place], decoded(fields.masks[place])
        show_picture(row[0], fields.images[place], f"labels: index {score(given).ki67_index:.0%}")
        draw_cells(row[0], given)
        if um_per_px:
            scale_bar(row[0], um_per_px)
        show_picture(row[1], in_colour(fields.masks[place]), f"mask of {fields.names[place]}")
        show_picture(row[2], in_colour(fields.masks[place]), f"decoded: index {score(found).ki67_index:.0%}")
        draw_cells(row[2], found)
    cell_legend(figure, [fields.cells[place] for place in chosen])
    return figure


def in_colour(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A mask's greys as a picture: white cells in the colour of positive ones, grey in that of negative ones, both paled."""
    picture = np.full((*mask.shape, 3), 255, np.uint8)
    for grey, label in zip(GREYS[1:], (NEGATIVE, POSITIVE), strict=True):
        picture[mask == grey] = [round(255 * (1 - PALED + PALED * part)) for part in to_rgb(COLOURS[label])]
    return picture
