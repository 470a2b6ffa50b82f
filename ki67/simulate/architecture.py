"""Where things are in a field: nests, cords, glands, stroma, infiltrates, holes, and the way the fibres run."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ki67.simulate.noise import Floats, relief, soft_step, speckle
from ki67.simulate.situations import Growth


@dataclass(frozen=True)
class Architecture:
    """Maps in 0…1 over the grid of the field, and the coordinates across and along the fibres of the stroma."""

    epithelium: Floats
    tissue: Floats
    holes: Floats
    across: Floats
    along: Floats
    growth: Growth

    @property
    def stroma(self) -> Floats:
        """What is tissue and no tumour."""
        return self.tissue * (1 - self.epithelium)

    @property
    def borders(self) -> Floats:
        """Where nests end: stromal nuclei are pressed flat against them."""
        return 4 * self.epithelium * (1 - self.epithelium) * self.tissue


@dataclass(frozen=True)
class Ground:
    """What a way of growing is drawn on: a ragged landscape whose hills are nests, and its grid."""

    hills: Floats
    side: int
    unit: float
    rng: np.random.Generator

    @property
    def nothing(self) -> Floats:
        """An empty map."""
        return np.zeros((self.side, self.side), dtype=np.float32)


def lay_out(growth: Growth, side: int, unit: float, rng: np.random.Generator) -> Architecture:
    """One field's plan; `unit` is a nuclear diameter in grid pixels, because nests are so many cells wide."""
    waves = side / unit / float(rng.uniform(4.0, 12.0))
    ground = Ground(_rough(side, min(waves, 9.0), rng), side, unit, rng)
    epithelium = DRAWN[growth](ground)
    lumens = _lumens(ground) if growth == "glands" else ground.nothing
    holes = np.maximum.reduce([lumens, _void(side, rng), _fat(side, rng)])
    across, along = fibre_coordinates(side, rng)
    return Architecture(epithelium * (1 - holes), 1 - holes, holes, across, along, growth)


def _rough(side: int, waves: float, rng: np.random.Generator) -> Floats:
    """A landscape with a ragged edge at each level."""
    return relief(waves, side, rng) + np.float32(rng.uniform(0.05, 0.25)) * speckle(6, side, rng)


def _sheet(g: Ground) -> Floats:
    """Nearly all tumour, parted by thin strands of stroma in two fields of three."""
    land = soft_step(relief(2.5, g.side, g.rng) + g.rng.uniform(0.6, 2.5), 0.15)
    if g.rng.random() < 0.35:
        return land
    strands = np.abs(relief(float(g.rng.uniform(2.0, 4.0)), g.side, g.rng)) - g.rng.uniform(0.03, 0.14)
    return land * soft_step(strands + np.float32(0.02) * speckle(6, g.side, g.rng), 0.03)


def _nests(g: Ground) -> Floats:
    return soft_step(g.hills - g.rng.uniform(-0.7, 0.5), 0.10)


def _islands(g: Ground) -> Floats:
    """Two to five small nests of some dozens of cells: the tumour is in the minority."""
    rows, columns = np.mgrid[: g.side, : g.side].astype(np.float32)
    ragged = 1 + np.float32(0.25) * relief(7.0, g.side, g.rng)
    land = g.nothing
    for _ in range(int(g.rng.integers(2, 6))):
        x, y = g.rng.uniform(0.08 * g.side, 0.92 * g.side, 2)
        stretch, angle = float(g.rng.uniform(0.55, 1.0)), float(g.rng.uniform(0, np.pi))
        u = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
        v = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
        radius = g.unit * float(g.rng.uniform(1.6, 4.2))
        land = np.maximum(land, soft_step((radius * ragged - np.hypot(u, v / stretch)) / g.unit, 0.12))
    return land


def _cords(g: Ground) -> Floats:
    return soft_step(g.rng.uniform(0.2, 0.5) - np.abs(g.hills), 0.08)


def _glands(g: Ground) -> Floats:
    return soft_step(g.hills - g.rng.uniform(-0.5, 0.2), 0.10)


def _lumens(g: Ground) -> Floats:
    return soft_step(g.hills - g.rng.uniform(0.9, 1.5), 0.05)


def _discohesive(g: Ground) -> Floats:
    """Small cells that have let go of each other, nearly everywhere."""
    return soft_step(relief(2.0, g.side, g.rng) + g.rng.uniform(0.4, 2.5), 0.3)


def _scattered(g: Ground) -> Floats:
    return np.float32(g.rng.uniform(0.25, 1.0)) * soft_step(g.hills + 1.0, 0.8)


def _hardly_any(g: Ground) -> Floats:
    return g.nothing + np.float32(g.rng.uniform(0.0, 0.04))


DRAWN: dict[Growth, Callable[[Ground], Floats]] = {
    "sheet": _sheet,
    "nests": _nests,
    "islands": _islands,
    "cords": _cords,
    "glands": _glands,
    "discohesive": _discohesive,
    "scattered": _scattered,
    "stroma": _hardly_any,
    "infiltrate": _hardly_any,
}


def _void(side: int, rng: np.random.Generator) -> Floats:
    """Where the section ends or a duct opens: bare glass, in about one field of three."""
    if rng.random() > 0.33:
        return np.zeros((side, side), dtype=np.float32)
    land = relief(float(rng.uniform(0.6, 2.5)), side, rng) + np.float32(rng.uniform(0.02, 0.2)) * speckle(6, side, rng)
    land += np.float32(0.04) * speckle(2.5, side, rng)
    return soft_step(land - rng.uniform(0.7, 1.9), 0.06)


def _fat(side: int, rng: np.random.Generator) -> Floats:
    """Round empty cells of fat, or a few vacuoles and vessels' lumens."""
    empty = np.zeros((side, side), dtype=np.float32)
    many = rng.random() < 0.07
    count = int(rng.integers(8, 30)) if many else int(rng.poisson(0.8))
    rows, columns = np.ogrid[:side, :side]
    wavy = 1 + np.float32(0.1) * relief(7.0, side, rng) if count else empty
    for _ in range(count):
        x, y = rng.uniform(0, side, 2)
        r = float(rng.uniform(30, 85) if many else rng.uniform(10, 50))
        stretch, angle = float(rng.uniform(0.5, 1.0)), float(rng.uniform(0, np.pi))
        u = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
        v = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
        empty = np.maximum(empty, soft_step((r * wavy - np.hypot(u, v / stretch)).astype(np.float32), 1.5))
    return empty


def fibre_coordinates(side: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Curved coordinates across and along the fibres: straight lines bent by a smooth landscape."""
    angle = float(rng.uniform(0, np.pi))
    rows, columns = np.mgrid[:side, :side].astype(np.float32)
    bend = float(rng.uniform(5, 60))
    across = rows * np.cos(angle) - columns * np.sin(angle) + bend * relief(float(rng.uniform(1.5, 4)), side, rng)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    return across.astype(np.float32), along.astype(np.float32)


def fibre_angle(across: Floats, x: float, y: float) -> float:
    """The direction of the level lines of a map at a place: of the fibres, or of a nest's edge."""
    side = across.shape[0]
    column, row = min(max(int(x), 2), side - 3), min(max(int(y), 2), side - 3)
    gx = float(across[row, column + 2] - across[row, column - 2])
    gy = float(across[row + 2, column] - across[row - 2, column])
    return float(np.arctan2(gx, -gy))
