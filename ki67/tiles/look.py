"""What a tile of an H&E section measures: its tissue, its two stains, other colours, sharpness; and whether training saw such."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ki67.scoring.familiarity import DENSITY, ROOM, Range
from ki67.scoring.pixels import Pixels

# Middle directions of haematoxylin and eosin.
STAINS = np.array([[0.65, 0.70, 0.29], [0.17, 0.90, 0.40]], np.float32)
STAINS = STAINS / np.linalg.norm(STAINS, axis=1, keepdims=True)
UNMIXING = np.linalg.pinv(STAINS).astype(np.float32)
# Both stains take more green light than either red or blue. Glass, shadow, pen and a black border do not.
STAINED = 0.05
ENOUGH = 0.05  # share of tissue from which a tile is scored


@dataclass(frozen=True)
class Look:
    """A tile in numbers; all but the first are nan where there is no tissue."""

    tissue: float  # share of the pixels
    haematoxylin: float  # optical densities that a twentieth of the tissue exceeds
    eosin: float
    foreign: float  # the part of all density that neither stain explains
    sharpness: float  # mean change from pixel to pixel, as a share of the mean density


LOW_AND_HIGH = {
    "haematoxylin": ("the blue stain is paler than in training", "the blue stain is darker than in training"),
    "eosin": ("the pink stain is paler than in training", "the pink stain is darker than in training"),
    "foreign": ("", "other colours than blue and pink"),
    "sharpness": ("blurred", "sharper or noisier than in training"),
}


def stained(pixels: Pixels) -> NDArray[np.bool_]:
    """Where there is tissue."""
    density = DENSITY[pixels]
    return np.asarray(density[..., 1] - np.minimum(density[..., 0], density[..., 2]) > STAINED)


def look(pixels: Pixels) -> Look:
    """Measure a tile."""
    inside = stained(pixels)
    share = float(inside.mean())
    if share == 0.0:
        return Look(0.0, *[math.nan] * 4)
    density = DENSITY[pixels]
    found = density[inside]
    amounts = found @ UNMIXING
    blue, pink = np.percentile(amounts, 95, axis=0)
    foreign = float(np.abs(found - amounts @ STAINS).sum() / found.sum())
    grey = density.mean(axis=2)
    change = np.abs(np.diff(grey, axis=0))[inside[1:]].sum() + np.abs(np.diff(grey, axis=1))[inside[:, 1:]].sum()
    return Look(share, float(blue), float(pink), foreign, float(change / grey[inside].sum()))


def together(looks: Sequence[Look]) -> Look:
    """A picture's look from those of its tiles, each weighed by its tissue."""
    table = np.array([astuple(one) for one in looks])
    weight = table[:, :1]
    if not weight.any():
        return Look(0.0, *[math.nan] * 4)
    mean = (np.nan_to_num(table[:, 1:]) * weight).sum(axis=0) / weight.sum()
    return Look(float(weight.mean()), *mean.tolist())


def familiar(looks: Sequence[Look]) -> dict[str, Range]:
    """What training patches are like: the middle 98 % of each number, and a little room."""
    ranges = {}
    for field in fields(Look)[1:]:
        low, high = np.nanpercentile([getattr(one, field.name) for one in looks], [1, 99]).tolist()
        ranges[field.name] = (low - ROOM * (high - low), high + ROOM * (high - low))
    return ranges


def unlike(found: Look, ranges: Mapping[str, Range]) -> list[str]:
    """In what a picture is unlike those of training."""
    said = []
    for name, (when_low, when_high) in LOW_AND_HIGH.items():
        value, (low, high) = getattr(found, name), ranges.get(name, (-math.inf, math.inf))
        said += [when_low] * (value < low) + [when_high] * (value > high)
    return [text for text in said if text]
