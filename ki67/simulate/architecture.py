"""Where things are in a field: nests, cords, glands, stroma, holes, and the way the fibres run."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ki67.simulate.noise import Floats, relief, soft_step, speckle

Growth = Literal["sheet", "nests", "cords", "glands", "scattered", "stroma"]
GROWTHS: tuple[Growth, ...] = ("sheet", "nests", "cords", "glands", "scattered", "stroma")
HOW_OFTEN = (0.23, 0.21, 0.12, 0.12, 0.20, 0.12)


@dataclass(frozen=True)
class Architecture:
    """Maps in 0…1 over the grid of the field, and the coordinate across the fibres of the stroma."""

    epithelium: Floats
    tissue: Floats
    holes: Floats
    across: Floats
    along: Floats
    growth: Growth


def lay_out(side: int, unit: float, rng: np.random.Generator) -> Architecture:
    """One field's plan; `unit` is a nuclear diameter in grid pixels, because nests are so many cells wide."""
    growth = GROWTHS[int(rng.choice(len(GROWTHS), p=HOW_OFTEN))]
    epithelium, lumens = _epithelium(growth, side, unit, rng)
    void = _void(side, rng)
    fat = _fat(side, rng)
    holes = np.maximum.reduce([lumens, void, fat])
    across, along = fibre_coordinates(side, rng)
    return Architecture(epithelium * (1 - holes), 1 - holes, holes, across, along, growth)


def _rough(side: int, waves: float, rng: np.random.Generator) -> Floats:
    """A landscape with a ragged edge at each level."""
    return relief(waves, side, rng) + np.float32(rng.uniform(0.05, 0.25)) * speckle(6, side, rng)


def _epithelium(growth: Growth, side: int, unit: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The share of tumour at each place, and the lumens inside it."""
    nothing = np.zeros((side, side), dtype=np.float32)
    waves = side / unit / float(rng.uniform(4.0, 12.0))
    hills = _rough(side, min(waves, 9.0), rng)
    if growth == "nests":
        return soft_step(hills - rng.uniform(-0.7, 0.5), 0.12), nothing
    if growth == "cords":
        return soft_step(rng.uniform(0.2, 0.5) - np.abs(hills), 0.08), nothing
    if growth == "glands":
        lumens = soft_step(hills - rng.uniform(0.9, 1.5), 0.05)
        return soft_step(hills - rng.uniform(-0.5, 0.2), 0.10) * (1 - lumens), lumens
    if growth == "scattered":
        return nothing + np.float32(rng.uniform(0.25, 1.0)) * soft_step(hills + 1.0, 0.8), nothing
    if growth == "stroma":
        return nothing + np.float32(rng.uniform(0.0, 0.06)), nothing
    return soft_step(relief(2.5, side, rng) + rng.uniform(0.6, 2.5), 0.15), nothing


def _void(side: int, rng: np.random.Generator) -> Floats:
    """Where the section ends or a duct opens: bare glass, in about one field of three."""
    if rng.random() > 0.33:
        return np.zeros((side, side), dtype=np.float32)
    land = relief(float(rng.uniform(0.6, 2.5)), side, rng) + np.float32(rng.uniform(0.02, 0.2)) * speckle(6, side, rng)
    land += np.float32(0.05) * speckle(2.5, side, rng)
    return soft_step(land - rng.uniform(0.7, 1.9), 0.03)


def _fat(side: int, rng: np.random.Generator) -> Floats:
    """Round empty cells of fat, or a few vacuoles and vessels' lumens."""
    empty = np.zeros((side, side), dtype=np.float32)
    many = rng.random() < 0.07
    count = int(rng.integers(8, 30)) if many else int(rng.poisson(0.8))
    rows, columns = np.ogrid[:side, :side]
    for _ in range(count):
        x, y = rng.uniform(0, side, 2)
        r = float(rng.uniform(30, 85) if many else rng.uniform(10, 50))
        stretch, angle = float(rng.uniform(0.5, 1.0)), float(rng.uniform(0, np.pi))
        u = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
        v = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
        empty = np.maximum(empty, soft_step((r - np.hypot(u, v / stretch)).astype(np.float32), 1.5))
    return empty


def fibre_coordinates(side: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Curved coordinates across and along the fibres: straight lines bent by a smooth landscape."""
    angle = float(rng.uniform(0, np.pi))
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    bend = float(rng.uniform(5, 60))
    across = rows * np.cos(angle) - columns * np.sin(angle) + bend * relief(float(rng.uniform(1.5, 4)), side, rng)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    return across.astype(np.float32), along.astype(np.float32)
