"""Every figure of the study in one style: readable at 700 px, safe for colour-blind eyes, the same bytes every time."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ki67.cells import LABELS, NEGATIVE, POSITIVE, TIL, Cells
from ki67.detect import Tuning
from ki67.evaluation import radius_curves
from ki67.scores import CUT_OFFS, CutOffs

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 7.0
INK, PALE = "#333333", "#b8b8b8"
# Okabe and Ito's palette.
COLOURS = {POSITIVE: "#D55E00", NEGATIVE: "#0072B2", TIL: "#009E73"}
TITLES = {POSITIVE: "Ki-67+", NEGATIVE: "Ki-67−", TIL: "TIL"}
METHOD_COLOURS = ("#0072B2", "#E69F00", "#CC79A7", "#009E73", "#56B4E9")
CHANCE = "chance"
RING_RADIUS = {"network": 5.5, "image": 26.0}

Picture = NDArray[np.uint8]


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
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    figure.savefig(partial, format="png", dpi=140, metadata={"Software": None})
    os.replace(partial, path)
    return path


def show_picture(axes: Axes, picture: Picture | NDArray[np.float32], title: str = "") -> None:
    """A picture without ticks or frame."""
    axes.imshow(picture, interpolation="bilinear")
    axes.set_axis_off()
    axes.set_title(title)


def draw_cells(axes: Axes, cells: Cells) -> None:
    """A ring round every cell, in its class's colour on a white one so that it shows on any stain."""
    diameter = 2 * RING_RADIUS[cells.frame]
    for label in LABELS:
        xy = cells.of(label).xy
        if len(xy) == 0:
            continue
        for colour, width in (("white", 1.9), (COLOURS[label], 1.1)):
            size = np.full(len(xy), diameter)
            rings = EllipseCollection(
                size, size, np.zeros(len(xy)), units="xy", offsets=xy, offset_transform=axes.transData,
                facecolors="none", edgecolors=colour, linewidths=width,
            )  # fmt: skip
            axes.add_collection(rings)


def cell_legend(figure: Figure, cells: Sequence[Cells]) -> None:
    """Rings and class names below a figure, for the classes that occur."""
    shown = [label for label in LABELS if any((c.label == label).any() for c in cells)]
    rings = [
        Line2D([], [], linestyle="", marker="o", markersize=8, markerfacecolor="none", markeredgewidth=1.6,
               markeredgecolor=COLOURS[label], label=TITLES[label])
        for label in shown
    ]  # fmt: skip
    if rings:
        figure.legend(handles=rings, loc="outside lower center", ncols=len(rings), handletextpad=0.2)


def panels(images: Sequence[Picture], truths: Sequence[Cells], predictions: Sequence[Cells]) -> Figure:
    """One row a field: the picture, its labels, and what was predicted, each with its number of cells."""
    figure = new_figure(len(images) * (WIDTH / 3 + 0.28) + 0.3)
    grid = figure.subplots(len(images), 3, squeeze=False)
    for row, image, truth, predicted in zip(grid, images, truths, predictions, strict=True):
        height, width = image.shape[:2]
        show_picture(row[0], image, "field")
        for axes, title, cells in ((row[1], "labels", truth), (row[2], "prediction", predicted)):
            show_picture(axes, image, f"{title}: {len(cells)} cells")
            draw_cells(axes, cells)
            axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    cell_legend(figure, [*truths, *predictions])
    return figure


def detected(image: Picture, cells: Cells) -> Figure:
    """One field as large as the page, every cell in its ring."""
    height, width = image.shape[:2]
    figure = new_figure(WIDTH * height / width + 0.3)
    axes = figure.subplots()
    show_picture(axes, image)
    draw_cells(axes, cells)
    axes.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    cell_legend(figure, [cells])
    return figure


def plate(images: Sequence[Picture], titles: Sequence[str] = (), columns: int = 4) -> Figure:
    """A plate of fields side by side."""
    rows = -(-len(images) // columns)
    figure = new_figure(rows * (WIDTH / columns + (0.2 if titles else 0.0)))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, image, title in zip(grid, images, titles or [""] * len(images), strict=False):
        show_picture(axes, image, title)
    return figure


def _method_line(number: int, method: str) -> tuple[str, str]:
    """Colour and dashes of a method; chance is grey and dotted wherever it stands."""
    return (PALE, ":") if method == CHANCE else (METHOD_COLOURS[number % len(METHOD_COLOURS)], "-")


def f1_over_radius(table: "pd.DataFrame", matching: str = "strict", marked: Sequence[float] = (6, 20)) -> Figure:
    """F1 of each method against the matching radius, one frame a class; the radii reported are marked."""
    radii, curves = sorted(table["radius"].unique()), radius_curves(table, matching)
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
            axes.plot(radii, f1[:, column], dashes, color=colour, label=method)
        axes.set(title=TITLES[label], xlabel="matching radius R (px)", ylim=(0, 1), xlim=(0, max(radii) + 1))
    grid[0].set_ylabel("F1")
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(curves))
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
    axes.set(xlabel="threshold (density, 0…255)", ylabel="F1 on validation", ylim=(0, 1.02), xlim=(0, 255), title=title)
    axes.legend(title="chosen threshold", loc="upper left", bbox_to_anchor=(1.0, 1.0))
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


