"""Pictures of H&E patches: plates with their scores, weak labels beside what they were clicked on, how scores are spread."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ki67.cellularity.discs import CHANNELS, discs
from ki67.data.patches import KINDS, LYMPHOCYTE, MALIGNANT, NORMAL, Patches
from ki67.figures.fields import plate, show_picture
from ki67.figures.plots import METHOD_COLOURS, WIDTH, new_figure

# The paper's colours: malignant red, normal green, lymphocyte blue; the ground is black.
COLOURS = {MALIGNANT: (232, 64, 60), NORMAL: (64, 190, 90), LYMPHOCYTE: (70, 130, 255)}
BINS = np.arange(-0.025, 1.05, 0.05)  # around the twentieths that readers write


def painted(masks: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Masks (side, side, channel), or maps of probabilities, as a picture in the paper's colours."""
    palette = np.zeros((len(CHANNELS), 3), dtype=np.float32)
    for kind, colour in COLOURS.items():
        palette[kind] = colour
    return np.asarray(np.clip(masks @ palette, 0, 255), dtype=np.uint8)


def scored_plate(patches: Patches) -> Figure:
    """Patches side by side, each under its score."""
    return plate(list(patches.images), [f"{score:.2f}" for score in patches.scores])


def weak_labels(patches: Patches) -> Figure:
    """Patches above, the discs at their annotated centres below: the paper's Figure 3."""
    count = len(patches)
    figure = new_figure(2 * WIDTH / count + 0.35)
    grid = figure.subplots(2, count, squeeze=False)
    for column, (image, nuclei) in enumerate(zip(patches.images, patches.nuclei, strict=True)):
        show_picture(grid[0, column], image)
        show_picture(grid[1, column], painted(discs(nuclei)))
    keys = [Patch(color=np.array(COLOURS[kind]) / 255, label=KINDS[kind]) for kind in COLOURS]
    figure.legend(handles=keys, loc="outside lower center", ncols=len(keys))
    return figure


def score_distribution(parts: Mapping[str, Patches]) -> Figure:
    """How often each score was given, the parts stacked: the paper's Figure 6."""
    figure = new_figure(2.6)
    axes = figure.subplots()
    below = np.zeros(len(BINS) - 1)
    for (name, part), colour in zip(parts.items(), METHOD_COLOURS, strict=False):
        counts = np.histogram(part.scores, BINS)[0]
        axes.bar(BINS[:-1] + 0.025, counts, width=0.046, bottom=below, color=colour, label=f"{name}: {len(part)}")
        below += counts
    axes.set(xlabel="cellularity score", ylabel="patches", xlim=(-0.035, 1.035))
    axes.legend()
    return figure
