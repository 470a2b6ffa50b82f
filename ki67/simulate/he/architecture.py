"""Where things are in an H&E patch: malignant epithelium of a given share, glands, fat, clefts, and the way the fibres run."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from ki67.simulate.architecture import fibre_coordinates
from ki67.simulate.he.glands import Gland, draw_glands
from ki67.simulate.noise import Floats, enlarged, relief, soft_step, speckle

Growth = Literal["none", "scattered", "cords", "nests", "packed", "sheet"]
COARSE = 4


@dataclass(frozen=True, eq=False)
class Plan:
    """Maps in 0…1 over the patch; `malignant` counts to the score, `holes` are what no tissue fills."""

    malignant: Floats
    normal: Floats
    holes: Floats
    secretion: Floats
    fat: Floats
    across: Floats
    along: Floats
    seams: Floats
    glands: tuple[Gland, ...]
    growth: Growth

    @property
    def stroma(self) -> Floats:
        """What is left for fibres and the cells between them."""
        return np.asarray((1 - self.malignant) * (1 - self.normal) * (1 - self.holes), dtype=np.float32)

    @property
    def malignant_share(self) -> float:
        """The part of the patch that malignant epithelium covers."""
        return float((self.malignant > 0.5).mean())


def lay_out(share: float, side: int, unit: float, rng: np.random.Generator) -> Plan:
    """A patch of which about `share` is malignant; `unit` is the tumour's nuclear diameter in pixels."""
    growth = _growth(share, rng)
    malignant, seams = _malignant(growth, share, side, unit, rng)
    lumens, secretion = _lumens(malignant, growth, rng)
    malignant = malignant * (1 - lumens)
    glands = draw_glands(malignant, side, rng) if rng.random() < 0.75 * (1 - share) else ()
    normal, ducts = _drawn(glands, side)
    normal = normal * (1 - malignant)
    free = np.clip(1 - ndimage.gaussian_filter(np.maximum(malignant, normal + ducts), 4.0) * 1.6, 0, 1)
    fat = _fat(side, rng) * free if rng.random() < 0.35 else np.zeros_like(free)
    clefts = _clefts(seams, malignant, free, rng)
    holes = np.clip(np.maximum.reduce([lumens, ducts, fat, clefts]), 0, 1)
    across, along = fibre_coordinates(side, rng)
    return Plan(malignant * (1 - clefts), normal, holes, secretion, fat, across, along, seams, glands, growth)


def _growth(share: float, rng: np.random.Generator) -> Growth:
    """How the tumour grows, of the ways that can cover such a share."""
    if share == 0:
        return "none"
    ways: tuple[Growth, ...] = ("scattered", "cords", "nests", "packed", "sheet")
    odds = np.array(
        [share < 0.15, 0.15 < share < 0.45, 0.03 < share < 0.9, 2 * (share > 0.55), 0.7 * (share > 0.1)], dtype=np.float64
    )
    return ways[int(rng.choice(len(ways), p=odds / odds.sum()))]


