"""The comparison in two figures: the paper's Figure 8 with one column a backend, and how each backend was fitted."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ki67.backends.fitted import TITLES
from ki67.cells.cells import LABELS, Cells
from ki67.figures.fields import Picture, cell_legend, show_picture
from ki67.figures.plots import COLOURS, METHOD_COLOURS, PALE, WIDTH, new_figure

WINDOW = 80  # pixels of a frame, from its middle: large enough to see single cells
DOT = 9


def panel(images: Sequence[Picture], truths: Sequence[Cells], found: Mapping[str, Sequence[Cells]]) -> Figure:
    """One row a field: the middle of it with its labels, then with what each backend found there."""
    columns = {"labels": truths, **{TITLES[name]: cells for name, cells in found.items()}}
    side = WIDTH / len(columns)
    figure = new_figure(len(images) * side + 0.75)
    grid = figure.subplots(len(images), len(columns), squeeze=False)
    for row, image in enumerate(images):
        for axes, (title, cells) in zip(grid[row], columns.items(), strict=True):
            show_picture(axes, image)
            draw_dots(axes, cells[row])
            start = np.array(image.shape[:2]) / 2 - WINDOW / 2
            axes.set(xlim=(start[1], start[1] + WINDOW), ylim=(start[0] + WINDOW, start[0]))
            if row == 0:
                axes.set_title(title.replace("-", "-\n", 1) if len(title) > 10 else title, fontsize=7)
    cell_legend(figure, list(truths))
    return figure


def draw_dots(axes: Axes, cells: Cells) -> None:
    """A dot on every cell, as the paper has them, in its class's colour."""
    for label in LABELS:
        x, y = cells.of(label).xy.T
        axes.scatter(x, y, s=DOT, color=COLOURS[label], edgecolors="white", linewidths=0.5)


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
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set(xlabel="epoch" if number >= len(names) - 3 else "", ylabel="loss, empty maps = 1" if number % 3 == 0 else "")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
