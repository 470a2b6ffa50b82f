"""Figure 3 and Table 3 as pictures: a field with its masks and the network's certainty, and matrices of categories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ki67.cells.agreement import Floats
from ki67.cells.scores import CATEGORIES
from ki67.figures.fields import show_picture
from ki67.figures.plots import INK, WIDTH, new_figure
from ki67.masks.comparison import Bench
from ki67.masks.entrants import UNET, as_masks
from ki67.masks.judged import JudgedSplit
from ki67.masks.pixels import CLASSES

ACROSS = 3  # matrices in a row


@dataclass(frozen=True, eq=False)
class Example:
    """A field as Figure 3 has it; the heat is how sure the network is of a positive cell."""

    title: str
    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    predicted: NDArray[np.uint8]
    heat: NDArray[np.float32]


def near_middle_far(bench: Bench) -> list[int]:
    """The places of three fields by how far the U-Net's index is off: the nearest, one in the middle, the farthest."""
    off = np.abs(bench.error(UNET))
    order = np.argsort(off, kind="stable")[: int(np.isfinite(off).sum())]  # what is not defined stands last
    return [int(order[place]) for place in (0, len(order) // 2, -1)] if len(order) else []


def example(judged: JudgedSplit, place: int, shares: NDArray[np.float32]) -> Example:
    """A test field by its place among them; `shares` are the network's three maps."""
    test, bench = judged.sides["test"], judged.benches["annotated"]
    title = f"index {bench.truth[place]:.0%} by labels, {bench.found[UNET][place]:.0%} by the U-Net"
    predicted = as_masks(judged.predicted["test"][place])
    return Example(title, test.images[place], test.masks[place], predicted, shares[..., CLASSES.index("positive")])


def predictions(examples: Sequence[Example]) -> Figure:
    """A row a field: the picture, the mask that was taught, the mask that was predicted, and the heat map."""
    figure = new_figure(len(examples) * (WIDTH / 4 + 0.25))
    for number, (axes, example) in enumerate(zip(figure.subplots(len(examples), 4, squeeze=False), examples, strict=True)):
        titles = ("field", "true mask", "predicted mask", "heat map: Ki-67+") if number == 0 else ("",) * 4
        show_picture(axes[0], example.image, titles[0])
        for place, mask in ((1, example.mask), (2, example.predicted)):
            _draw(axes[place], mask, titles[place], "gray", 255)
        _draw(axes[3], example.heat, titles[3], "inferno", 1)
        axes[0].text(6, 248, example.title, color="white", fontsize=7.5, bbox={"facecolor": INK, "pad": 2, "linewidth": 0})
    return figure


def _draw(axes: Axes, values: NDArray[np.uint8] | NDArray[np.float32], title: str, colours: str, top: float) -> None:
    axes.imshow(values, cmap=colours, vmin=0, vmax=top, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title)


def matrices(tables: Mapping[str, Floats]) -> Figure:
    """Fields by true and found category, a matrix a method; the darker, the larger the share of its row."""
    rows = -(-len(tables) // ACROSS)
    figure = new_figure(rows * 2.35)
    grid = figure.subplots(rows, ACROSS, squeeze=False).ravel()
    for axes, (title, table) in zip(grid, tables.items(), strict=False):
        _matrix(axes, title, table)
    for axes in grid[len(tables) :]:
        axes.set_axis_off()
    return figure


def _matrix(axes: Axes, title: str, table: Floats) -> None:
    shares = table / np.maximum(table.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1.25)
    for (row, column), count in np.ndenumerate(table):
        colour = "white" if shares[row, column] > 0.6 else INK
        axes.text(column, row, f"{count:.0f}", ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(CATEGORIES)), CATEGORIES)
    axes.set_yticks(range(len(CATEGORIES)), CATEGORIES)
    axes.set(title=title, xlabel="found", ylabel="true")
    axes.grid(visible=False)
