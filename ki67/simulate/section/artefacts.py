"""What goes wrong between the knife and the scanner: uneven thickness, folds, pen on the glass."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ki67.simulate.noise import Floats, relief, soft_step

PENS = ((0.05, 0.25, 0.10), (0.10, 0.12, 0.45), (0.06, 0.06, 0.07))  # of light that green, blue and black ink let through
FOLDED, MARKED = 0.30, 0.25  # of sections
PALE, THICK = 0.12, 0.12


@dataclass(frozen=True, eq=False)
class Artefacts:
    """Maps over the whole section, a pixel of the map each: how thick it lies, and how much pen is on the glass."""

    thickness: Floats
    pen: Floats
    ink: NDArray[np.float32]


def draw_artefacts(tissue: NDArray[np.bool_], rng: np.random.Generator) -> Artefacts:
    """Most sections are even and clean."""
    side = tissue.shape[0]
    level = float(np.exp(rng.normal(0.0, 0.10)))
    pale = float(rng.random())
    level *= 0.55 if pale < PALE else 1.5 if pale > 1 - THICK else 1.0
    uneven = np.float32(0.06) * relief(3.0, side, rng) + np.float32(0.09) * relief(25.0, side, rng)
    thickness = np.float32(level) * np.exp(uneven)
    if rng.random() < FOLDED:
        for _ in range(int(rng.integers(1, 4))):
            thickness = thickness * (1 + np.float32(rng.uniform(0.8, 1.6)) * _fold(side, rng))
    pen = _pen(tissue, rng) if rng.random() < MARKED else np.zeros((side, side), dtype=np.float32)
    return Artefacts(np.asarray(thickness, np.float32), pen, np.asarray(PENS[int(rng.integers(len(PENS)))], np.float32))


def _fold(side: int, rng: np.random.Generator) -> Floats:
    """A crease: a narrow curve along which the section lies double."""
    curve = relief(float(rng.uniform(1.0, 2.5)), side, rng) - float(rng.normal(0, 0.7))
    slope = np.hypot(*np.gradient(curve)) + np.float32(1e-5)
    width = float(rng.uniform(3.0, 8.0))
    part = soft_step(relief(2.0, side, rng) - float(rng.uniform(0.0, 0.8)), 0.1)
    return np.asarray(part * soft_step(width - np.abs(curve) / slope, 0.7), dtype=np.float32)


def _pen(tissue: NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """A stroke on the glass, often round the piece that somebody cared about."""
    near = ndimage.gaussian_filter(tissue.astype(np.float32), 24.0)
    side = tissue.shape[0]
    wander = np.float32(0.08) * relief(3.0, side, rng)
    stroke = np.abs(near + wander - np.float32(rng.uniform(0.1, 0.4))) < np.float32(rng.uniform(0.025, 0.05))
    drawn = stroke & (relief(1.5, side, rng) > float(rng.uniform(-0.2, 0.8)))
    return np.asarray(ndimage.gaussian_filter(drawn.astype(np.float32), 0.8), dtype=np.float32)
