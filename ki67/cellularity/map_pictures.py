"""Pictures of what a segmentation network says of a patch: the paper's Figures 4, 5, 7 and 8."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ki67.data.patches import MALIGNANT
from ki67.figures.fields import RING, Picture, scale_bar, show_picture
from ki67.figures.palette import METHOD_COLOURS, NUCLEI
from ki67.figures.plots import WIDTH, legend_below, new_figure, whole_epochs

if TYPE_CHECKING:
    import pandas as pd

Map = NDArray[np.float32]
UM_PER_PX = 1.0  # of a halved patch
DECODERS = {"fpn": "pyramid (FPN)", "unet": "U-Net"}
THRESHOLDS = (0.04, 0.16, 0.24, 0.5)  # four of those that features are made at


def draw_mask(axes: Axes, mask: NDArray[np.bool_]) -> None:
    """The edge of a mask of malignant nuclei, which lie open within it."""
    if mask.any() and not mask.all():
        for colour, width in RING:
            axes.contour(mask, levels=[0.5], colors=colour or NUCLEI[MALIGNANT], linewidths=width)


def draw_blobs(axes: Axes, blobs: NDArray[np.float32]) -> None:
    """Rows of x, y, sigma as rings of radius √2 sigma."""
    size = 2 * np.sqrt(2) * blobs[:, 2]
    for colour, width in RING:
        rings = EllipseCollection(
            size, size, np.zeros(len(size)), units="xy", offsets=blobs[:, :2], offset_transform=axes.transData,
            facecolors="none", edgecolors=colour or NUCLEI[MALIGNANT], linewidths=width,
        )  # fmt: skip
        axes.add_collection(rings)


def at_thresholds(image: Picture, activation: Map, blobs: Mapping[float, NDArray[np.float32]]) -> Figure:
    """One channel over its patch: above, what lies over each threshold (Figure 4), below, the blobs found at it (Figure 5)."""
    figure = new_figure(2 * (WIDTH / len(blobs) + 0.2))
    grid = figure.subplots(2, len(blobs), squeeze=False)
    for column, (threshold, found) in enumerate(blobs.items()):
        mask = activation > threshold
        show_picture(grid[0, column], image, f"over {threshold:g}: area {mask.mean():.1%}")
        draw_mask(grid[0, column], mask)
        show_picture(grid[1, column], image, f"at {threshold:g}: {len(found)} blobs")
        draw_blobs(grid[1, column], found)
    for axes in grid.ravel():
        axes.title.set_size(8)
    scale_bar(grid[0, 0], UM_PER_PX)
    return figure


def examples(
    images: Sequence[Picture],
    truths: Sequence[NDArray[np.bool_]],
    activations: Sequence[Map],
    blobs: Sequence[NDArray[np.float32]],
) -> Figure:
    """The paper's Figure 7, a row a patch: the patch, the labelled discs over it, the activation, and the blobs in that."""
    count = len(images)
    figure = new_figure(count * WIDTH / 4 + 0.3)
    grid = figure.subplots(count, 4, squeeze=False)
    for row, image, truth, activation, found in zip(grid, images, truths, activations, blobs, strict=True):
        for axes in (row[0], row[1], row[3]):
            show_picture(axes, image)
        draw_mask(row[1], truth)
        row[2].imshow(activation, cmap="inferno", vmin=0, vmax=1, interpolation="nearest")
        row[2].set_axis_off()
        draw_blobs(row[3], found)
        scale_bar(row[0], UM_PER_PX)
    for axes, title in zip(grid[0], ("patch", "weak labels", "activation", "blobs"), strict=True):
        axes.set_title(title)
    return figure


def jaccard_curves(curves: Mapping[str, "pd.DataFrame"]) -> Figure:
    """The paper's Figure 8: the index on validation patches after every epoch, a line a network."""
    figure = new_figure(2.7)
    axes = figure.subplots()
    for (name, curve), colour in zip(curves.items(), METHOD_COLOURS, strict=False):
        last = curve["validation_jaccard"].iloc[-1]
        axes.plot(curve["epoch"], curve["validation_jaccard"], "o-", markersize=3, color=colour,
                  label=f"{DECODERS.get(name, name)}, last epoch: {last:.2f}")  # fmt: skip
    axes.set(xlabel="epoch", ylabel="Jaccard index of nuclei", ylim=(0, None))
    whole_epochs(axes)
    legend_below(figure)
    return figure
