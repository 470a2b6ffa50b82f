"""What each body of a field looks like: its shape, how much of each stain it holds, and how deep it lies."""

from dataclasses import dataclass

import numpy as np

from ki67.simulate.architecture import Architecture, fibre_angle
from ki67.simulate.noise import Floats
from ki67.simulate.nuclei import Kind, Nucleus
from ki67.simulate.patients import Tissue
from ki67.simulate.situations import Situation

SOLID = frozenset({Kind.LYMPHOCYTE, Kind.PYKNOTIC, Kind.SPINDLE, Kind.FLECK, Kind.SMEAR})
# Length over width, at least and at most; the tumour's most slender nucleus is its situation's.
ASPECT = {
    Kind.PLUMP: (1.35, 3.0),
    Kind.LYMPHOCYTE: (1.0, 1.3),
    Kind.SPINDLE: (2.2, 6.0),
    Kind.PYKNOTIC: (1.0, 2.2),
    Kind.GHOST: (1.0, 1.6),
    Kind.FLECK: (1.0, 2.5),
    Kind.SMEAR: (1.2, 5.0),
}
# Haematoxylin beside the field's dark nuclei, at least and at most.
DARKNESS = {
    Kind.PLUMP: (0.45, 1.15),
    Kind.LYMPHOCYTE: (0.85, 1.4),
    Kind.SPINDLE: (0.35, 1.2),
    Kind.PYKNOTIC: (0.8, 1.5),
    Kind.GHOST: (0.02, 0.12),
    Kind.FLECK: (0.0, 0.0),
    Kind.SMEAR: (0.0, 0.3),
}
BROWN = {Kind.TUMOUR: 1.0, Kind.PLUMP: 0.14, Kind.LYMPHOCYTE: 0.03, Kind.SPINDLE: 0.10}  # beside the tumour's index
CYCLING = 0.06  # of the lymphocytes in an infiltrate


@dataclass(frozen=True)
class Body:
    """A place taken: what stands there, in grid pixels, before it has stains."""

    kind: Kind
    x: float
    y: float
    radius: float
    crowded: bool


@dataclass(frozen=True)
class Surroundings:
    """What a body's looks depend on beside its kind: the field's plan, tissue and situation, and where proliferation is high."""

    plan: Architecture
    tissue: Tissue
    situation: Situation
    warmth: Floats

    def at(self, plane: Floats, body: Body) -> float:
        """The value of a map where a body stands."""
        side = plane.shape[0]
        return float(plane[min(int(body.y), side - 1), min(int(body.x), side - 1)])


@dataclass(frozen=True)
class Stained:
    """How much of each stain a nucleus holds, and whether it is brown enough to be called positive."""

    positive: bool
    haematoxylin: float
    dab: float


def nucleus_of(body: Body, around: Surroundings, rng: np.random.Generator) -> Nucleus:
    """One body with its outline, chromatin and stains."""
    kind, tissue = body.kind, around.tissue
    stained = _stained(body, around, rng)
    fibre = _follows_fibres(kind, around.situation, rng)
    pallor = _pallor(kind, tissue, around.situation, rng)
    vesicular = 0.1 if kind in SOLID else 0.7 * float(np.clip(tissue.vesicular + rng.normal(0, 0.2), 0, 1))
    return Nucleus(
        x=body.x,
        y=body.y,
        radius=float(np.clip(body.radius * (1.08 if stained.positive else 1.0), 1.5, 40)),
        aspect=_aspect(kind, around.situation, rng),
        angle=_angle(body, fibre, around, rng),
        bumps=_bumps(kind, tissue, rng),
        ragged=float(rng.uniform(0.0, 0.08)) * min(1.0, 12 / body.radius),
        bend=float(rng.normal(0, 0.15)) if fibre else float(rng.normal(0, 0.05)),
        haematoxylin=stained.haematoxylin,
        dab=stained.dab,
        vesicular=vesicular,
        granularity=float(rng.uniform(0.05, 0.28)),
        dab_granularity=float(np.clip(tissue.dab_granularity + rng.normal(0, 0.1), 0.02, 0.6)),
        nucleoli=0 if kind in SOLID else int(rng.binomial(3, 0.1 + 0.35 * max(vesicular, pallor))),
        depth=2 if kind is Kind.GHOST else int(rng.choice(3, p=tissue.focus)),
        kind=kind,
        positive=stained.positive,
        crowded=body.crowded,
        pallor=pallor,
        membrane=float(rng.random()),
        taper=float(rng.uniform(0.2, 0.9)) if kind in (Kind.SPINDLE, Kind.SMEAR) else float(rng.uniform(0, 0.5)) * fibre,
        clumps=float(rng.uniform(0.08, 0.25 if kind in SOLID else 0.45)),
        lean=float(rng.normal(0, 0.28)),
    )


