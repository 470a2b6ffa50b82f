"""Figures of the compression pages."""

import pandas as pd
from matplotlib.figure import Figure

from ki67.figures.palette import METHOD_COLOURS
from ki67.figures.plots import new_figure

MARKERS = "osD^v"
TITLES = {
    "cws": "clustered (CWS)",
    "pws": "probabilistic (PWS)",
    "uq": "equal steps (UQ)",
    "ecsq": "entropy-constrained\n(ECSQ), as published",
    "ecsq, λ > 0": "ECSQ, λ > 0",
}


def rate_distortion_curves(table: pd.DataFrame) -> Figure:
    """Error against bits, a line a method; columns as in `rate_distortion`. What lies further to the lower left is better."""
    figure = new_figure(3.2)
    axes = figure.subplots()
    for (method, rows), colour, marker in zip(table.groupby("method", sort=False), METHOD_COLOURS, MARKERS, strict=False):
        ordered = rows.sort_values("bits")
        title = TITLES.get(method, method)
        axes.plot(ordered["bits"], ordered["distortion"], color=colour, marker=marker, markersize=4, label=title)
    axes.set(xlabel="bits a weight (entropy of the indices)", ylabel="mean squared error of a weight", yscale="log")
    axes.set_xlim(-0.3, None)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure
