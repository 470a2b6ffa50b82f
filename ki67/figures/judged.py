"""Figures of what is labelled and of what was found: cells and scores of a dataset, F1 over radius and threshold, agreement."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ki67.cells.agreement import bland_altman
from ki67.cells.cells import LABELS
from ki67.cells.detect import Tuning
from ki67.cells.evaluation import radius_curves
from ki67.cells.outcomes import PUBLISHED, Rule
from ki67.cells.scores import CUT_OFFS, CutOffs, Measure, Scores
from ki67.figures.palette import COLOURS, INK, METHOD_COLOURS, PALE, TITLES
from ki67.figures.plots import MARGIN, WIDTH, legend_below, new_figure, signed

if TYPE_CHECKING:
    import pandas as pd

CHANCE = "chance"
WRITTEN = {"pathonet": "PathoNet", "classical": "classical row"}  # what the files call otherwise


def dataset(parts: Mapping[str, Sequence[Scores]]) -> Figure:
    """What the parts of a dataset are like: cells in a field, and the Ki-67 index of a field."""
    figure = new_figure(2.8)
    fields, indices = figure.subplots(1, 2)
    for (name, scores), colour in zip(parts.items(), METHOD_COLOURS, strict=False):
        counts = [field_score.n_cells for field_score in scores]
        index = [field_score.ki67_index for field_score in scores if field_score.n_tumour]
        for axes, values, edges in ((fields, counts, np.arange(0, 361, 20)), (indices, index, np.linspace(0, 1, 21))):
            shares = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0] / max(len(values), 1)
            axes.stairs(shares, edges, color=colour, linewidth=1.6, label=f"{name}: {len(scores)} fields")
    fields.set(xlabel="labelled cells in a field", ylabel="share of the fields", xlim=(0, 360))
    indices.set(xlabel="Ki-67 index of a field", xlim=(0, 1))
    legend_below(figure)
    return figure


def _method_line(number: int, method: str) -> tuple[str, str]:
    """Colour and dashes of a method; chance is grey and dotted wherever it stands."""
    return (PALE, ":") if method == CHANCE else (METHOD_COLOURS[number % len(METHOD_COLOURS)], "-")


def f1_over_radius(table: "pd.DataFrame", rule: Rule = PUBLISHED, marked: Sequence[float] = (6, 20)) -> Figure:
    """F1 of each method against the matching radius by one rule, one frame a class; the radii reported are marked."""
    radii, curves = sorted(table["radius"].unique()), radius_curves(table, rule)
    figure = new_figure(2.7)
    grid = figure.subplots(1, len(LABELS), sharey=True)
    for column, (axes, label) in enumerate(zip(grid, LABELS, strict=True)):
        for radius in marked:
            axes.axvline(radius, color=PALE, linewidth=0.8)
            axes.annotate(
                f"R={radius:g}", (radius, 0.03), xycoords=("data", "axes fraction"), ha="center", fontsize=7,
                color="#777777", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            )  # fmt: skip
        for number, (method, f1) in enumerate(curves.items()):
            colour, dashes = _method_line(number, method)
            axes.plot(radii, f1[:, column], dashes, color=colour, label=WRITTEN.get(method, method))
        axes.set(title=TITLES[label], xlabel="matching radius R, pixels", ylim=(0, 1), xlim=(0, max(radii) + 1))
    grid[0].set_ylabel(f"F1, {rule.key} rule")
    legend_below(figure)
    return figure


def threshold_curves(tuning: Tuning, title: str = "") -> Figure:
    """Validation F1 against the threshold of each class's map, the chosen one marked."""
    grid, f1, thresholds = tuning.grid, tuning.f1, tuning.thresholds
    figure = new_figure(2.9)
    axes = figure.subplots()
    for column, label in enumerate(LABELS):
        chosen = thresholds[column]
        axes.plot(grid, f1[:, column], color=COLOURS[label], label=f"{TITLES[label]}: {chosen:g}")
        axes.plot(chosen, np.interp(chosen, grid, f1[:, column]), "o", color=COLOURS[label], markersize=7,
                  markeredgecolor="white", markeredgewidth=1.2)  # fmt: skip
    axes.set_xlabel("threshold on the density map, from 0 to 255")
    axes.set(ylabel="F1 on validation", ylim=(0, 1.02), xlim=(0, 255), title=title)
    axes.legend(title="chosen threshold", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


SHOWN = (("Ki-67 index", CUT_OFFS[0]), ("TIL score", CUT_OFFS[2]))


def scores_scatter(patients: "pd.DataFrame", method: str = "") -> Figure:
    """Predicted against labelled scores of one method, the first if none is named; right categories lie in shaded squares."""
    chosen = patients[patients["method"] == (method or patients["method"].iloc[0])]
    truth, predicted = (_counts(chosen, side) for side in ("truth", "predicted"))
    figure = new_figure(WIDTH / 2 + 0.45)
    for axes, (title, cut) in zip(figure.subplots(1, 2), SHOWN, strict=True):
        draw_scores(axes, _measured(truth, cut.measure), _measured(predicted, cut.measure), cut)
        axes.set(title=f"{title} by patient, cut-offs {cut.name}", xlabel=f"{title} from labels", ylabel=f"{title} predicted")
    return figure


def _counts(patients: "pd.DataFrame", side: str) -> list[Scores]:
    columns = [f"{name}_{side}" for name in ("n_positive", "n_negative", "n_til")]
    return [Scores(*map(int, row)) for row in patients[columns].to_numpy()]


def _measured(counts: Sequence[Scores], measure: Measure) -> NDArray[np.float64]:
    """A score and the ends of its 95 % interval (rows) of each patient (columns)."""
    if measure == "ki67_index":
        return np.array([(scores.ki67_index, *scores.interval) for scores in counts]).T
    return np.array([(scores.til_score, *scores.til_interval) for scores in counts]).T


def draw_scores(axes: Axes, truth: NDArray[np.float64], predicted: NDArray[np.float64], cut: CutOffs) -> None:
    """Points with their intervals either way, the identity, and a shaded square for each category."""
    defined = ~np.isnan(truth[0] + predicted[0])
    truth, predicted = truth[:, defined], predicted[:, defined]
    right = cut.categories(truth[0]) == cut.categories(predicted[0])
    top = max(1.03 * max([*truth.flat, *predicted.flat, 0.0]), 1.25 * cut.high)
    for low, high in pairwise((0.0, cut.low, cut.high, top)):
        axes.fill_between([low, high], low, high, color="#eef3f7", linewidth=0)
    axes.plot([0, top], [0, top], color=PALE, linewidth=1)
    for kind, colour, marker, name in ((right, METHOD_COLOURS[0], "o", "right"), (~right, METHOD_COLOURS[1], "s", "wrong")):
        (x, *across), (y, *up) = truth[:, kind], predicted[:, kind]
        axes.hlines(y, *across, color=colour, linewidth=0.7, alpha=0.5)
        axes.vlines(x, *up, color=colour, linewidth=0.7, alpha=0.5)
        label = f"{name} category: {kind.sum()}"
        axes.scatter(x, y, s=26, color=colour, marker=marker, edgecolors="white", linewidths=0.6, label=label, zorder=3)
    least = -MARGIN * top
    axes.set(xlim=(least, top), ylim=(least, top), aspect="equal")
    axes.grid(visible=False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, handletextpad=0.1)


def agreement(first: NDArray[np.float64], second: NDArray[np.float64], one: str, other: str) -> Figure:
    """Bland and Altman's plot: the difference of two scorers against their mean, its mean and 95 % limits."""
    limits = bland_altman(first, second)
    figure = new_figure(3.2)
    axes = figure.subplots()
    axes.scatter((first + second) / 2, first - second, s=22, color=METHOD_COLOURS[0], edgecolors="white", linewidths=0.6)
    for value, name, dashes in ((limits.upper, "limit", "--"), (limits.bias, "mean", "-"), (limits.lower, "limit", "--")):
        axes.axhline(value, color=INK, linewidth=1, linestyle=dashes)
        axes.annotate(f"{name} {signed(value, 3)}", (1.01, value), xycoords=("axes fraction", "data"), va="center", fontsize=8)
    axes.set(xlabel="mean of both Ki-67 indices", ylabel=f"{one} − {other}")
    return figure
