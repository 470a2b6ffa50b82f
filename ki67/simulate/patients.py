"""Patients and laboratories: what stays about the same from field to field, and how far a field may stray from it."""

from dataclasses import dataclass, replace

import numpy as np

from ki67.simulate.camera import Camera
from ki67.simulate.optics import Stains, jittered, unit

# Steps of the additive recurrence (generalised golden ratio in three dimensions): even six patients spread.
SPREAD = (0.8191725134, 0.6710436067, 0.5497004779)


@dataclass(frozen=True)
class Tissue:
    """Biology and staining of a patient; lengths in µm, stain levels in optical density along the stain's vector."""

    index: float
    crowding: float
    diameter: float
    pleomorphism: float
    haematoxylin: float
    haematoxylin_spread: float
    masking: float
    vesicular: float
    dab_weak: float
    dab_strong: float
    dab_fullness: float
    dab_granularity: float
    blush: float
    haze: float
    ground: float
    porosity: float
    ghosts: float
    focus: tuple[float, float, float]


@dataclass(frozen=True)
class Patient:
    """One simulated patient: number, tissue, stains and the camera of the laboratory."""

    number: int
    tissue: Tissue
    stains: Stains
    camera: Camera


def log_between(low: float, high: float, rng: np.random.Generator) -> float:
    """A factor between two, as likely to be twice as large as half as large."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _blend(soft: float, crisp: float, share: float, spread: float, rng: np.random.Generator) -> float:
    """A setting between the two styles seen in published sets, geometrically, with scatter of its own."""
    return float(soft ** (1 - share) * crisp**share * np.exp(rng.normal(0.0, spread)))


def draw_patient(seed: int, number: int) -> Patient:
    """The patient of this number in the cohort of this seed; numbers follow a sequence that spreads index and style."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, number]))
    start = np.random.default_rng(np.random.SeedSequence([seed])).random(3)
    index, style, size = (start + number * np.asarray(SPREAD)) % 1.0
    crisp = float(np.clip(2.2 * style - 0.6, 0.0, 1.0))
    tissue = _tissue(0.9 * index ** (1.5 - 0.7 * crisp), crisp, 4.9 * 2.6**size, rng)
    return Patient(number, tissue, _stains(crisp, rng), _camera(crisp, rng))


def _tissue(index: float, crisp: float, diameter: float, rng: np.random.Generator) -> Tissue:
    return Tissue(
        index=float(index),
        crowding=float(rng.uniform(0.0, 1.0) ** (1 - 0.4 * crisp)),
        diameter=float(diameter),
        pleomorphism=log_between(0.09, 0.30, rng),
        haematoxylin=_blend(0.24, 0.15, crisp, 0.40, rng),
        haematoxylin_spread=float(rng.uniform(0.15, 0.45)),
        masking=float(rng.uniform(0.0, 1.0)),
        vesicular=float(rng.beta(1.2, 1.2)),
        dab_weak=_blend(0.15, 0.38, crisp, 0.20, rng),
        dab_strong=_blend(1.05, 4.2, crisp, 0.40, rng),
        dab_fullness=_blend(1.0, 1.7, crisp, 0.25, rng),
        dab_granularity=float(rng.uniform(0.1, 0.6)),
        blush=float(rng.beta(0.9, 2.0)),
        haze=float(rng.beta(1.0, 2.2)),
        ground=_blend(0.065, 0.10, crisp, 0.28, rng),
        porosity=float(rng.normal(-0.3, 0.7)),
        ghosts=float(rng.beta(1.0, 3.0)),
        focus=_focus(rng),
    )


def _focus(rng: np.random.Generator) -> tuple[float, float, float]:
    """The shares of nuclei in the focal plane, near it and far from it: thick sections have fewer sharp ones."""
    sharp, near, far = rng.dirichlet((6.0, 3.0, 1.0))
    return float(sharp), float(near), float(far)


