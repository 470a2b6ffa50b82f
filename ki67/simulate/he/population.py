"""The nuclei of an H&E patch: malignant, of glands, lymphocytes, and those of the stroma, which nobody annotates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ki67.simulate.architecture import fibre_angle
from ki67.simulate.he.architecture import Plan
from ki67.simulate.he.glands import Gland
from ki67.simulate.he.patients import UM_PER_PX, Tissue
from ki67.simulate.noise import Floats, relief
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.population import apart, scatter

MOST = 1200
# How dark a kind's chromatin is beside the tumour's, its elongation, and how far its outline strays.
DARKNESS = {Kind.TUMOUR: 1.0, Kind.NORMAL: 1.1, Kind.LYMPHOCYTE: 1.7, Kind.SPINDLE: 1.2, Kind.PLUMP: 1.0, Kind.PYKNOTIC: 1.9}
ASPECT = {
    Kind.TUMOUR: (1.0, 1.6), Kind.NORMAL: (1.1, 1.7), Kind.LYMPHOCYTE: (1.0, 1.2), Kind.SPINDLE: (2.6, 6.0),
    Kind.PLUMP: (1.4, 2.4), Kind.PYKNOTIC: (1.0, 1.8),
}  # fmt: skip
BUMPS = {Kind.TUMOUR: 0.07, Kind.NORMAL: 0.025, Kind.LYMPHOCYTE: 0.03, Kind.SPINDLE: 0.08, Kind.PLUMP: 0.06, Kind.PYKNOTIC: 0.10}


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places of one kind: centres, the radius of the nucleus, the room that its cell takes, and an angle or none (NaN)."""

    kind: Kind
    xy: NDArray[np.float64]
    radius: NDArray[np.float64]
    room: NDArray[np.float64]
    angle: NDArray[np.float64]


def populate(plan: Plan, tissue: Tissue, unit: float, rng: np.random.Generator) -> list[Nucleus]:
    """All nuclei of a patch; `unit` is the tumour's nuclear diameter in pixels."""
    groups = [_of_glands(plan.glands, plan, rng), *_scattered(plan, tissue, unit, rng)]
    xy, room = (np.concatenate([getattr(group, name) for group in groups]) for name in ("xy", "room"))
    kept = [i for i in apart(xy, room, float(rng.uniform(0.85, 1.0)), rng, MOST) if _held(plan.holes, xy[i])]
    owner = np.repeat(np.arange(len(groups)), [len(group.xy) for group in groups])
    first = np.concatenate([[0], np.cumsum([len(group.xy) for group in groups])])
    return [_nucleus(groups[owner[i]], i - int(first[owner[i]]), plan, tissue, rng) for i in kept]


def _held(holes: Floats, centre: NDArray[np.float64]) -> bool:
    """Whether tissue holds the nucleus: one in a slit or a lumen would be annotated and not seen."""
    column, row = (int(np.clip(at, 0, holes.shape[0] - 1)) for at in centre)
    return bool(holes[row, column] < 0.5)


def _scattered(plan: Plan, tissue: Tissue, unit: float, rng: np.random.Generator) -> list[Candidates]:
    """What is strewn with a density: the tumour's nuclei first, because others give way to earlier ones."""
    side = plan.holes.shape[0]
    patchy = 0.4 + 0.6 / (1 + np.exp(-2.0 * relief(3.0, side, rng)))
    between = plan.stroma * np.clip(1 - 1.6 * ndimage.gaussian_filter(plan.fat, 8.0, truncate=2.5), 0.02, 1)
    foci = between * np.clip(relief(2.5, side, rng) + 1.2 * tissue.infiltrate - 0.6, 0.02, 1.5)
    dense = 2.2 * tissue.infiltrate**2 * (3.0 if rng.random() < 0.15 else 1.0)
    cells = plan.malignant * (plan.malignant > 0.6)
    room = (unit * tissue.spacing) ** 2
    lurking = foci + 0.06 * tissue.infiltrate * plan.malignant
    fibrous = between * patchy
    spindles, plump, dying = (float(rng.uniform(*ends)) for ends in ((0.15, 0.7), (0.03, 0.22), (0.0, 0.03)))
    small, thin = 3.0 / UM_PER_PX, 2.7 / UM_PER_PX
    return [
        _strewn(Kind.TUMOUR, cells, 3.0 / room, 0.5 * unit, tissue.pleomorphism, tissue.spacing, rng),
        _strewn(Kind.LYMPHOCYTE, lurking, dense / 14**2, small, 0.08, 1.1, rng),
        _strewn(Kind.SPINDLE, fibrous, spindles / 24**2, thin, 0.22, 1.2, rng),
        _strewn(Kind.PLUMP, fibrous, plump / 24**2, 1.25 * thin, 0.15, 1.2, rng),
        _strewn(Kind.PYKNOTIC, plan.malignant, dying / unit**2, 0.3 * unit, 0.25, 1.3, rng),
    ]


