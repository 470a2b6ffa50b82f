"""Who lives in the field: places without too much overlap, and the kind that stands at each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ki67.simulate.architecture import Architecture
from ki67.simulate.noise import Floats, relief
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.patients import Tissue
from ki67.simulate.situations import SITUATIONS
from ki67.simulate.staining import Body, Surroundings, nucleus_of

MOST_CELLS = 400
STROMAL_AREA = 40.0**2  # grid pixels that a stromal nucleus has to itself where there are many


@dataclass(frozen=True)
class Guild:
    """One kind of body: where it lives, how many of it, and how large."""

    kind: Kind
    where: Floats
    expected: float
    radius: float
    spread: float


def populate(plan: Architecture, tissue: Tissue, unit: float, rng: np.random.Generator) -> list[Nucleus]:
    """All bodies of a field; `unit` is the tumour's nuclear diameter in grid pixels."""
    kinds, places, radii = _candidates(_guilds(plan, tissue, unit, rng), rng)
    kept = apart(places, radii, float(rng.uniform(0.72, 1.0)), rng)
    around = Surroundings(plan, tissue, SITUATIONS[plan.growth], relief(2.0, plan.tissue.shape[0], rng))
    crowded = _crowded(kinds, places, kept)
    chosen = [Body(kinds[i], float(places[i, 0]), float(places[i, 1]), float(radii[i]), i in crowded) for i in kept]
    return [nucleus_of(body, around, rng) for body in chosen]


def _guilds(plan: Architecture, tissue: Tissue, unit: float, rng: np.random.Generator) -> list[Guild]:
    """Everyone who may live here, the tumour first: who comes first keeps his place."""
    side = plan.tissue.shape[0]
    patchy = 0.35 + 0.65 / (1 + np.exp(-2.0 * relief(3.0, side, rng)))
    full = float(rng.uniform(0.08, 0.7)) if rng.random() < tissue.sparse * SITUATIONS[plan.growth].sparse else 1.0
    return [
        *_tumour(plan, tissue, patchy, unit, full, rng),
        *_stroma(plan, patchy, unit, full, rng),
        *_lymphocytes(plan, full, rng),
        *_debris(plan, tissue, patchy, unit, rng),
    ]


def _tumour(
    plan: Architecture, tissue: Tissue, patchy: Floats, unit: float, full: float, rng: np.random.Generator
) -> list[Guild]:
    """The tumour's nuclei, and beside nests a few that lie alone."""
    situation = SITUATIONS[plan.growth]
    area = (situation.size * unit * (1.95 - 0.75 * tissue.crowding)) ** 2
    strays = 0.0 if situation.spread else float(rng.choice([0.0, 0.02, 0.06], p=[0.5, 0.35, 0.15]))
    where = (plan.epithelium + np.float32(strays) * plan.stroma) * patchy
    return [Guild(Kind.TUMOUR, where, 1.6 * full * float(where.sum()) / area, 0.5 * situation.size * unit, tissue.pleomorphism)]


def _stroma(plan: Architecture, patchy: Floats, unit: float, full: float, rng: np.random.Generator) -> list[Guild]:
    """Plump and thin nuclei between the fibres, more of them along the nests."""
    small = (26.0 / unit) ** 0.5
    many, thin = float(rng.uniform(0.25, 1.3)), float(rng.uniform(0.2, 0.8))
    where = plan.stroma * patchy + np.float32(rng.uniform(0.0, 2.5)) * plan.borders
    room = full * many * float(where.sum()) / STROMAL_AREA
    return [
        Guild(Kind.PLUMP, where, (1 - thin) * room, 0.38 * unit * small, 0.18),
        Guild(Kind.SPINDLE, where, thin * room, 0.28 * unit * small, 0.28),
    ]


