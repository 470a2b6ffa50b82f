"""What an IHC field measures: its tissue, its two stains, other colours, sharpness, nuclei; and whether training saw such."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import Cells
from ki67.pictures.domain import DENSITY, Range, outside
from ki67.pictures.regions import Pixels

# Measured middle directions of haematoxylin and DAB over several laboratories.
STAINS = np.array([[0.65, 0.69, 0.31], [0.27, 0.57, 0.78]], np.float32)
UNMIXING = np.linalg.pinv(STAINS / np.linalg.norm(STAINS, axis=1, keepdims=True))
TISSUE = 0.12  # mean optical density above the picture's own white
LITTLE = 0.005  # share of tissue below which a picture has none
REACH = 10  # pixels round a nucleus


@dataclass(frozen=True)
class FieldAppearance:
    """A picture in numbers, or a window of it, at the network's scale."""

    tissue: float  # share of the picture
    haematoxylin: float  # optical densities that a twentieth of the tissue exceeds
    dab: float
    green: float  # the part of all density that green light meets: what pink, red or green stains change
    sharpness: float  # mean change from pixel to pixel, as a share of the mean density
    nucleus: float  # radius of the middle nucleus in pixels, nan without cells


WARNINGS = {  # where a number is below and above what training saw
    "haematoxylin": ("the blue stain is paler than in training", "the blue stain is darker than in training"),
    "dab": ("less brown than in training", "the brown stain is darker than in training"),
    "green": ("other colours than blue and brown", "other colours than blue and brown"),
    "sharpness": ("blurred", "sharper or noisier than in training"),
    "nucleus": (
        "nuclei are smaller than in training: check the µm/px",
        "nuclei are larger than in training: check the µm/px",
    ),
}


def measure_field(pixels: Pixels, cells: Cells) -> FieldAppearance:
    """Measure a picture, or a window of it."""
    white = np.percentile(pixels[::4, ::4].reshape(-1, 3), 98, axis=0).astype(np.uint8)
    density = np.maximum(DENSITY[pixels] - DENSITY[white], 0)
    grey = density.mean(axis=2)
    inside = grey > TISSUE
    share = float(inside.mean())
    if share == 0.0:
        return FieldAppearance(0.0, *[float("nan")] * 5)
    found = density[inside]
    blue, brown = np.percentile(found @ UNMIXING, 95, axis=0)
    green = float(np.percentile(found[:, 1] / found.sum(axis=1), 90))
    change = float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
    sharpness = change / float(grey.mean())
    return FieldAppearance(share, float(blue), float(brown), green, sharpness, nuclear_radius(grey, cells))


def nuclear_radius(grey: NDArray[np.float32], cells: Cells) -> float:
    """The median radius at which the density round a cell has fallen half-way from its middle to the palest ring."""
    x, y = np.rint(cells.xy).astype(int).T
    height, width = grey.shape
    roomy = (x >= REACH) & (x < width - REACH) & (y >= REACH) & (y < height - REACH)
    if not roomy.any():
        return float("nan")
    rows, columns = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1]
    ring = np.rint(np.hypot(rows, columns)).astype(int)
    around = grey[y[roomy][:, None, None] + rows, x[roomy][:, None, None] + columns]
    profile = np.stack([around[:, ring == r].mean(axis=1) for r in range(REACH + 1)], axis=1)
    half = (profile[:, :2].mean(axis=1) + profile.min(axis=1)) / 2
    return float(np.median((profile < half[:, None]).argmax(axis=1)))


def unfamiliar(found: FieldAppearance, ranges: Mapping[str, Range]) -> list[str]:
    """In what a picture is unlike those of training."""
    return ["hardly any tissue"] if found.tissue < LITTLE else outside(found, ranges, WARNINGS)
