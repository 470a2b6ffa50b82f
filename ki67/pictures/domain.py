"""Whether a picture is like those that a network was trained on: its stains, its sharpness, the size of its nuclei."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import Cells
from ki67.pictures.regions import Pixels

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DENSITY = -np.log10(np.maximum(np.arange(256), 1) / 255).astype(np.float32)
# Measured middle directions of haematoxylin and DAB over several laboratories.
STAINS = np.array([[0.65, 0.69, 0.31], [0.27, 0.57, 0.78]], np.float32)
UNMIXING = np.linalg.pinv(STAINS / np.linalg.norm(STAINS, axis=1, keepdims=True))
TISSUE = 0.12  # mean optical density above the picture's own white
LITTLE = 0.005  # share of tissue below which a picture has none
ROOM = 0.1  # how far beyond the middle 98 % of training pictures is still familiar, as a part of their width
REACH = 10  # pixels round a nucleus
Range = tuple[float, float]
Seen = TypeVar("Seen", bound="DataclassInstance")  # a picture of whatever stain in numbers, its share of tissue first


@dataclass(frozen=True)
class Look:
    """A picture in numbers, at the network's scale."""

    tissue: float  # share of the picture
    haematoxylin: float  # optical densities that a twentieth of the tissue exceeds
    dab: float
    green: float  # the part of all density that green light meets: what pink, red or green stains change
    sharpness: float  # mean change from pixel to pixel, as a share of the mean density
    nucleus: float  # radius of the middle nucleus in pixels, nan without cells


LOW_AND_HIGH = {
    "haematoxylin": ("the blue stain is paler than in training", "the blue stain is darker than in training"),
    "dab": ("less brown than in training", "the brown stain is darker than in training"),
    "green": ("other colours than blue and brown", "other colours than blue and brown"),
    "sharpness": ("blurred", "sharper or noisier than in training"),
    "nucleus": (
        "nuclei are smaller than in training: check the µm/px",
        "nuclei are larger than in training: check the µm/px",
    ),
}


def look(pixels: Pixels, cells: Cells) -> Look:
    """Measure a picture, or a window of it."""
    white = np.percentile(pixels[::4, ::4].reshape(-1, 3), 98, axis=0).astype(np.uint8)
    density = np.maximum(DENSITY[pixels] - DENSITY[white], 0)
    grey = density.mean(axis=2)
    inside = grey > TISSUE
    share = float(inside.mean())
    if share == 0.0:
        return Look(0.0, *[float("nan")] * 5)
    found = density[inside]
    blue, brown = np.percentile(found @ UNMIXING, 95, axis=0)
    green = float(np.percentile(found[:, 1] / found.sum(axis=1), 90))
    change = float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
    return Look(share, float(blue), float(brown), green, change / float(grey.mean()), nuclear_radius(grey, cells))


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


def together(looks: Sequence[Seen]) -> Seen:
    """A picture's look from those of its windows or tiles, each weighed by its tissue, which is the first number of a look."""
    columns = np.array([astuple(one) for one in looks])
    weight, known = columns[:, :1], np.isfinite(columns)
    total = (known * weight).sum(0)
    mean = np.where(total > 0, (np.where(known, columns, 0) * weight).sum(0) / np.maximum(total, 1e-9), np.nan)
    names = [field.name for field in fields(looks[0])]
    return replace(looks[0], **dict(zip(names, [float(weight.mean()), *mean[1:].tolist()], strict=True)))


def familiar(looks: Sequence[Seen]) -> dict[str, Range]:
    """What training pictures are like: the middle 98 % of each number but the tissue, and a little room."""
    ranges = {}
    for field in fields(looks[0])[1:]:
        low, high = np.nanpercentile([getattr(one, field.name) for one in looks], [1, 99]).tolist()
        ranges[field.name] = (low - ROOM * (high - low), high + ROOM * (high - low))
    return ranges


def outside(found: Seen, ranges: Mapping[str, Range], sayings: Mapping[str, tuple[str, str]]) -> list[str]:
    """What is said of the numbers of a look that are below or above what is familiar."""
    said = []
    for name, (when_low, when_high) in sayings.items():
        value, (low, high) = getattr(found, name), ranges.get(name, (-np.inf, np.inf))
        said += [when_low] * (value < low) + [when_high] * (value > high)
    return [text for text in said if text]


def warnings(found: Look, ranges: Mapping[str, Range]) -> list[str]:
    """In what a picture is unlike those of training."""
    return ["hardly any tissue"] if found.tissue < LITTLE else outside(found, ranges, LOW_AND_HIGH)
