"""Pictures of fields with the cells in them: panels, plates, and the way from a map to its cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from ki67.cells.cells import LABELS, Cells
from ki67.figures.palette import COLOURS, METHOD_COLOURS, TITLES
from ki67.figures.plots import WIDTH, new_figure

RING_RADIUS = {"network": 5.5, "image": 26.0}
RING = (("white", 1.6), (None, 0.9))  # the class's colour on a white line: seen on any stain, and the nucleus within it
BARS_UM = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)  # lengths of scale bars

Picture = NDArray[np.uint8]


def show_picture(axes: Axes, picture: Picture | NDArray[np.float32], title: str = "") -> None:
    """A picture without ticks or frame."""
    axes.imshow(picture, interpolation="bilinear")
    axes.set_axis_off()
    axes.set_title(title)


def scale_bar(axes: Axes, um_per_px: float) -> None:
    """How long some round number of micrometres is, in the lower right corner of what the axes show."""
    left, right = axes.get_xlim()
    width = abs(right - left) * um_per_px
    length = max((bar for bar in BARS_UM if bar <= width / 2.2), default=BARS_UM[0])
    text = f"{length} µm" if length < 1000 else f"{length // 1000} mm"
    ends = (0.95 - length / width, 0.95)
    halo = [withStroke(linewidth=3.4, foreground="white")]
    axes.plot(ends, (0.06, 0.06), transform=axes.transAxes, color="black", linewidth=2, solid_capstyle="butt",
              path_effects=halo, scalex=False, scaley=False)  # fmt: skip
    axes.text(sum(ends) / 2, 0.08, text, transform=axes.transAxes, ha="center", va="bottom", fontsize=7, color="black",
              path_effects=[withStroke(linewidth=2, foreground="white")])  # fmt: skip


def draw_cells(axes: Axes, cells: Cells) -> None:
    """A ring round every cell, in its class's colour on a white one so that it shows on any stain."""
    diameter = 2 * RING_RADIUS[cells.frame]
    for label in LABELS:
        xy = cells.of(label).xy
        if len(xy) == 0:
            continue
        for colour, width in RING:
            size = np.full(len(xy), diameter)
            rings = EllipseCollection(
                size, size, np.zeros(len(xy)), units="xy", offsets=xy, offset_transform=axes.transData,
                facecolors="none", edgecolors=colour or COLOURS[label], linewidths=width,
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


def of_several_patients(cells: Sequence[Cells], patients: Sequence[str], count: int = 3) -> list[int]:
    """The fields to show, from few cells to many, no two of one patient: stains differ from patient to patient.

    With fewer patients than fields asked for, one field of each.
    """
    ranked, shown = sorted(range(len(cells)), key=lambda place: len(cells[place])), list[int]()
    for part in range(1, count + 1):
        wanted = len(ranked) * part // (count + 1)
        others = [rank for rank, place in enumerate(ranked) if patients[place] not in {patients[one] for one in shown}]
        shown += [ranked[min(others, key=lambda rank: abs(rank - wanted))]] if others else []
    return shown


def panels(
    images: Sequence[Picture], truths: Sequence[Cells], predictions: Sequence[Cells], um_per_px: float | None = None
) -> Figure:
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
        if um_per_px:
            scale_bar(row[0], um_per_px)
    cell_legend(figure, [*truths, *predictions])
    return figure


def plate(images: Sequence[Picture], titles: Sequence[str] = (), columns: int = 4, um_per_px: float | None = None) -> Figure:
    """A plate of fields side by side, all at one scale."""
    rows = -(-len(images) // columns)
    figure = new_figure(rows * (WIDTH / columns + (0.2 if titles else 0.0)))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, image, title in zip(grid, images, titles or [""] * len(images), strict=False):
        show_picture(axes, image, title)
        if um_per_px:
            scale_bar(axes, um_per_px)
    return figure


def fullest_part(image: Picture, cells: Cells, side: int) -> Picture:
    """The square of a picture that holds most of its cells: what is worth seeing at full size."""
    lasts = [max(extent - side, 0) for extent in image.shape[:2]]
    corners = [(y, x) for y in range(0, lasts[0] + 1, side // 4) for x in range(0, lasts[1] + 1, side // 4)]
    x, y = cells.xy.T

    def held(corner: tuple[int, int]) -> int:
        top, left = corner
        return int(((y >= top) & (y < top + side) & (x >= left) & (x < left + side)).sum())

    top, left = max(corners, key=held)
    return image[top : top + side, left : left + side]


@dataclass(frozen=True)
class Steps:
    """What one class's map goes through on its way to cells: the arrays that `pipeline` draws."""

    image: Picture
    density: NDArray[np.float32]
    mask: NDArray[np.bool_]
    distance: NDArray[np.float32]
    regions: NDArray[np.int32]
    cells: Cells


def pipeline(steps: Steps, left: int = 64, top: int = 64, side: int = 112, um_per_px: float | None = None) -> Figure:
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
    if um_per_px:
        scale_bar(grid[0], um_per_px)
    cell_legend(figure, [steps.cells])
    return figure


def _region_colours(regions: NDArray[np.int32]) -> NDArray[np.float64]:
    """White ground and a colour a region, other than that of the next in number."""
    palette = np.array([(1.0, 1.0, 1.0), *map(to_rgb, METHOD_COLOURS)])
    return np.asarray(palette[np.where(regions > 0, 1 + regions % len(METHOD_COLOURS), 0)], np.float64)
