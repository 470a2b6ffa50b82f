"""Pictures of fields with the cells in them: panels, plates, and the way from a map to its cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ki67.cells.cells import LABELS, Cells
from ki67.figures.plots import COLOURS, TITLES, WIDTH, new_figure

RING_RADIUS = {"network": 5.5, "image": 26.0}

Picture = NDArray[np.uint8]


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
