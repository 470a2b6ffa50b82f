"""Every figure of the study in one style: readable at 700 px, safe for colour-blind eyes, the same bytes every time."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ki67.base.files import whole_file
from ki67.figures.palette import DAB, HAEMATOXYLIN, INK, METHOD_COLOURS

if TYPE_CHECKING:
    import pandas as pd

FAINTEST = 1e-5
WIDTH = 7.0
MARGIN = 0.03  # of a frame from 0 to 1, so that points on its edge are whole


def style() -> None:
    """Make matplotlib draw as this study draws; every figure here calls it."""
    mpl.rcParams.update(mpl.rcParamsDefault)
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "axes.titlesize": 9.5,
            "axes.titleweight": "bold",
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "axes.linewidth": 0.7,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#e6e6e6",
            "grid.linewidth": 0.6,
            "axes.axisbelow": True,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "lines.linewidth": 1.6,
            "legend.frameon": False,
            "figure.facecolor": "white",
            "figure.dpi": 100,
        }
    )


def new_figure(height: float) -> Figure:
    """An empty figure in the study's style and width."""
    style()
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path) -> Path:
    """Write a PNG without date or version in it, whole or not at all."""
    with whole_file(path) as partial:
        figure.savefig(partial, format="png", dpi=140, metadata={"Software": None})
    return path


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign as print has it; what rounds to nought has none."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def legend_below(figure: Figure, axes: Axes | None = None, columns: int = 0) -> None:
    """The key of one frame below all of them, where it lies over nothing."""
    handles, labels = (axes or figure.axes[0]).get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns or len(handles))


def whole_epochs(axes: Axes) -> None:
    """An axis of epochs has no halves."""
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def stain_shares(edges: NDArray[np.float64], stains: Mapping[str, NDArray[np.float64]]) -> Figure:
    """How often each optical density occurs, a panel a stain: the median over the fields (rows) and nine tenths of them."""
    figure = new_figure(2.5)
    for axes, (title, shares), colour in zip(
        figure.subplots(1, len(stains), sharey=True), stains.items(), (HAEMATOXYLIN, DAB), strict=True
    ):
        low, middle, high = np.percentile(shares, (5, 50, 95), axis=0)
        axes.stairs(high, edges, baseline=np.maximum(low, FAINTEST), fill=True, color=colour, alpha=0.25)
        axes.stairs(np.maximum(middle, FAINTEST), edges, color=colour, linewidth=1.6)
        axes.set(title=title, xlabel="optical density", yscale="log", ylim=(FAINTEST, 1), xlim=(edges[0], edges[-1]))
        axes.set(ylabel="share of the pixels" if axes.get_subplotspec().is_first_col() else "")
    return figure


def training_curves(curves: "pd.DataFrame") -> Figure:
    """Loss on both sides of the split, one line a seed, the learning rate below; columns as in `Epoch` and `seed`."""
    figure = new_figure(3.4)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    for number, (_, rows) in enumerate(curves.groupby("seed", sort=True)):
        for column, colour, name in (
            ("loss", METHOD_COLOURS[0], "training"),
            ("validation_loss", METHOD_COLOURS[1], "validation"),
        ):
            above.plot(rows["epoch"], rows[column], color=colour, label=name if number == 0 else None)
        below.plot(rows["epoch"], rows["learning_rate"], color=INK, linewidth=1.2)
    above.set(ylabel="mean squared error", yscale="log")
    for which in ("major", "minor"):
        above.yaxis.set_tick_params(which=which, labelsize=8)
    above.yaxis.set_major_formatter("{x:g}")
    above.yaxis.set_minor_formatter("{x:g}")
    below.set(xlabel="epoch", ylabel="learning rate", ylim=(0, 1.1 * curves["learning_rate"].max()))
    below.yaxis.set_major_formatter("{x:g}")
    whole_epochs(below)
    figure.align_ylabels()
    legend_below(figure)
    return figure