SHOWN = (("Ki-67 index", CUT_OFFS[0]), ("TIL score", CUT_OFFS[2]))


def scores_scatter(patients: "pd.DataFrame", method: str = "") -> Figure:
    """Predicted against labelled scores of one method, the first if none is named; right categories lie in shaded squares."""
    own = patients[patients["method"] == (method or patients["method"].iloc[0])]
    figure = new_figure(WIDTH / 2 + 0.1)
    for axes, (title, cut) in zip(figure.subplots(1, 2), SHOWN, strict=True):
        truth, predicted = (own[f"{cut.measure}_{side}"].to_numpy(float) for side in ("truth", "predicted"))
        defined = ~np.isnan(truth + predicted)
        draw_scores(axes, truth[defined], predicted[defined], cut)
        axes.set_title(f"{title} by patient, cut-offs {cut.name}")
    return figure


def draw_scores(axes: Axes, truth: NDArray[np.float64], predicted: NDArray[np.float64], cut: CutOffs) -> None:
    """Points, the identity, and a shaded square for each category."""
    right = cut.categories(truth) == cut.categories(predicted)
    top = max(1.08 * max([*truth, *predicted, 0.0]), 1.25 * cut.high)
    for low, high in pairwise((0.0, cut.low, cut.high, top)):
        axes.fill_between([low, high], low, high, color="#eef3f7", linewidth=0)
    axes.plot([0, top], [0, top], color=PALE, linewidth=1)
    for kind, colour, name in ((right, METHOD_COLOURS[0], "right category"), (~right, "#D55E00", "wrong category")):
        axes.scatter(
            truth[kind], predicted[kind], s=26, color=colour, edgecolors="white", linewidths=0.6, clip_on=False,
            label=f"{name}: {kind.sum()}", zorder=3,
        )  # fmt: skip
    axes.set(xlim=(0, top), ylim=(0, top), aspect="equal", xlabel="from labels", ylabel="predicted")
    axes.grid(visible=False)
    axes.legend(loc="upper left", handletextpad=0.1)


@dataclass(frozen=True)
class Steps:
    """What one class's map goes through on its way to cells: the arrays that `pipeline` draws."""

    image: Picture
    density: NDArray[np.float32]
    mask: NDArray[np.bool_]
    distance: NDArray[np.float32]
    regions: NDArray[np.int32]
    cells: Cells


def pipeline(steps: Steps, left: int = 64, top: int = 64, side: int = 112) -> Figure:
    """The published way from a field to its cells, drawn from real arrays in a window that lets single cells be seen."""
    figure = new_figure(5.3)
    grid = figure.subplots(2, 3).ravel()
    ground = np.where(steps.mask, steps.distance, np.nan)
    drawings: tuple[tuple[str, NDArray[Any], dict[str, Any]], ...] = (
        ("1  field", steps.image, {"interpolation": "bilinear"}),
        ("2  density map", steps.density, {"cmap": "inferno", "vmin": 0, "vmax": 255}),
        ("3  threshold", steps.mask, {"cmap": "gray_r", "vmin": 0, "vmax": 1.6}),
        ("4  distance to the edge", ground, {"cmap": "viridis"}),
        ("5  watershed", _region_colours(steps.regions), {}),
        ("6  cells", steps.image, {"interpolation": "bilinear"}),
    )
    for axes, (title, values, how) in zip(grid, drawings, strict=True):
        axes.imshow(values, **{"interpolation": "nearest", **how})
        axes.set(title=title, xticks=[], yticks=[])
        axes.set(xlim=(left - 0.5, left + side - 0.5), ylim=(top + side - 0.5, top - 0.5))
        axes.grid(visible=False)
        axes.spines[:].set_visible(True)
    draw_cells(grid[5], steps.cells)
    cell_legend(figure, [steps.cells])
    return figure


def _region_colours(regions: NDArray[np.int32]) -> NDArray[np.float64]:
    """White ground and a colour a region, neighbours in number far apart in hue."""
    hue = (np.arange(regions.max() + 1) * 0.618034) % 1.0
    palette = mpl.colormaps["hsv"](hue)[:, :3] * 0.75 + 0.1
    palette[0] = 1.0
    return np.asarray(palette[regions], np.float64)
