"""How the app's network learns, epoch by epoch, beside what no network at all would score."""

import pandas as pd
from matplotlib.figure import Figure

from ki67.figures.palette import METHOD_COLOURS, PALE
from ki67.figures.plots import legend_below, new_figure, whole_epochs
from ki67.masks.training_summary import Trained


def learning_curve(curve: pd.DataFrame, told: Trained) -> Figure:
    """The loss, and the figure that chooses the epoch: a dot at the one that is kept, a line where all is called background."""
    figure = new_figure(2.8)
    axes = figure.subplots()
    axes.plot(curve["epoch"], curve["loss"], color=METHOD_COLOURS[1], label="Dice loss, training")
    axes.plot(curve["epoch"], curve["validation_iou"], color=METHOD_COLOURS[0], label="IoU, validation")
    axes.plot(told.best_epoch, told.iou, "o", color=METHOD_COLOURS[0], markersize=6, markeredgecolor="white")
    axes.axhline(told.iou_all_background, color=PALE, linestyle=":", label="IoU where all is background")
    axes.set(xlabel="epoch", ylabel="Dice loss, or IoU", ylim=(0, 1))
    whole_epochs(axes)
    legend_below(figure)
    return figure
