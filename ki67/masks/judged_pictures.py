"""Figure 3 and Table 3 as pictures: a field with its masks and the network's certainty, and matrices of categories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ki67.cells.agreement import Floats
from ki67.cells.cells import NEGATIVE, POSITIVE
from ki67.cells.scores import CATEGORIES
from ki67.figures.fields import scale_bar, show_picture
from ki67.figures.palette import COLOURS, INK, TITLES
from ki67.figures.plots import WIDTH, new_figure
from ki67.masks.categories import TEN_TWENTY
from ki67.masks.entrants import UNET, as_masks
from ki67.masks.judged import JudgedSplit
from ki67.masks.lost import MANY
from ki67.masks.pictures import PALED, in_colour
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


def near_middle_far(judged: JudgedSplit) -> list[int]:
    """The places of three test fields by how far the U-Net's index is off the labels': the nearest, one between, the farthest.

    Of fields with cells enough and an index that is not low: of the others there is little to see. The one between is
    of another patient, where there is one.
    """
    test, bench = judged.sides["test"], judged.benches["annotated"]
    off = np.abs(bench.error(UNET))
    shown = np.isfinite(off) & (test.annotated.sum(1) >= MANY) & (bench.truth >= TEN_TWENTY.low)
    order = np.argsort(off, kind="stable")
    chosen = order[shown[order]].tolist()
    if not chosen:
        return []
    near, far = chosen[0], chosen[-1]
    between = [place for place in chosen if test.patients[place] not in {test.patients[near], test.patients[far]}] or chosen
    return [near, between[len(between) // 2], far]


def example(judged: JudgedSplit, place: int, shares: NDArray[np.float32]) -> Example:
    """A test field by its place among them; `shares` are the network's three maps."""
    test, bench = judged.sides["test"], judged.benches["annotated"]
    title = f"labels {bench.truth[place]:.0%}, U-Net {bench.found[UNET][place]:.0%}"
    predicted = as_masks(judged.predicted["test"][place])
    return Example(title, test.images[place], test.masks[place], predicted, shares[..., CLASSES.index("positive")])


def predictions(examples: Sequence[Example], um_per_px: float | None = None) -> Figure:
    """A row a field: the picture with its index, the mask that was taught, the mask that was predicted, and the heat map."""
    rows = max(len(examples), 1)
    figure = new_figure(rows * (WIDTH / 4 + 0.25) + 0.3)
    for axes, shown in zip(figure.subplots(rows, 4, squeeze=False), examples, strict=False):
        show_picture(axes[0], shown.image, shown.title)
        if um_per_px:
            scale_bar(axes[0], um_per_px)
        show_picture(axes[1], in_colour(shown.mask), "true mask")
        show_picture(axes[2], in_colour(shown.predicted), "predicted mask")
        axes[3].imshow(shown.heat, cmap="inferno", vmin=0, vmax=1, interpolation="nearest")
        axes[3].set_axis_off()
        axes[3].set_title("heat map: Ki-67+")
    keys = [Patch(color=COLOURS[label], alpha=PALED, label=TITLES[label]) for label in (POSITIVE, NEGATIVE)]
    figure.legend(handles=keys, loc="outside lower center", ncols=2)
    return figure


def matrices(tables: Mapping[str, Floats]) -> Figure:
    """Fields by true and found category, a matrix a method; the darker, the larger the share of its row."""
    rows = -(-len(tables) // ACROSS)
    figure = new_figure(rows * 2.5)
    grid = figure.subplots(rows, ACROSS, squeeze=False).ravel()
    for axes, (title, table) in zip(grid, tables.items(), strict=False):
        _matrix(axes, title, table)
    for axes in grid[len(tables) :]:
        axes.set_axis_off()
    return figure


def _matrix(axes: Axes, title: str, table: Floats) -> None:
    shares = table / np.maximum(table.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap="Purples", vmin=0, vmax=1.25)
    for (row, column), count in np.ndenumerate(table):
        colour = "white" if shares[row, column] > 0.6 else INK
        axes.text(column, row, f"{count:.0f}", ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(CATEGORIES)), CATEGORIES)
    axes.set_yticks(range(len(CATEGORIES)), CATEGORIES)
    axes.set(title=title, xlabel="category found", ylabel="true category")
    axes.grid(visible=False)
