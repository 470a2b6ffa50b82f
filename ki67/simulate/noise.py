"""Random textures: a bank made once per process, cut at random places, fresh noise being too slow."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import BSpline
from scipy.sparse import csr_array

Floats = NDArray[np.float32]
BANK_SIDE = 1024
BANK_SEED = 671
RELIEF_SPREAD = 0.479  # of a cubic B-spline surface over knots of unit variance


@lru_cache(maxsize=32)
def texture(along: float, across: float) -> Floats:
    """Periodic Gaussian noise of unit variance, correlated over the two lengths given (grid pixels)."""
    rng = np.random.default_rng(np.random.SeedSequence([BANK_SEED, int(10 * along), int(10 * across)]))
    white = rng.standard_normal((BANK_SIDE, BANK_SIDE), dtype=np.float32)
    smooth = ndimage.gaussian_filter(white, (across, along), mode="wrap", truncate=3.0)
    return np.asarray((smooth - smooth.mean()) / smooth.std(), dtype=np.float32)


def patch(source: Floats, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """A cut of a periodic texture at a random place."""
    y, x = (int(rng.integers(0, side - need + 1)) for side, need in zip(source.shape, shape, strict=True))
    return source[y : y + shape[0], x : x + shape[1]]


def speckle(length: float, side: int, rng: np.random.Generator) -> Floats:
    """A whole field of isotropic noise, turned at random so that few fields share one."""
    cut = patch(texture(length, length), (side, side), rng)
    return np.ascontiguousarray(np.rot90(cut, int(rng.integers(4)))[:: int(rng.choice([-1, 1]))])


@lru_cache(maxsize=16)
def _spline(count: int, side: int) -> csr_array:
    """Weights that take `count` knots to `side` pixels by uniform cubic B-splines."""
    at = np.linspace(3.0, count - 0.001, side)
    return BSpline.design_matrix(at, np.arange(count + 4.0), 3).astype(np.float32)


def enlarged(plane: Floats, side: int) -> Floats:
    """A coarse plane brought to the grid of the field, smoothly."""
    knots = np.pad(plane, ((1, 2), (1, 2)), mode="edge")
    weights = _spline(knots.shape[0], side)
    return np.ascontiguousarray((weights @ (weights @ knots).T).T, dtype=np.float32)


def relief(waves: float, side: int, rng: np.random.Generator) -> Floats:
    """Smooth landscape with about `waves` hills across the field: regions, illumination, crowding follow it."""
    knots = rng.standard_normal((int(np.ceil(waves)) + 5, int(np.ceil(waves)) + 5))
    start = rng.uniform(3.0, knots.shape[0] - waves - 0.001, 2)
    rows, columns = (BSpline.design_matrix(np.linspace(s, s + waves, side), np.arange(knots.shape[0] + 4.0), 3) for s in start)
    land = rows @ knots @ columns.T
    return np.asarray(land / RELIEF_SPREAD, dtype=np.float32)


def soft_step(values: NDArray[np.floating[Any]], width: float) -> Floats:
    """0 below zero, 1 above, with a soft shoulder: boundaries in tissue are never a pixel wide."""
    clipped = np.clip(values / np.float32(width), -12, 12)
    return np.asarray(1.0 / (1.0 + np.exp(-clipped)), dtype=np.float32)
