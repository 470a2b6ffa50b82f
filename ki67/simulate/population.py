"""Who lives in the field: places without too much overlap, then the properties of each nucleus."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ki67.simulate.architecture import Architecture
from ki67.simulate.noise import Floats, relief
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.patients import Tissue

MOST_CELLS = 330
SPARSE = 0.25  # fields that hold a tenth to two thirds of the usual number


@dataclass(frozen=True)
class Body:
    """A place taken: what stands there, in grid pixels, before it has stains."""

    kind: Kind
    x: float
    y: float
    radius: float
    crowded: bool


def populate(plan: Architecture, tissue: Tissue, unit: float, rng: np.random.Generator) -> list[Nucleus]:
    """All bodies of a field; `unit` is the tumour's nuclear diameter in grid pixels."""
    kinds, places, radii = _candidates(plan, tissue, unit, rng)
    kept = apart(places, radii, float(rng.uniform(0.72, 1.0)), rng)
    hot = relief(2.0, plan.tissue.shape[0], rng)
    crowded = _crowded(kinds, places, kept)
    chosen = [Body(kinds[i], float(places[i, 0]), float(places[i, 1]), float(radii[i]), i in crowded) for i in kept]
    return [_nucleus(body, plan, tissue, hot, rng) for body in chosen]


def _candidates(
    plan: Architecture, tissue: Tissue, unit: float, rng: np.random.Generator
) -> tuple[list[Kind], NDArray[np.float64], NDArray[np.float64]]:
    """More places than will be kept, the tumour's first, each with a radius."""
    side = plan.tissue.shape[0]
    patchy = 0.35 + 0.65 / (1 + np.exp(-2.0 * relief(3.0, side, rng)))
    stroma = plan.tissue * (1 - plan.epithelium)
    cell_area = (unit * (1.95 - 0.75 * tissue.crowding)) ** 2
    infiltrate = float(rng.choice([0.0, 0.05, 0.25, 1.5], p=[0.3, 0.4, 0.24, 0.06]))
    foci = stroma * np.clip(relief(2.5, side, rng) + 0.2, 0.03, 1.5)
    small = (26.0 / unit) ** 0.5
    full = float(rng.uniform(0.08, 0.7)) if rng.random() < SPARSE else 1.0
    wanted = (
        (Kind.TUMOUR, plan.epithelium * patchy, 1.6, 0.5 * unit, tissue.pleomorphism),
        (Kind.PLUMP, stroma * patchy, float(rng.uniform(0.1, 0.6)), 0.42 * unit * small, 0.15),
        (Kind.LYMPHOCYTE, foci, infiltrate, 7.5 * float(rng.uniform(0.85, 1.2)), 0.10),
        (Kind.SPINDLE, stroma * patchy, float(rng.uniform(0.1, 0.8)), 0.30 * unit * small, 0.28),
        (Kind.PYKNOTIC, plan.tissue * patchy, float(rng.uniform(0.0, 0.06)), 0.30 * unit, 0.30),
        (Kind.GHOST, plan.tissue * patchy, 0.15 * tissue.ghosts, 0.5 * unit, 0.20),
        (Kind.FLECK, plan.tissue, float(rng.uniform(0.0, 0.15)), 3.0, 0.45),
    )
    kinds: list[Kind] = []
    places, radii = [], []
    for kind, where, rate, radius, spread in wanted:
        area = cell_area if kind in (Kind.TUMOUR, Kind.GHOST, Kind.PYKNOTIC) else 40.0**2
        count = min(int(rng.poisson(full * rate * float(where.sum()) / area)), 3 * MOST_CELLS)
        found = scatter(where, count, rng)
        kinds += [kind] * len(found)
        places.append(found)
        radii.append(radius * np.exp(rng.normal(0, spread, len(found))))
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


def fibre_angle(across: Floats, x: float, y: float) -> float:
    """The direction in which the fibres run at a place."""
    side = across.shape[0]
    column, row = min(max(int(x), 2), side - 3), min(max(int(y), 2), side - 3)
    gx = float(across[row, column + 2] - across[row, column - 2])
    gy = float(across[row + 2, column] - across[row - 2, column])
    return float(np.arctan2(gx, -gy))


