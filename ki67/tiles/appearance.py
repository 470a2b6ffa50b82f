"""What a tile of an H&E section measures: its tissue, its two stains, other colours, sharpness; and whether training saw such."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.pictures.domain import DENSITY, Range, outside
from ki67.pictures.regions import Pixels

# Middle directions of haematoxylin and eosin.
STAINS = np.array([[0.65, 0.70, 0.29], [0.17, 0.90, 0.40]], np.float32)
STAINS = STAINS / np.linalg.norm(STAINS, axis=1, keepdims=True)
UNMIXING = np.linalg.pinv(STAINS).astype(np.float32)
# Both stains take more green light than either red or blue. Glass, shadow, pen and a black border do not.
STAINED = 0.05
ENOUGH = 0.05  # share of tissue from which a tile is scored


@dataclass(frozen=True)
class TileAppearance:
    """A tile in numbers; all but the first are nan where there is no tissue."""

    tissue: float  # share of the pixels
    haematoxylin: float  # optical densities that a twentieth of the tissue exceeds
    eosin: float
    foreign: float  # the part of all density that neither stain explains
    sharpness: float  # mean change from pixel to pixel, as a share of the mean density


WARNINGS = {  # where a number is below and above what training saw
    "haematoxylin": ("the blue stain is paler than in training", "the blue stain is darker than in training"),
    "eosin": ("the pink stain is paler than in training", "the pink stain is darker than in training"),
    "foreign": ("", "other colours than blue and pink"),
    "sharpness": ("blurred", "sharper or noisier than in training"),
}


def stained(pixels: Pixels) -> NDArray[np.bool_]:
    """Where there is tissue."""
    density = DENSITY[pixels]
    return np.asarray(density[..., 1] - np.minimum(density[..., 0], density[..., 2]) > STAINED)


def measure_tile(pixels: Pixels) -> TileAppearance:
    """Measure a tile."""
    inside = stained(pixels)
    share = float(inside.mean())
    if share == 0.0:
        return TileAppearance(0.0, *[math.nan] * 4)
    density = DENSITY[pixels]
    found = density[inside]
    amounts = found @ UNMIXING
    blue, pink = np.percentile(amounts, 95, axis=0)
    foreign = float(np.abs(found - amounts @ STAINS).sum() / found.sum())
    grey = density.mean(axis=2)
    change = np.abs(np.diff(grey, axis=0))[inside[1:]].sum() + np.abs(np.diff(grey, axis=1))[inside[:, 1:]].sum()
    return TileAppearance(share, float(blue), float(pink), foreign, float(change / grey[inside].sum()))


def unfamiliar(found: TileAppearance, ranges: Mapping[str, Range]) -> list[str]:
    """In what a picture is unlike those of training."""
    return outside(found, ranges, WARNINGS)