def _strewn(
    kind: Kind, where: Floats, density: float, radius: float, spread: float, spacing: float, rng: np.random.Generator
) -> Candidates:
    """Points with a density, nuclei an expected `density` a pixel where the map is 1."""
    count = min(int(rng.poisson(density * float(where.sum()))), 3 * MOST)
    xy = scatter(where, count, rng)
    radii = radius * np.exp(rng.normal(0, spread, len(xy)))
    return Candidates(kind, xy, radii, radii * spacing, np.full(len(xy), np.nan))


def _of_glands(glands: tuple[Gland, ...], plan: Plan, rng: np.random.Generator) -> Candidates:
    """Nuclei in a ring or two round each lumen, evenly spaced; those at the base lie flat."""
    side = plan.holes.shape[0]
    radius, found = 3.1 / UM_PER_PX, list[tuple[float, float, float, float]]()
    for gland in glands:
        wall = gland.radius * (1 - gland.inner)
        rings = (
            [(gland.inner + 0.55 * (1 - gland.inner), 0.0)]
            if wall < 26
            else [(gland.inner + s * (1 - gland.inner), 0.0) for s in (0.3, 0.62)]
        )
        for share, turn in [*rings, (1 - 4 / gland.radius, np.pi / 2)]:
            count = int(2 * np.pi * gland.radius * share / (2.3 * radius if turn == 0 else 4.2 * radius))
            angle = (np.arange(count) + rng.uniform(-0.22, 0.22, count)) * (2 * np.pi / max(count, 1)) + rng.uniform(0, 7)
            r = gland.outline(angle.astype(np.float32)) * share + rng.normal(0, 1.2, count)
            size = radius * np.exp(rng.normal(0, 0.09, count)) * (0.8 if turn else 1.0)
            found += zip(gland.x + r * np.cos(angle), gland.y + r * np.sin(angle), angle + turn, size, strict=True)
    table = np.array(found).reshape(-1, 4)
    table = table[((table[:, :2] > -8) & (table[:, :2] < side + 8)).all(axis=1)]
    return Candidates(Kind.NORMAL, table[:, :2], table[:, 3], table[:, 3], table[:, 2])


def _nucleus(group: Candidates, i: int, plan: Plan, tissue: Tissue, rng: np.random.Generator) -> Nucleus:
    """One nucleus with the stain it holds: its kind sets the ranges."""
    kind, x, y = group.kind, float(group.xy[i, 0]), float(group.xy[i, 1])
    dense = kind in (Kind.LYMPHOCYTE, Kind.SPINDLE, Kind.PYKNOTIC)
    vesicular = (
        0.15 if dense else float(np.clip(tissue.vesicular * (0.6 if kind is Kind.NORMAL else 1) + rng.normal(0, 0.15), 0, 1))
    )
    fibre = kind in (Kind.SPINDLE, Kind.PLUMP)
    level = tissue.haematoxylin * float(np.exp(rng.normal(0, tissue.haematoxylin_spread)))
    angle = float(group.angle[i]) if np.isfinite(group.angle[i]) else float(rng.uniform(0, np.pi))
    return Nucleus(
        x=x,
        y=y,
        radius=float(np.clip(group.radius[i], 2.0, 30.0)),
        aspect=float(rng.uniform(*ASPECT[kind])),
        angle=fibre_angle(plan.across, x, y) + float(rng.normal(0, 0.25)) if fibre else angle,
        bumps=BUMPS[kind] * float(rng.uniform(0.4, 1.3)),
        ragged=float(rng.uniform(0.0, 0.04)),
        bend=float(rng.normal(0, 0.13)) if fibre else float(rng.normal(0, 0.05)),
        haematoxylin=level * DARKNESS[kind] * (1.15 if vesicular > 0.5 else 1.0),
        dab=0.0,
        vesicular=vesicular,
        granularity=float(rng.uniform(0.10, 0.30 if kind is Kind.NORMAL else 0.48)),
        dab_granularity=0.0,
        nucleoli=int(rng.binomial(2, tissue.nucleoli)) if kind is Kind.TUMOUR else 0,
        depth=int(rng.choice(3, p=tissue.focus)),
        kind=kind,
        positive=False,
        crowded=False,
    )
