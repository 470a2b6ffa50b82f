"""One nucleus at a time: its outline, its chromatin, how much of each stain it holds, and how deep it lies."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy import ndimage

from ki67.simulate.noise import Floats, patch, texture

MARGIN = 1.6
DEFOCUS = (0.0, 1.0, 2.4)  # blur of the layers at each depth, in grid pixels


class Kind(IntEnum):
    """What a body is, which decides whether an annotator marks it."""

    TUMOUR = 0
    PLUMP = 1
    LYMPHOCYTE = 2
    SPINDLE = 3
    PYKNOTIC = 4
    GHOST = 5
    FLECK = 6
    NORMAL = 7
    SMEAR = 8


@dataclass(frozen=True)
class Nucleus:
    """A body to stamp; lengths in grid pixels, stains as optical density, `depth` the layer of focus 0…2."""

    x: float
    y: float
    radius: float
    aspect: float
    angle: float
    bumps: float
    ragged: float
    bend: float
    haematoxylin: float
    dab: float
    vesicular: float
    granularity: float
    dab_granularity: float
    nucleoli: int
    depth: int
    kind: Kind
    positive: bool
    crowded: bool
    pallor: float = 0.0  # 1: an empty vesicle with a thin membrane, hardly darker than what surrounds it
    membrane: float = 1.0  # of a pale nucleus: 1 a sharp outline round an empty middle, 0 a faint even disc
    taper: float = 0.0  # 1: pointed at both ends
    clumps: float = 0.0  # contrast of the chromatin's large patches
    lean: float = 0.0  # how much darker one end is than the other


def stamp(layers: Floats, nucleus: Nucleus, rng: np.random.Generator) -> None:
    """Add the nucleus to its layer, (depth, stain, y, x): stains add up where nuclei overlap."""
    reach = int(np.ceil(nucleus.radius * np.sqrt(nucleus.aspect) * MARGIN)) + 2
    side = layers.shape[2]
    column, row = round(nucleus.x), round(nucleus.y)
    x0, x1 = max(column - reach, 0), min(column + reach + 1, side)
    y0, y1 = max(row - reach, 0), min(row + reach + 1, side)
    if x0 >= x1 or y0 >= y1:
        return
    dx = np.arange(x0, x1, dtype=np.float32) - np.float32(nucleus.x)
    dy = np.arange(y0, y1, dtype=np.float32)[:, None] - np.float32(nucleus.y)
    rho, u, v = _radial(nucleus, dx, dy, rng)
    body = np.clip((1 - rho) * np.float32(nucleus.radius / 1.6) + 0.5, 0, 1)
    if nucleus.clumps:
        body = body * _patches(nucleus, body.shape, rng)
    target = layers[nucleus.depth, :, y0:y1, x0:x1]
    spots = _nucleoli(nucleus, u, v, rng)
    if nucleus.haematoxylin > 0:
        target[0] += _chromatin(nucleus, rho, body, spots, rng) * _tilt(0.5 * nucleus.lean, u) * np.float32(nucleus.haematoxylin)
    if nucleus.dab > 0:
        target[1] += _precipitate(nucleus, rho, body, spots, rng) * _tilt(nucleus.lean, u) * np.float32(nucleus.dab)


def _tilt(lean: float, u: Floats) -> Floats:
    """More stain towards one end of the nucleus."""
    return np.asarray(np.maximum(1 + np.float32(lean) * u, 0.2), dtype=np.float32)


def flattened(layers: Floats, stains: tuple[int, ...] = (0, 1)) -> Floats:
    """The layers (depth, stain, y, x) as one: those out of the focal plane are blurred before they are added."""
    total = layers[0]
    for depth, sigma in enumerate(DEFOCUS[1:], start=1):
        for stain in stains:
            total[stain] += ndimage.gaussian_filter(layers[depth, stain], sigma, truncate=3.0)
    return np.asarray(total, dtype=np.float32)


def _radial(nucleus: Nucleus, dx: Floats, dy: Floats, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Distance from the centre in units of the outline: an ellipse, bent, with low Fourier modes on its boundary."""
    cos, sin = np.float32(np.cos(nucleus.angle)), np.float32(np.sin(nucleus.angle))
    long, short = nucleus.radius * np.sqrt(nucleus.aspect), nucleus.radius / np.sqrt(nucleus.aspect)
    u = (dx * cos + dy * sin) / np.float32(long)
    v = (dy * cos - dx * sin) / np.float32(short)
    v = v + np.float32(nucleus.bend * nucleus.aspect) * (u * u - np.float32(0.3))
    if nucleus.taper:
        v = v / np.maximum(1 - np.float32(nucleus.taper) * u * u, np.float32(0.2))
    rho = np.sqrt(u * u + v * v) + np.float32(1e-4)
    c, s = u / rho, v / rho
    c2, s2 = c * c - s * s, 2 * c * s
    c3, s3 = c2 * c - s2 * s, s2 * c + c2 * s
    c5, s5 = c3 * c2 - s3 * s2, s3 * c2 + c3 * s2
    a = (rng.normal(0, 1, 6) * nucleus.bumps).astype(np.float32)
    outline = 1 + a[0] * c2 + a[1] * s2 + a[2] * c3 + a[3] * s3 + np.float32(0.3) * (a[4] * c5 + a[5] * s5)
    ragged = np.float32(nucleus.ragged) * patch(texture(3.5, 3.5), (rho.shape[0], rho.shape[1]), rng)
    radial = np.asarray(rho / np.maximum(outline + ragged, np.float32(0.4)), dtype=np.float32)
    return radial, np.asarray(u, np.float32), np.asarray(v, np.float32)