def _follows_fibres(kind: Kind, situation: Situation, rng: np.random.Generator) -> bool:
    often = {Kind.SPINDLE: 1.0, Kind.SMEAR: 1.0, Kind.PLUMP: 0.75}.get(kind, 0.0)
    if kind is Kind.TUMOUR and situation.slender > 2:
        often = 0.8
    return bool(rng.random() < often)


def _pallor(kind: Kind, tissue: Tissue, situation: Situation, rng: np.random.Generator) -> float:
    """How empty a nucleus is: the tumour's as the patient's are, others seldom."""
    usual = tissue.pallor * (1 - situation.solid) if kind is Kind.TUMOUR else 0.15
    return 0.0 if kind in SOLID else float(np.clip(usual + rng.normal(0, 0.22), 0, 1))


def _aspect(kind: Kind, situation: Situation, rng: np.random.Generator) -> float:
    low, high = ASPECT.get(kind, (1.0, situation.slender))
    return float(low + (high - low) * rng.random() ** 1.3)


def _bumps(kind: Kind, tissue: Tissue, rng: np.random.Generator) -> float:
    """How far the outline is from an ellipse."""
    rough = {Kind.TUMOUR: 1.0, Kind.LYMPHOCYTE: 1.0, Kind.SMEAR: 2.2}.get(kind, 1.8)
    return float(rng.uniform(0.01, 0.08)) * rough * tissue.irregularity


def _angle(body: Body, fibre: bool, around: Surroundings, rng: np.random.Generator) -> float:
    """Along the nest's edge where there is one, else along the fibres, more or less, or anyhow."""
    if not fibre:
        return float(rng.uniform(0, np.pi))
    plan = around.plan
    run = plan.epithelium if around.at(plan.borders, body) > 0.25 else plan.across
    return fibre_angle(run, body.x, body.y) + float(rng.normal(0, 0.3 if body.kind is Kind.SPINDLE else 0.45))


def _stained(body: Body, around: Surroundings, rng: np.random.Generator) -> Stained:
    """Both stains together: DAB hides the counterstain in most positive nuclei, and in some both are strong."""
    tissue = around.tissue
    blue = tissue.haematoxylin * _darkness(body.kind, around, rng) * float(np.exp(rng.normal(0, tissue.haematoxylin_spread)))
    if not _is_brown(body, around, rng):
        return Stained(False, blue, _stray(body.kind, tissue, rng))
    strength = float(rng.beta(tissue.dab_fullness, 1.0))
    if rng.random() < 0.5 * tissue.both:  # navy to purple: called positive although the blue shows
        dark = tissue.haematoxylin * float(rng.uniform(0.9, 1.9))
        return Stained(True, dark, _positive_dab(tissue, 0.25 + 0.4 * strength))
    shielded = 1 - tissue.masking * float(rng.uniform(0.6, 1.0))
    return Stained(True, blue * shielded, _positive_dab(tissue, strength))


def _positive_dab(tissue: Tissue, strength: float) -> float:
    """From just above the haze to solid, geometrically."""
    return float(1.25 * tissue.dab_weak * (tissue.dab_strong / tissue.dab_weak) ** strength)


def _darkness(kind: Kind, around: Surroundings, rng: np.random.Generator) -> float:
    if kind is Kind.TUMOUR:
        return 0.55 + 0.4 * (1 - around.tissue.pallor) + 0.2 * around.situation.solid
    return float(rng.uniform(*DARKNESS[kind]))


def _is_brown(body: Body, around: Surroundings, rng: np.random.Generator) -> bool:
    share = around.tissue.index * BROWN.get(body.kind, 0.0)
    if body.kind is Kind.LYMPHOCYTE and around.situation.growth == "infiltrate":
        share = CYCLING
    warmth = around.at(around.warmth, body)
    tilted = share / (share + (1 - share) * np.exp(-0.6 * warmth)) if share > 0 else 0.0
    return bool(rng.random() < tilted)


def _stray(kind: Kind, tissue: Tissue, rng: np.random.Generator) -> float:
    """DAB in what is not positive: a haze below the weakest positive; flecks and smears may be as brown as any."""
    if kind is Kind.FLECK:
        return tissue.dab_strong * float(rng.uniform(0.2, 0.9))
    if kind is Kind.SMEAR:
        return _positive_dab(tissue, float(rng.uniform(0.0, 0.6)))
    if kind is Kind.PYKNOTIC and rng.random() < 0.4 * min(3 * tissue.index, 1.0):
        return tissue.dab_weak * float(rng.uniform(0.5, 3.0))
    if kind is Kind.GHOST:
        return tissue.dab_weak * float(rng.uniform(0.0, 0.5))
    hazy = rng.random() < 0.04 + 0.4 * tissue.haze
    return tissue.dab_weak * (float(rng.uniform(0.15, 0.8)) if hazy else 0.0)
