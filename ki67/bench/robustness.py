"""How far a shipped file holds when pictures differ from those it was trained on, and whether it is noticed."""

from collections.abc import Mapping, Sequence
from contextlib import closing

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ki67.cells.cells import CLASS_NAMES, Cells
from ki67.cells.outcomes import f1_by_class
from ki67.data.frames import FRAME, Frames
from ki67.engine.model import Model
from ki67.figures.palette import COLOURS, INK, PALE, TITLES
from ki67.figures.plots import legend_below, new_figure
from ki67.pictures.regions import Pixels
from ki67.score.appearance import measure_field, unfamiliar
from ki67.score.same_cells import LEAST, Likeness, cells_of, finder_of
from ki67.score.shifts import SHIFTS, Shift

# The tables' short names as an axis has them.
WRITTEN = {
    "both stains ×": "both stains, times their strength",
    "brown stain ×": "brown stain, times its strength",
    "blur, px": "blur, pixels",
    "size ×": "times the size",
}


def robustness(model: Model, whole: Model, frames: Frames, shifts: Sequence[Shift] = SHIFTS) -> pd.DataFrame:
    """For every step of every shift: F1 of each class at R = 6, the share of fields that would carry a warning, and F1 between
    the cells of a file and those of the whole network that it stands for.
    """
    rows = []
    with closing(finder_of(model)) as finder, closing(finder_of(whole)) as original:
        for shift in shifts:
            for step in shift.steps:
                changed = [shift.change(image, step) for image in frames.images]
                found, own = ([cells_of(one, image) for image in changed] for one in (finder, original))
                same = {f"same_{name}": value for name, value in f1_by_class(own, found).items()}
                rows.append({"shift": shift.name, "step": step, **judged(found, model.familiar, frames, changed), **same})
    return pd.DataFrame(rows)


def judged(
    found: Sequence[Cells], ranges: Mapping[str, tuple[float, float]], frames: Frames, images: Sequence[Pixels]
) -> dict[str, float]:
    """What is found in changed fields, against the cells that are there."""
    scaled = [cells.scaled(FRAME / image.shape[0], "network") for cells, image in zip(found, images, strict=True)]
    f1 = f1_by_class(frames.cells, scaled)
    warned = [bool(unfamiliar(measure_field(image, cells), ranges)) for image, cells in zip(images, found, strict=True)]
    return {f"f1_{name}": value for name, value in f1.items()} | {"warned": float(np.mean(warned))}


def likeness_table(found: Sequence[Likeness]) -> pd.DataFrame:
    """A row a view and class: how many cells both networks find, how many one alone, and whether they are the same."""
    rows = [
        {
            "view": like.view, "cells": CLASS_NAMES[like.label], "both": like.counts.tp, "network_alone": like.counts.fn,
            "file_alone": like.counts.fp, "f1": like.f1, "least": LEAST[like.label], "kept": like.kept,
        }
        for like in found
    ]  # fmt: skip
    return pd.DataFrame(rows)


def curves(table: pd.DataFrame, shifts: Sequence[Shift] = SHIFTS) -> Figure:
    """F1 and the share of warnings over each shift; a line where nothing is changed."""
    figure = new_figure(4.6)
    grid = figure.subplots(2, 3, sharey=True).ravel()
    for axes, shift in zip(grid, shifts, strict=False):
        rows = table[table["shift"] == shift.name]
        axes.axvline(shift.none, color=PALE, linewidth=0.8)
        for label, name in CLASS_NAMES.items():
            axes.plot(rows["step"], rows[f"f1_{name}"], "o-", markersize=3, color=COLOURS[label], label=TITLES[label])
        axes.plot(rows["step"], rows["warned"], ":", color=INK, label="share of the fields warned of")
        axes.set(xlabel=WRITTEN.get(shift.name, shift.name), ylim=(-0.03, 1.03))
    grid[0].set_ylabel("F1, or share")
    grid[3].set_ylabel("F1, or share")
    for axes in grid[len(shifts) :]:
        axes.set_axis_off()
    legend_below(figure)
    return figure