def _lymphocytes(plan: Architecture, full: float, rng: np.random.Generator) -> list[Guild]:
    """Lone ones, foci, or a whole field of them."""
    rate = float(rng.choice(SITUATIONS[plan.growth].lymphocytes))
    level = 1.4 if plan.growth == "infiltrate" else 0.2
    foci = plan.stroma * np.clip(relief(2.5, plan.tissue.shape[0], rng) + level, 0.03, 1.5)
    radius = 8.2 * float(rng.uniform(0.85, 1.2))
    return [Guild(Kind.LYMPHOCYTE, foci, full * rate * float(foci.sum()) / STROMAL_AREA, radius, 0.11)]


def _debris(plan: Architecture, tissue: Tissue, patchy: Floats, unit: float, rng: np.random.Generator) -> list[Guild]:
    """What nobody counts: shrunken bodies, ghosts, flecks and smears of DAB."""
    room = float(plan.tissue.sum())
    per_cell = room / (1.5 * unit) ** 2
    everywhere = plan.tissue * patchy
    return [
        Guild(Kind.PYKNOTIC, everywhere, float(rng.uniform(0.0, 0.06)) * per_cell, 0.30 * unit, 0.30),
        Guild(Kind.GHOST, everywhere, 0.10 * tissue.ghosts * per_cell, 0.5 * unit, 0.20),
        Guild(Kind.FLECK, plan.tissue, float(rng.uniform(0.0, 0.10)) * room / STROMAL_AREA, 3.0, 0.45),
        Guild(Kind.SMEAR, plan.stroma, 0.06 * tissue.smears * room / STROMAL_AREA, 0.42 * unit, 0.35),
    ]


def _candidates(guilds: list[Guild], rng: np.random.Generator) -> tuple[list[Kind], NDArray[np.float64], NDArray[np.float64]]:
    """More places than will be kept, each with a radius."""
    kinds: list[Kind] = []
    places, radii = [], []
    for guild in guilds:
        count = min(int(rng.poisson(guild.expected)), 3 * MOST_CELLS)
        found = scatter(guild.where, count, rng)
        kinds += [guild.kind] * len(found)
        places.append(found)
        radii.append(guild.radius * np.exp(rng.normal(0, guild.spread, len(found))))
    return kinds, np.concatenate(places), np.concatenate(radii)


def scatter(where: Floats, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Points (x, y) with density proportional to a map."""
    if count == 0:
        return np.zeros((0, 2))
    flat = np.cumsum(where.ravel(), dtype=np.float64)
    chosen = np.searchsorted(flat, rng.random(count) * flat[-1])
    rows, columns = np.divmod(np.minimum(chosen, where.size - 1), where.shape[1])
    return np.stack([columns, rows], axis=1) + rng.random((count, 2))


def apart(
    places: NDArray[np.float64], radii: NDArray[np.float64], closeness: float, rng: np.random.Generator, most: int = MOST_CELLS
) -> list[int]:
    """The candidates that stay when each gives way to an earlier one that it would overlap too much."""
    if len(places) == 0:
        return []
    pairs = cKDTree(places).query_pairs(2 * float(np.quantile(radii, 0.98)), output_type="ndarray")
    pairs = np.sort(pairs, axis=1)
    gap = np.linalg.norm(places[pairs[:, 0]] - places[pairs[:, 1]], axis=1)
    tight = closeness * rng.uniform(0.75, 1.05, len(pairs))
    clash = pairs[gap < tight * (radii[pairs[:, 0]] + radii[pairs[:, 1]])]
    clash = clash[np.lexsort((clash[:, 1], clash[:, 0]))]
    keep = np.ones(len(places), dtype=bool)
    for first, second in clash:
        if keep[first]:
            keep[second] = False
    return [int(i) for i in np.flatnonzero(keep)[:most]]


def _crowded(kinds: list[Kind], places: NDArray[np.float64], kept: list[int]) -> set[int]:
    """Lymphocytes in an aggregate: annotators single out those that stand apart."""
    small = [i for i in kept if kinds[i] is Kind.LYMPHOCYTE]
    if not small:
        return set()
    near = cKDTree(places[small]).query_ball_point(places[small], 40.0, return_length=True)
    return {i for i, count in zip(small, near, strict=True) if count > 2}