def _stains(crisp: float, rng: np.random.Generator) -> Stains:
    haematoxylin = (1 - crisp) * np.asarray([0.62, 0.73, 0.21]) + crisp * np.asarray([0.75, 0.56, 0.25])
    rich = float(rng.uniform(0, 1))  # from yellow-brown chromogen to a reddish, nearly black one
    dab = (1 - rich) * np.asarray([0.22, 0.50, 0.84]) + rich * np.asarray([0.40, 0.64, 0.65])
    ground = rng.uniform([0.40, 0.52, 0.58], [0.55, 0.60, 0.85])
    return Stains(jittered(unit(haematoxylin), 0.08, rng), jittered(unit(dab), 0.06, rng), unit(ground))


def _camera(crisp: float, rng: np.random.Generator) -> Camera:
    yellow = float((1 - crisp) * rng.uniform(0.05, 0.17) + crisp * rng.uniform(0.0, 0.08))
    level = float(rng.uniform(0.91, 0.98) * (1 - crisp) + rng.uniform(0.84, 0.92) * crisp)
    green = float(rng.normal(0.985, 0.010))
    return Camera(
        white=(level, level * green, level * (1 - yellow)),
        vignette=float(rng.uniform(0.0, 0.03)),
        blur=_blend(1.55, 0.75, crisp, 0.20, rng),
        drift=0.0,
        fringe=float(rng.uniform(0.0, 0.45)),
        glare=float(rng.uniform(0.0, 0.06) * (1 - crisp)),
        black=float(rng.uniform(0.0, 0.07) * crisp),
        gamma=float(np.exp(rng.normal(0.0, 0.12))),
        saturation=_blend(0.90, 1.08, crisp, 0.10, rng),
        sharpening=float(rng.uniform(0.5, 1.8) * crisp + max(rng.normal(-0.1, 0.3), 0.0)),
        sharpening_radius=float(rng.uniform(0.9, 2.2)),
        noise=float(rng.uniform(0.4, 3.0)),
        grain=round(float(rng.uniform(0.5, 1.6)), 1),
        quality=int(rng.integers(72, 97)),
    )


def for_field(patient: Patient, rng: np.random.Generator) -> Patient:
    """The patient as one field shows it: stain vectors, white point, levels and focus wander from field to field."""
    tissue, camera, stains = patient.tissue, patient.camera, patient.stains
    logit = np.log((tissue.index + 0.01) / (1.01 - tissue.index)) + rng.normal(0.0, 0.5)
    lamp = np.exp(rng.normal(0.0, [0.02, 0.009, 0.035]))
    white = np.minimum(np.asarray(camera.white) * np.cumprod(lamp), 0.99)
    white[2] = min(white[2], 0.985 * white[0])
    return Patient(
        patient.number,
        replace(
            tissue,
            index=float(np.clip(1 / (1 + np.exp(-logit)), 0.0, 0.95)),
            crowding=float(np.clip(tissue.crowding + rng.normal(0, 0.3), 0, 1)),
            diameter=tissue.diameter * float(np.exp(rng.normal(0, 0.10))),
            haematoxylin=float(np.clip(tissue.haematoxylin * np.exp(rng.normal(0, 0.25)), 0.06, 0.6)),
            dab_strong=tissue.dab_strong * float(np.exp(rng.normal(0, 0.2))),
            ground=min(tissue.ground * float(np.exp(rng.normal(0, 0.25))), 0.16),
            porosity=tissue.porosity + float(rng.normal(0, 0.5)),
        ),
        Stains(
            jittered(stains.haematoxylin, 0.06, rng),
            jittered(stains.dab, 0.05, rng),
            jittered(stains.ground, 0.05, rng),
        ),
        replace(
            camera,
            white=(float(white[0]), float(white[1]), float(white[2])),
            blur=camera.blur * float(np.exp(rng.normal(0, 0.2))),
            drift=float(max(rng.normal(-1.0, 1.8), 0.0)),
            gamma=camera.gamma * float(np.exp(rng.normal(0, 0.06))),
            saturation=camera.saturation * float(np.exp(rng.normal(0, 0.08))),
        ),
    )
