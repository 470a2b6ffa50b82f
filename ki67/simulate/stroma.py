"""What lies between the nuclei: cytoplasm, collagen, clefts, the brown blush around strong positives."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from ki67.simulate.architecture import Architecture
from ki67.simulate.noise import Floats, enlarged, relief, soft_step, speckle, texture
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.patients import Tissue
from ki67.simulate.situations import SITUATIONS

COARSE = 3
LOOSE = 0.9  # more pores where cells have let go of each other


def lay_ground(layers: Floats, plan: Architecture, nuclei: list[Nucleus], tissue: Tissue, rng: np.random.Generator) -> None:
    """Add everything that is not a nucleus to the sharpest layer (stain, y, x)."""
    side = plan.tissue.shape[0]
    cytoplasm, stray = _cell_bodies(nuclei, side, tissue, rng)
    fine, coarse = rng.uniform(0.03, 0.25), rng.uniform(0.05, 0.25)
    mottle = np.clip(1 + fine * speckle(3, side, rng) + coarse * speckle(10, side, rng), 0.2, 3)
    epithelial = np.float32(rng.uniform(0.5, 1.2)) * cytoplasm
    fibres = 1 + np.float32(rng.uniform(0.2, 0.7)) * (collagen(plan.across, plan.along, rng) - 1)
    stromal = np.float32(rng.uniform(0.3, 0.9)) * fibres + np.float32(0.4) * cytoplasm
    matter = plan.epithelium * epithelial + (1 - plan.epithelium) * stromal
    loose = LOOSE if SITUATIONS[plan.growth].loose else 0.0
    matter = (matter * mottle * plan.tissue * _solid(tissue.porosity + loose, side, rng)).astype(np.float32)
    layers[2] += np.float32(tissue.ground) * matter
    layers[0] += np.float32(tissue.haematoxylin * rng.uniform(0.02, 0.20)) * matter
    stray += _blush(nuclei, side, tissue)
    stray += np.float32(tissue.dab_weak * tissue.haze * rng.uniform(0.0, 0.35)) * matter
    layers[1] += stray * mottle * np.maximum(plan.tissue, 0.1)


def _solid(porosity: float, side: int, rng: np.random.Generator) -> Floats:
    """Clefts and meshes: thin places where glass shows between fibres and cells."""
    coarse, fine = float(rng.choice([6, 9, 13])), float(rng.choice([2, 3, 4]))
    width = float(rng.uniform(0.5, 1.4))
    open_places = np.float32(0.75) * speckle(coarse, side, rng) + np.float32(0.65) * speckle(fine, side, rng) - porosity + 0.6
    return np.asarray(0.15 + 0.85 * soft_step(open_places, width), dtype=np.float32)


def _cell_bodies(nuclei: list[Nucleus], side: int, tissue: Tissue, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Polygonal cell bodies around the nuclei, each with a density and a DAB of its own, parted by pale borders."""
    cells = [n for n in nuclei if n.kind in (Kind.TUMOUR, Kind.PLUMP, Kind.GHOST, Kind.LYMPHOCYTE)]
    if len(cells) < 2:
        return np.full((side, side), 0.3, dtype=np.float32), np.zeros((side, side), dtype=np.float32)
    size = np.array([n.radius for n in cells], dtype=np.float32) / COARSE
    distance, nearest = _nearest_two(cells, side, rng)
    nearest_cell = nearest[..., 0]
    body = soft_step(size[nearest_cell] * np.float32(rng.uniform(1.4, 2.6)) - distance[..., 0], 1.0)
    border = soft_step(distance[..., 1] - distance[..., 0] - np.float32(rng.uniform(-0.8, 1.2)), 0.6)
    level = np.exp(rng.normal(0, rng.uniform(0.1, 0.6), len(cells))).astype(np.float32)
    inside = soft_step(np.float32(1.25) * size[nearest_cell] - distance[..., 0], 0.4)
    shape = body * border * (1 - np.float32(rng.uniform(0, 0.7)) * inside)
    stray = _stray_dab(cells, tissue, rng)
    density, brown = 0.15 + shape * level[nearest_cell], shape * stray[nearest_cell]
    return np.maximum(enlarged(density, side), 0), np.maximum(enlarged(brown, side), 0)


def _nearest_two(cells: list[Nucleus], side: int, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
    """Distances to the two nearest cells and which they are, over a coarse grid whose lines tremble."""
    at = np.array([[n.x, n.y] for n in cells]) / COARSE
    count = -(-side // COARSE)
    columns, rows = np.meshgrid(np.arange(count), np.arange(count))
    tremble = float(rng.uniform(0.3, 1.0))
    grid = np.stack([columns + tremble * speckle(3, count, rng), rows + tremble * speckle(3, count, rng)], axis=2)
    distance, nearest = cKDTree(at).query(grid, k=2)
    return np.asarray(distance, dtype=np.float32), np.asarray(nearest, dtype=np.int64)


def _stray_dab(cells: list[Nucleus], tissue: Tissue, rng: np.random.Generator) -> Floats:
    """Cytoplasmic DAB of each cell: some positives bleed into their body, a few negatives are blue in brown."""
    bleeds = rng.random(len(cells)) < np.array([0.6 * tissue.blush if n.positive else 0.2 * tissue.haze for n in cells])
    amount = tissue.dab_weak * np.exp(rng.normal(-0.4, 0.5, len(cells)))
    return np.asarray(bleeds * amount, dtype=np.float32)


def collagen(across: Floats, along: Floats, rng: np.random.Generator) -> Floats:
    """Fibres that follow the curved coordinates of a plan."""
    side = across.shape[0]
    source = texture(float(rng.choice([10.0, 18.0, 30.0])), float(rng.choice([1.5, 2.5, 4.0])))
    bent = across + 2.5 * speckle(14, side, rng) + rng.uniform(0, 1000)
    sampled = ndimage.map_coordinates(source, [bent, along + rng.uniform(0, 1000)], order=1, mode="grid-wrap")
    waviness = float(rng.uniform(0.15, 0.75)) * np.clip(0.7 + 0.5 * relief(4.0, side, rng), 0.0, 1.5)
    return np.asarray(np.clip(1 + waviness * sampled, 0, 3.0), dtype=np.float32)


def _blush(nuclei: list[Nucleus], side: int, tissue: Tissue) -> Floats:
    """DAB that strays into the cytoplasm around positive nuclei."""
    coarse = np.zeros((-(-side // 4), -(-side // 4)), dtype=np.float32)
    for n in nuclei:
        if n.positive and 0 <= n.x < side and 0 <= n.y < side:
            coarse[int(n.y) // 4, int(n.x) // 4] += min(n.dab, 1.0) * n.radius**2 / 16
    spread = max(float(np.mean([n.radius for n in nuclei])) if nuclei else 8.0, 4.0) * 1.1 / 4
    soft = ndimage.gaussian_filter(coarse, spread, truncate=3.0)
    return np.clip(enlarged(soft, side), 0, None) * np.float32(0.35 * tissue.blush)