def _malignant(growth: Growth, share: float, side: int, unit: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A landscape cut at the height above which lies the share, and its soft edge, where clefts open."""
    if growth == "none":
        nothing = np.zeros((side, side), dtype=np.float32)
        return nothing, nothing
    if growth == "scattered":
        count = max(round(share * side**2 / (np.pi * (0.8 * unit) ** 2)), 1)
        land = -borders(rng.uniform(0, side, (count, 2)), side)[0] / np.float32(unit)
    elif growth == "packed":
        land = _packed(side, rng)
    elif growth == "cords":
        land = -np.abs(_rough(side, float(rng.uniform(2.0, 4.5)), rng))
    else:
        land = _rough(side, float(rng.uniform(3.0, 6.0) if growth == "nests" else rng.uniform(1.0, 2.5)), rng)
    height = float(np.quantile(land, 1 - share)) if share < 1 else float(land.min()) - 1.0
    slope = float(np.percentile(np.hypot(*np.gradient(land[::4, ::4])), 60)) / 4 + 1e-4
    edge = (land - np.float32(height)) / np.float32(slope)  # about pixels from the boundary
    return soft_step(edge, 1.2), np.exp(-np.square(np.clip(edge / 3.0, -4, 4)) / 2)


def _rough(side: int, waves: float, rng: np.random.Generator) -> Floats:
    return relief(waves, side, rng) + np.float32(rng.uniform(0.04, 0.15)) * speckle(10, side, rng)


def _packed(side: int, rng: np.random.Generator) -> Floats:
    """Rounded nests that touch, parted by septa: the distance to the border between the nearest two of some centres."""
    count = int(rng.integers(5, 22))
    centres = rng.uniform(-0.1 * side, 1.1 * side, (count, 2))
    nearest, second = borders(centres, side)
    bend = np.float32(rng.uniform(2, 6)) * speckle(18, side, rng)
    return np.asarray(np.minimum(second - nearest + bend, 60) + np.float32(0.05) * bend, dtype=np.float32)


def borders(centres: NDArray[np.float64], side: int) -> tuple[Floats, Floats]:
    """Distances to the nearest and the second nearest of some points, smooth."""
    count = -(-side // COARSE)
    columns, rows = np.meshgrid(np.arange(count) * COARSE, np.arange(count) * COARSE)
    k = min(2, len(centres))
    distance = cKDTree(centres).query(np.stack([columns, rows], axis=2), k=[1, k])[0].astype(np.float32)
    return enlarged(distance[..., 0], side), enlarged(distance[..., 1], side)


def _lumens(malignant: Floats, growth: Growth, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Round gaps inside the nests, some filled with pale secretion."""
    side = malignant.shape[0]
    holes, filled = np.zeros((2, side, side), dtype=np.float32)
    count = int(rng.poisson(4.0)) if growth in ("packed", "nests", "sheet") and rng.random() < 0.45 else 0
    for _ in range(count):
        x, y = rng.uniform(0, side, 2)
        if ndimage.map_coordinates(malignant, [[y], [x]], order=1)[0] < 0.9:
            continue
        hole = ellipse(side, (x, y), float(rng.uniform(5, 17)), rng)
        holes = np.maximum(holes, hole)
        if rng.random() < 0.5:
            filled = np.maximum(filled, hole)
    return holes, filled


def ellipse(side: int, centre: tuple[float, float], radius: float, rng: np.random.Generator) -> Floats:
    """A spot with a soft edge, stretched and turned at random."""
    stretch, angle = float(rng.uniform(0.6, 1.0)), float(rng.uniform(0, np.pi))
    dx = np.arange(side, dtype=np.float32) - np.float32(centre[0])
    dy = np.arange(side, dtype=np.float32)[:, None] - np.float32(centre[1])
    u, v = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    return soft_step((radius - np.hypot(u, v / stretch)).astype(np.float32), 0.8)


def _drawn(glands: tuple[Gland, ...], side: int) -> tuple[Floats, Floats]:
    """The epithelium of all glands, and their lumens."""
    walls, lumens = np.zeros((2, side, side), dtype=np.float32)
    for gland in glands:
        wall, lumen = gland.drawn(side)
        walls, lumens = np.maximum(walls, wall), np.maximum(lumens, lumen)
    return walls * (1 - lumens), lumens


def fat_cells(side: int, rng: np.random.Generator) -> Floats:
    """Empty fat cells all over, with thin walls between them."""
    spacing = float(rng.uniform(75, 130))
    at = np.arange(-1, side / spacing + 2) * spacing
    centres = np.stack(np.meshgrid(at, at), axis=2).reshape(-1, 2) + rng.uniform(-0.45, 0.45, (len(at) ** 2, 2)) * spacing
    nearest, second = borders(centres, side)
    rounded = ndimage.gaussian_filter(np.minimum(second - nearest, 26), 6.0, truncate=2.5)
    return soft_step(rounded - np.float32(rng.uniform(10.5, 12.5)), 0.5)


def _fat(side: int, rng: np.random.Generator) -> Floats:
    """Fat cells in a part of the patch."""
    cells = fat_cells(side, rng)
    region = relief(float(rng.uniform(0.8, 1.8)), side, rng) - float(rng.uniform(-0.6, 0.9))
    return np.asarray(cells * soft_step(region, 0.05), dtype=np.float32)


def _clefts(seams: Floats, malignant: Floats, free: Floats, rng: np.random.Generator) -> Floats:
    """Where nests shrank away from the stroma, and where fibres part: white slits."""
    side = seams.shape[0]
    shrunk = seams * soft_step(relief(3.0, side, rng) - float(rng.uniform(0.3, 2.5)), 0.2) * (1 - malignant)
    torn = soft_step(speckle(float(rng.choice([6, 9, 13])), side, rng) - float(rng.uniform(1.6, 3.2)), 0.15)
    return np.asarray(np.maximum(shrunk, torn * free), dtype=np.float32)
