"""Pictures of H&E patches: plates with their scores, weak labels beside what they were clicked on, how scores are spread."""

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ki67.cellularity.discs import CHANNELS, discs
from ki67.data.patches import KINDS, Patches
from ki67.figures.fields import plate, scale_bar, show_picture
from ki67.figures.palette import METHOD_COLOURS, NUCLEI
from ki67.figures.plots import WIDTH, legend_below, new_figure

UM_PER_PX = 1.0  # of a halved patch
BINS = np.arange(-0.025, 1.05, 0.05)  # around the twentieths that readers write


def painted(masks: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Masks (side, side, channel), or maps of probabilities, as a picture: each kind in its colour, on black.

    The paper's red and green would be one colour to some readers.
    """
    palette = np.zeros((len(CHANNELS), 3), dtype=np.float32)
    for kind, colour in NUCLEI.items():
        palette[kind] = np.multiply(to_rgb(colour), 255)
    return np.asarray(np.clip(masks @ palette, 0, 255), dtype=np.uint8)


def scored_plate(patches: Patches) -> Figure:
    """Patches side by side, each under its score."""
    return plate(list(patches.images), [f"score {score:.2f}" for score in patches.scores], um_per_px=UM_PER_PX)


def weak_labels(patches: Patches) -> Figure:
    """Patches above, the discs at their annotated centres below: the paper's Figure 3."""
    count = len(patches)
    figure = new_figure(2 * WIDTH / count + 0.35)
    grid = figure.subplots(2, count, squeeze=False)
    for column, (image, nuclei) in enumerate(zip(patches.images, patches.nuclei, strict=True)):
        show_picture(grid[0, column], image)
        scale_bar(grid[0, column], UM_PER_PX)
        show_picture(grid[1, column], painted(discs(nuclei)))
    keys = [Patch(color=colour, label=KINDS[kind]) for kind, colour in NUCLEI.items()]
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys))
    return figure


def score_distribution(parts: Mapping[str, Patches]) -> Figure:
    """How often each score was given, the parts stacked: the paper's Figure 6."""
    figure = new_figure(2.6)
    axes = figure.subplots()
    below = np.zeros(len(BINS) - 1)
    for (name, part), colour in zip(parts.items(), METHOD_COLOURS, strict=False):
        counts = np.histogram(part.scores, BINS)[0]
        axes.bar(BINS[:-1] + 0.025, counts, width=0.046, bottom=below, color=colour, label=f"{name}: {len(part)} patches")
        below += counts
    axes.set(xlabel="cellularity score", ylabel="number of patches", xlim=(-0.035, 1.035))
    legend_below(figure)
    return figure