def _nucleus(body: Body, plan: Architecture, tissue: Tissue, hot: Floats, rng: np.random.Generator) -> Nucleus:
    """One body with the stains it holds: what `kind` it is sets the ranges."""
    kind, x, y = body.kind, body.x, body.y
    side = hot.shape[0]
    warmth = float(hot[min(int(y), side - 1), min(int(x), side - 1)])
    positive, dab = _dab(kind, tissue, warmth, rng)
    solid = kind in (Kind.LYMPHOCYTE, Kind.PYKNOTIC, Kind.SPINDLE, Kind.FLECK)
    fibre = kind is Kind.SPINDLE or (kind is Kind.PLUMP and rng.random() < 0.7)
    vesicular = 0.15 if solid else float(np.clip(tissue.vesicular + rng.normal(0, 0.2), 0, 1))
    return Nucleus(
        x=x,
        y=y,
        radius=float(np.clip(body.radius * (1.08 if positive else 1.0), 1.5, 40)),
        aspect=_aspect(kind, rng),
        angle=_angle(kind, fibre, plan, (x, y), rng),
        ragged=float(rng.uniform(0.0, 0.08 if positive else 0.04)),
        bumps=float(rng.uniform(0.01, 0.09)) * (1.0 if kind in (Kind.TUMOUR, Kind.LYMPHOCYTE) else 1.8),
        bend=float(rng.normal(0, 0.13)) if fibre else float(rng.normal(0, 0.05)),
        haematoxylin=_haematoxylin(kind, tissue, positive, rng),
        dab=dab,
        vesicular=vesicular,
        granularity=float(rng.uniform(0.08, 0.38)),
        dab_granularity=float(np.clip(tissue.dab_granularity + rng.normal(0, 0.15), 0.03, 0.8)),
        nucleoli=0 if solid else int(rng.binomial(3, 0.35 * vesicular)),
        depth=2 if kind is Kind.GHOST else int(rng.choice(3, p=tissue.focus)),
        kind=kind,
        positive=positive,
        crowded=body.crowded,
    )


def _angle(kind: Kind, fibre: bool, plan: Architecture, place: tuple[float, float], rng: np.random.Generator) -> float:
    """Along the fibres, more or less, or anyhow."""
    if not fibre:
        return float(rng.uniform(0, np.pi))
    return fibre_angle(plan.across, *place) + float(rng.normal(0, 0.5 if kind is Kind.PLUMP else 0.3))


def _aspect(kind: Kind, rng: np.random.Generator) -> float:
    low, high = {
        Kind.TUMOUR: (1.0, 1.6),
        Kind.PLUMP: (1.15, 1.95),
        Kind.LYMPHOCYTE: (1.0, 1.2),
        Kind.SPINDLE: (2.0, 5.5),
        Kind.PYKNOTIC: (1.0, 2.2),
        Kind.GHOST: (1.0, 1.6),
        Kind.FLECK: (1.0, 2.5),
    }[kind]
    return float(rng.uniform(low, high))


def _haematoxylin(kind: Kind, tissue: Tissue, positive: bool, rng: np.random.Generator) -> float:
    level = tissue.haematoxylin * float(np.exp(rng.normal(0, tissue.haematoxylin_spread)))
    share = {
        Kind.TUMOUR: 1.0,
        Kind.PLUMP: float(rng.uniform(0.9, 1.5)),
        Kind.LYMPHOCYTE: float(rng.uniform(1.5, 2.2)),
        Kind.SPINDLE: float(rng.uniform(0.4, 1.7)),
        Kind.PYKNOTIC: float(rng.uniform(1.2, 2.6)),
        Kind.GHOST: float(rng.uniform(0.0, 0.35)),
        Kind.FLECK: 0.0,
    }[kind]
    masked = 1.3 - 1.3 * tissue.masking * float(rng.uniform(0.5, 1.0)) if positive else 1.0  # DAB shields counterstain
    return level * share * masked


def _dab(kind: Kind, tissue: Tissue, warmth: float, rng: np.random.Generator) -> tuple[bool, float]:
    """Whether an annotator calls it positive, and its DAB: haze stays below the weakest positive."""
    odds = {Kind.TUMOUR: 1.0, Kind.PLUMP: 0.12, Kind.LYMPHOCYTE: 0.02, Kind.SPINDLE: 0.10}.get(kind, 0.0)
    share = tissue.index * odds
    tilted = share / (share + (1 - share) * np.exp(-0.6 * warmth)) if share > 0 else 0.0
    if rng.random() < tilted:
        strength = float(rng.beta(tissue.dab_fullness, 1.0))
        return True, 1.25 * tissue.dab_weak * (tissue.dab_strong / tissue.dab_weak) ** strength
    if kind is Kind.FLECK:
        return False, tissue.dab_strong * float(rng.uniform(0.2, 0.9))
    if kind is Kind.PYKNOTIC and rng.random() < 0.4 * min(3 * tissue.index, 1.0):
        return False, tissue.dab_weak * float(rng.uniform(0.5, 3.0))
    if kind is Kind.GHOST:
        return False, tissue.dab_weak * float(rng.uniform(0.0, 0.5))
    hazy = rng.random() < 0.06 + 0.4 * tissue.haze
    return False, tissue.dab_weak * (float(rng.uniform(0.15, 0.8)) if hazy else 0.0)
