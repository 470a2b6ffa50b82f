"""The comparison in two figures: the paper's Figure 8 with one column a backend, and how each backend was fitted."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ki67.backends.fitted import TITLES
from ki67.cells.cells import Cells
from ki67.figures.fields import Picture, cell_legend, draw_cells, scale_bar, show_picture
from ki67.figures.palette import METHOD_COLOURS, PALE
from ki67.figures.plots import WIDTH, legend_below, new_figure, whole_epochs

WINDOW = 80  # pixels of a frame, from its middle: large enough to see single cells


def panel(
    images: Sequence[Picture], truths: Sequence[Cells], found: Mapping[str, Sequence[Cells]], um_per_px: float | None = None
) -> Figure:
    """One row a field: the middle of it with its labels, then with what each backend found there."""
    columns = {"labels": truths, **{TITLES[name]: cells for name, cells in found.items()}}
    side = WIDTH / len(columns)
    figure = new_figure(len(images) * side + 0.75)
    grid = figure.subplots(len(images), len(columns), squeeze=False)
    for row, image in enumerate(images):
        for axes, (title, cells) in zip(grid[row], columns.items(), strict=True):
            show_picture(axes, image)
            draw_cells(axes, cells[row])
            start = np.array(image.shape[:2]) / 2 - WINDOW / 2
            axes.set(xlim=(start[1], start[1] + WINDOW), ylim=(start[0] + WINDOW, start[0]))
            if row == 0:
                axes.set_title(title.replace("-", "-\n", 1) if len(title) > 10 else title, fontsize=7)
        if um_per_px:
            scale_bar(grid[row, 0], um_per_px)
    cell_legend(figure, [cells for column in columns.values() for cells in column])
    return figure


def fits(curves: pd.DataFrame) -> Figure:
    """Loss on both sides of the split as a share of that of empty maps, a frame a backend: what stays at 1 learns nothing."""
    names = [name for name in TITLES if name in set(curves["backend"])]
    figure = new_figure(1.0 + 1.75 * -(-len(names) // 3))
    grid = figure.subplots(-(-len(names) // 3), 3, sharex=True, sharey=True, squeeze=False).ravel()
    for axes in grid[len(names) :]:
        axes.set_axis_off()
    for number, (axes, name) in enumerate(zip(grid, names, strict=False)):
        axes.axhline(1, color=PALE, linewidth=1, linestyle="--")
        for turn, (_, rows) in enumerate(curves[curves["backend"] == name].groupby("seed")):
            for column, colour, title in zip(
                ("loss_share", "validation_share"), METHOD_COLOURS, ("training", "validation"), strict=False
            ):
                label = title if turn == 0 else None
                axes.plot(rows["epoch"], rows[column], color=colour, marker="o", markersize=3, label=label)
        axes.set(title=TITLES[name], yscale="log")
        axes.yaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g"))
        axes.yaxis.set_minor_formatter(mpl.ticker.NullFormatter())
        whole_epochs(axes)
        axes.set_xlabel("epoch" if number >= len(names) - 3 else "")
        axes.set_ylabel("loss as a share\nof empty maps'" if number % 3 == 0 else "")
    legend_below(figure)
    return figure
