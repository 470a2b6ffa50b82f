"""Every figure of the study in one style: readable at 700 px, safe for colour-blind eyes, the same bytes every time."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ki67.base.files import whole_file
from ki67.cells.cells import NEGATIVE, POSITIVE, TIL

if TYPE_CHECKING:
    import pandas as pd

STAIN_COLOURS = ("#3b4cc0", "#8c4a12")
FAINTEST = 1e-5
WIDTH = 7.0
INK, PALE = "#333333", "#b8b8b8"
# Okabe and Ito's palette.
COLOURS = {POSITIVE: "#D55E00", NEGATIVE: "#0072B2", TIL: "#009E73"}
TITLES = {POSITIVE: "Ki-67+", NEGATIVE: "Ki-67−", TIL: "TIL"}
METHOD_COLOURS = ("#0072B2", "#E69F00", "#CC79A7", "#009E73", "#56B4E9")


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


def stain_shares(edges: NDArray[np.float64], stains: Mapping[str, NDArray[np.float64]]) -> Figure:
    """How often each optical density occurs, a panel a stain: the median over the fields (rows) and nine tenths of them."""
    figure = new_figure(2.5)
    for axes, (title, shares), colour in zip(
        figure.subplots(1, len(stains), sharey=True), stains.items(), STAIN_COLOURS, strict=True
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
    above.legend()
    below.set(xlabel="epoch", ylabel="rate", ylim=(0, 1.1 * curves["learning_rate"].max()))
    below.ticklabel_format(axis="y", style="sci", scilimits=(-2, 2))
    below.xaxis.get_major_locator().set_params(integer=True)
    return figure