def _nucleoli(nucleus: Nucleus, u: Floats, v: Floats, rng: np.random.Generator) -> Floats | None:
    """The nucleoli as dark spots; nothing where the nucleus has none."""
    if nucleus.nucleoli == 0:
        return None
    spots = np.zeros(np.broadcast_shapes(u.shape, v.shape), dtype=np.float32)
    for _ in range(nucleus.nucleoli):
        cx, cy = rng.normal(0, 0.3, 2)
        width = rng.uniform(0.10, 0.2)
        spots += np.exp(-((u - np.float32(cx)) ** 2 + (v - np.float32(cy)) ** 2) / np.float32(width**2))
    return spots


def _grain(nucleus: Nucleus, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Clumps of chromatin, finer and coarser together."""
    coarse = max(round(nucleus.radius / 4), 2)
    return np.asarray(0.75 * patch(texture(coarse, coarse), shape, rng) + 0.5 * patch(texture(1.2, 1.2), shape, rng))


def _patches(nucleus: Nucleus, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Large soft patches, a third of the nucleus wide, that both stains follow."""
    width = float(np.clip(round(nucleus.radius / 3.5), 2, 8))
    spread = np.float32(nucleus.clumps) * patch(texture(width, width), (shape[0], shape[1]), rng)
    return np.asarray(np.maximum(1 + spread, 0.15), dtype=np.float32)


def _chromatin(nucleus: Nucleus, rho: Floats, body: Floats, spots: Floats | None, rng: np.random.Generator) -> Floats:
    """Haematoxylin: from a solid disc to a pale vesicle with a dark membrane."""
    rim = np.exp(-(((rho - 0.88) / 0.16) ** 2))
    hollow = np.float32(1 - 0.4 * nucleus.vesicular) + np.float32(0.55 * nucleus.vesicular) * rim
    grain = np.float32(nucleus.granularity) * _grain(nucleus, (rho.shape[0], rho.shape[1]), rng)
    density = hollow * np.maximum(1 + grain, 0.1)
    if nucleus.pallor:
        density = density + np.float32(nucleus.pallor) * (_vesicle(rho, grain, nucleus.membrane) - density)
    if spots is not None:
        density = density + np.float32(0.8) * spots
    return np.asarray(density * body, dtype=np.float32)


def _vesicle(rho: Floats, grain: Floats, sharp: float) -> Floats:
    """From a thin membrane and a few threads of chromatin round an empty middle to a faint even disc."""
    outline = np.exp(-(((rho - 0.9) / 0.11) ** 2)) * np.maximum(1 + grain, 0.2)
    even, lines = np.float32(0.34 - 0.2 * sharp), np.float32(0.1 + 0.54 * sharp)
    return np.asarray(even + lines * outline + 0.35 * np.maximum(grain, 0), dtype=np.float32)


def _precipitate(nucleus: Nucleus, rho: Floats, body: Floats, spots: Floats | None, rng: np.random.Generator) -> Floats:
    """DAB: a dome with granules, or mostly in the nucleoli and the membrane when weak."""
    dome = np.float32(1.1) - np.float32(0.35) * np.minimum(rho, 1.2) ** 2
    grain = np.float32(nucleus.dab_granularity) * _grain(nucleus, (rho.shape[0], rho.shape[1]), rng)
    density = dome * np.maximum(1 + grain, 0.08)
    if spots is not None:
        density = density + np.float32(1.2) * spots
    return np.asarray(density * body, dtype=np.float32)
