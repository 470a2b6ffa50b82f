"""Pictures of predicted scores: scatter and Bland–Altman of every model, and how the error fell while networks learnt."""

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

from ki67.cells.agreement import bland_altman
from ki67.figures.palette import INK, METHOD_COLOURS, PALE
from ki67.figures.plots import MARGIN, WIDTH, new_figure, signed, whole_epochs

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 3
WHOLE = (-MARGIN, 1 + MARGIN)  # from the least score to the largest
Floats = NDArray[np.float64]


def panels(models: "Mapping[str, pd.DataFrame]", draw: Callable[[Axes, Floats, Floats], None], x: str, y: str) -> Figure:
    """A square panel a model, under its title; all share their axes."""
    rows = math.ceil(len(models) / COLUMNS)
    figure = new_figure(rows * WIDTH / COLUMNS + 0.2)
    grid = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    for axes, (title, table) in zip(grid.flat, models.items(), strict=False):
        draw(axes, table["truth"].to_numpy(float), table["predicted"].to_numpy(float))
        axes.set_title(title, fontsize=8.5)
    for axes in grid.flat[len(models) :]:
        axes.set_visible(False)
    figure.supxlabel(x, fontsize=9)
    figure.supylabel(y, fontsize=9)
    return figure


def scatter(models: "Mapping[str, pd.DataFrame]") -> Figure:
    """Predicted against given scores, and the line on which they would be the same."""
    return panels(models, draw_scatter, "score given", "score predicted")


def draw_scatter(axes: Axes, truth: Floats, predicted: Floats) -> None:
    """One model: a point a patch."""
    axes.plot([0, 1], [0, 1], color=PALE, linewidth=1)
    axes.scatter(truth, predicted, s=13, color=METHOD_COLOURS[0], alpha=0.7, edgecolors="white", linewidths=0.4)
    axes.set(xlim=WHOLE, ylim=WHOLE, aspect="equal")


def limits_of_agreement(models: "Mapping[str, pd.DataFrame]") -> Figure:
    """Bland and Altman's plot of every model: how far off it is, against the mean of both scores."""
    return panels(models, draw_limits, "mean of both scores", "predicted − given")


def draw_limits(axes: Axes, truth: Floats, predicted: Floats) -> None:
    """One model: a point a patch, the mean difference, and the limits that hold 95 % of the differences."""
    found = bland_altman(predicted, truth)
    axes.scatter((truth + predicted) / 2, predicted - truth, s=13, color=METHOD_COLOURS[0], alpha=0.7, edgecolors="white",
                 linewidths=0.4)  # fmt: skip
    for value, dashes in ((found.upper, "--"), (found.bias, "-"), (found.lower, "--")):
        axes.axhline(value, color=INK, linewidth=0.9, linestyle=dashes)
        axes.annotate(signed(value), (1.01, value), xycoords=("axes fraction", "data"), ha="left", va="center", fontsize=6.5)
    axes.set(xlim=WHOLE, ylim=(-1 - 2 * MARGIN, 1 + 2 * MARGIN))


def error_curves(curves: "Mapping[str, pd.DataFrame]", mean: float) -> Figure:
    """The paper's Figure 9: the error on validation after every epoch, a line a network, and what the training mean scores.

    A second round through the colours is dashed and dotted; a dotted vertical is where a network's next training began.
    """
    figure = new_figure(3.0)
    axes = figure.subplots()
    for (title, curve), (dashes, colour) in zip(curves.items(), product(("-", "-."), METHOD_COLOURS), strict=False):
        axes.plot(curve["epoch"], curve["validation_mse"], color=colour, linestyle=dashes, label=title)
        for _, part in list(curve.groupby("model", sort=False))[1:]:
            axes.axvline(part["epoch"].iloc[0] - 0.5, color=colour, linewidth=0.8, linestyle=":")
    axes.axhline(mean, color=PALE, linewidth=1, linestyle="--", label="the training mean")
    axes.set(xlabel="epoch", ylabel="mean squared error on validation", yscale="log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    whole_epochs(axes)
    axes.yaxis.set_tick_params(labelsize=8)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
