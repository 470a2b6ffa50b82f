"""What lies between the nuclei of an H&E patch: cytoplasm, collagen, walls of fat cells, secretion, red cells."""

import numpy as np

from ki67.simulate.he.architecture import Plan, borders
from ki67.simulate.he.patients import UM_PER_PX, Tissue
from ki67.simulate.noise import Floats, relief, soft_step, speckle
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.population import scatter
from ki67.simulate.stroma import collagen

RED_CELL = 3.3 / UM_PER_PX  # radius
FINENESS = 1.7  # of the fibres' texture, which was made for a finer grid


def lay_ground(nuclear: Floats, plan: Plan, nuclei: list[Nucleus], tissue: Tissue, rng: np.random.Generator) -> Floats:
    """Concentrations (stain, y, x) of a patch, the nuclei's haematoxylin included: they displace what lies around them."""
    side = nuclear.shape[0]
    room = 1 - np.float32(0.75) * np.clip(nuclear / np.float32(0.5 * tissue.haematoxylin), 0, 1)
    epithelial = _cytoplasm(plan, nuclei, tissue, rng)
    mottle = np.clip(1 + np.float32(0.10) * speckle(2, side, rng) + np.float32(0.12) * speckle(10, side, rng), 0.3, 2)
    fibres = _stroma(plan, tissue, rng)
    eosin = (tissue.cytoplasm * epithelial + tissue.collagen * fibres) * mottle
    blue = tissue.blueness * epithelial + np.float32(0.10 * tissue.blueness) * fibres
    concentrations = np.zeros((3, side, side), dtype=np.float32)
    concentrations[0] = nuclear + tissue.haematoxylin * blue * mottle * room
    concentrations[1] = tissue.eosin * eosin * room
    solid = 1 - plan.holes
    concentrations *= solid
    concentrations[0] += np.float32(0.16 * tissue.haematoxylin) * plan.secretion
    concentrations[1] += np.float32(0.05 * tissue.eosin) * plan.secretion
    blood = _red_cells(plan, rng)
    concentrations *= 1 - np.minimum(2 * blood, 1)
    concentrations[2] = blood
    return concentrations


def _cytoplasm(plan: Plan, nuclei: list[Nucleus], tissue: Tissue, rng: np.random.Generator) -> Floats:
    """Cell bodies: each with a density of its own, parted by borders that are paler or darker than they are."""
    side = plan.holes.shape[0]
    where = np.maximum(plan.malignant, np.float32(0.9) * plan.normal)
    bodies = [(n.x, n.y) for n in nuclei if n.kind in (Kind.TUMOUR, Kind.NORMAL)]
    granules = 1 + np.float32(rng.uniform(0.05, 0.2)) * speckle(1.6, side, rng) + np.float32(0.15) * speckle(16, side, rng)
    if len(bodies) < 2:
        return np.asarray(where * np.maximum(granules, 0.2), dtype=np.float32)
    nearest, second = borders(np.array(bodies), side)
    border = np.exp(-np.square((second - nearest) / np.float32(rng.uniform(1.6, 3.0))))
    halo = np.float32(rng.uniform(0.0, 0.35)) * np.exp(-np.square((nearest - np.float32(tissue.diameter)) / 4))
    shade = 1 + np.float32(rng.uniform(-0.55, 0.5)) * border - halo
    return np.asarray(where * np.maximum(granules * shade, 0.1), dtype=np.float32)


def _stroma(plan: Plan, tissue: Tissue, rng: np.random.Generator) -> Floats:
    """Collagen: bands and strands, loose or dense, denser where it wraps the nests."""
    side = plan.holes.shape[0]
    strands = collagen(FINENESS * plan.across, FINENESS * plan.along, rng) * np.clip(
        0.95 + 0.25 * relief(3.0, side, rng), 0.5, 1.7
    )
    loose = float(rng.choice([4, 6, 9]))
    open_places = 0.25 + 0.75 * soft_step(speckle(loose, side, rng) - tissue.porosity + 0.7, float(rng.uniform(0.3, 1.0)))
    sheath = 1 + np.float32(rng.uniform(0.0, 0.6)) * plan.seams
    walls = 1 + np.float32(0.2) * plan.fat
    return np.asarray(plan.stroma * strands * open_places * sheath * walls, dtype=np.float32)


def _red_cells(plan: Plan, rng: np.random.Generator) -> Floats:
    """A few clusters of red cells in the stroma: small discs of one colour."""
    side = plan.holes.shape[0]
    blood = np.zeros((side, side), dtype=np.float32)
    clusters = int(rng.poisson(0.5))
    for x, y in scatter(plan.stroma, clusters if plan.stroma.sum() > 0.03 * side**2 else 0, rng):
        count = int(rng.integers(2, 14))
        for cx, cy in np.stack([x, y]) + rng.normal(0, 1.5 * RED_CELL, (count, 2)) * (1, 0.6):
            column, row, reach = round(cx), round(cy), int(RED_CELL) + 3
            if not (reach < column < side - reach and reach < row < side - reach):
                continue
            window = blood[row - reach : row + reach, column - reach : column + reach]
            dx = np.arange(column - reach, column + reach) - cx
            dy = np.arange(row - reach, row + reach)[:, None] - cy
            disc = soft_step(RED_CELL - np.hypot(dx, dy), 0.7) * np.float32(rng.uniform(0.35, 0.6))
            np.maximum(window, disc, out=window)
    return blood
