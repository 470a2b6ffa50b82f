"""How far a network holds when pictures differ from those it was trained on, and whether it is noticed."""

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image, ImageFilter

from ki67.cells.cells import CLASS_NAMES, Cells
from ki67.cells.outcomes import f1_by_class
from ki67.data.frames import FRAME, Frames
from ki67.engine.model import Model
from ki67.figures.plots import COLOURS, METHOD_COLOURS, TITLES, new_figure
from ki67.pictures.decoded import Decoded
from ki67.pictures.domain import DENSITY
from ki67.pictures.regions import Pixels
from ki67.score.appearance import UNMIXING, measure_field, unfamiliar
from ki67.score.sliding import Finder, put_together

AS_IT_IS = 1.0  # one scale for pictures and network: nothing is reduced
Change = Callable[[Pixels, float], Pixels]


def stain(pixels: Pixels, factor: float) -> Pixels:
    """Both stains so many times as strong."""
    return _shown(DENSITY[pixels] * np.float32(factor))


def brown(pixels: Pixels, factor: float) -> Pixels:
    """Only the brown stain so many times as strong: what a longer or shorter development gives."""
    density = DENSITY[pixels]
    amount = np.maximum(density @ UNMIXING, 0)[..., 1:]
    direction = np.linalg.pinv(UNMIXING)[1]
    return _shown(density + (factor - 1) * amount * direction.astype(np.float32))


def _shown(density: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> Pixels:
    return np.clip(np.rint(255 * 10.0 ** -np.maximum(density, 0)), 0, 255).astype(np.uint8)


def blur(pixels: Pixels, sigma: float) -> Pixels:
    """Out of focus by so many pixels of the network's frame."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(sigma))) if sigma else pixels


def scale(pixels: Pixels, factor: float) -> Pixels:
    """As if the µm/px were wrong by a factor: the whole field so many times as large."""
    side = round(FRAME * factor)
    return np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC))


def jpeg(pixels: Pixels, quality: float) -> Pixels:
    """Stored as JPEG of a quality, after it was reduced: harder on it than on the whole field."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=int(quality))
    return np.asarray(Image.open(stream).convert("RGB"))


@dataclass(frozen=True)
class Shift:
    """A change in steps; at `none` it changes nothing."""

    name: str
    change: Change
    steps: tuple[float, ...]
    none: float


SHIFTS = (
    Shift("both stains ×", stain, (0.4, 0.6, 0.8, 1.0, 1.25, 1.6, 2.0), 1.0),
    Shift("brown stain ×", brown, (0.25, 0.5, 0.75, 1.0, 1.5, 2.0), 1.0),
    Shift("blur, px", blur, (0.0, 0.5, 1.0, 1.5, 2.0, 3.0), 0.0),
    Shift("size ×", scale, (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0), 1.0),
    Shift("JPEG quality", jpeg, (10, 20, 40, 60, 80, 95), 95),
)


def robustness(model: Model, frames: Frames, shifts: Sequence[Shift] = SHIFTS) -> pd.DataFrame:
    """F1 of each class at R = 6, and the share of fields that would carry a warning, for every step of every shift."""
    rows = []
    with closing(Finder(model.network("float32", lambda: frames.images[:8]), model.detector)) as finder:
        for shift in shifts:
            for step in shift.steps:
                changed = [shift.change(image, step) for image in frames.images]
                rows.append({"shift": shift.name, "step": step, **judged(finder, model.familiar, frames, changed)})
    return pd.DataFrame(rows)


def judged(
    finder: Finder, ranges: Mapping[str, tuple[float, float]], frames: Frames, images: Sequence[Pixels]
) -> dict[str, float]:
    """What is found in changed fields, against the cells that are there."""
    found = [cells_of(finder, image) for image in images]
    same = [cells.scaled(FRAME / image.shape[0], "network") for cells, image in zip(found, images, strict=True)]
    f1 = f1_by_class(frames.cells, same)
    warned = [bool(unfamiliar(measure_field(image, cells), ranges)) for image, cells in zip(images, found, strict=True)]
    return {f"f1_{name}": value for name, value in f1.items()} | {"warned": float(np.mean(warned))}


def cells_of(finder: Finder, image: Pixels) -> Cells:
    """The cells of a field of any size."""
    return put_together(finder.windows(Decoded(image, AS_IT_IS), AS_IT_IS))


def curves(table: pd.DataFrame, shifts: Sequence[Shift] = SHIFTS) -> Figure:
    """F1 and the share of warnings over each shift; a line where nothing is changed."""
    figure = new_figure(4.6)
    grid = figure.subplots(2, 3, sharey=True).ravel()
    for axes, shift in zip(grid, shifts, strict=False):
        rows = table[table["shift"] == shift.name]
        axes.axvline(shift.none, color="#b8b8b8", linewidth=0.8)
        for label, name in CLASS_NAMES.items():
            axes.plot(rows["step"], rows[f"f1_{name}"], "o-", markersize=3, color=COLOURS[label], label=TITLES[label])
        axes.plot(rows["step"], rows["warned"], ":", color=METHOD_COLOURS[2], label="warned of")
        axes.set(xlabel=shift.name, ylim=(0, 1.02))
    grid[0].set_ylabel("F1, share warned of")
    grid[3].set_ylabel("F1, share warned of")
    for axes in grid[len(shifts) :]:
        axes.set_axis_off()
    figure.legend(*grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure
