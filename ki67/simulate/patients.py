"""Patients: what stays about the same from field to field, and how far a field may stray from it."""

from dataclasses import dataclass, replace

import numpy as np

from ki67.settings.names import Pool
from ki67.simulate.camera import Camera
from ki67.simulate.laboratories import laboratory_at
from ki67.simulate.laboratory import Laboratory, draw_camera, draw_stains, log_between
from ki67.simulate.optics import Stains, jittered
from ki67.simulate.situations import Growth, draw_growth, draw_habit

# Steps of the additive recurrence (generalised golden ratio in three dimensions): even six patients spread.
SPREAD = (0.8191725134, 0.6710436067, 0.5497004779)


@dataclass(frozen=True)
class Tissue:
    """Biology and staining of a patient; lengths in µm, stain levels in optical density along the stain's vector."""

    habit: tuple[float, ...]
    sparse: float
    index: float
    crowding: float
    diameter: float
    pleomorphism: float
    irregularity: float
    haematoxylin: float
    haematoxylin_spread: float
    pallor: float
    vesicular: float
    masking: float
    both: float
    dab_weak: float
    dab_strong: float
    dab_fullness: float
    dab_granularity: float
    blush: float
    haze: float
    smears: float
    ground: float
    porosity: float
    ghosts: float
    focus: tuple[float, float, float]


@dataclass(frozen=True)
class Patient:
    """One simulated patient: number, laboratory, tissue, stains and camera."""

    number: int
    laboratory: Laboratory
    tissue: Tissue
    stains: Stains
    camera: Camera
    zoom: float


@dataclass(frozen=True)
class View:
    """A patient as one field shows it, and what grows there."""

    patient: Patient
    growth: Growth


def draw_patient(seed: int, number: int, pool: Pool = "familiar") -> Patient:
    """The patient of this number in the cohort of this seed; numbers in a row spread in index, laboratory and size."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, number]))
    start = np.random.default_rng(np.random.SeedSequence([seed])).random(3)
    index, place, size = (start + number * np.asarray(SPREAD)) % 1.0
    laboratory = laboratory_at(float(place), pool)
    least, most = laboratory.diameter
    tissue = _tissue(laboratory, 0.9 * index**laboratory.index_power, least * (most / least) ** size, rng)
    stains, camera = draw_stains(laboratory, rng), draw_camera(laboratory, rng)
    return Patient(number, laboratory, tissue, stains, camera, log_between(*laboratory.zoom, rng))


def _tissue(laboratory: Laboratory, index: float, diameter: float, rng: np.random.Generator) -> Tissue:
    return Tissue(
        habit=draw_habit(laboratory.sparse, rng),
        sparse=laboratory.sparse,
        index=float(index),
        crowding=float(rng.uniform(0.0, 1.0)),
        diameter=float(diameter),
        pleomorphism=log_between(0.10, 0.34, rng),
        irregularity=log_between(0.6, 1.3, rng),
        haematoxylin=log_between(*laboratory.dark, rng),
        haematoxylin_spread=float(rng.uniform(0.12, 0.35)),
        pallor=float(rng.beta(1.1, 1.1)),
        vesicular=float(rng.beta(1.2, 1.2)),
        masking=float(rng.beta(2.0, 0.9)),
        both=float(rng.beta(0.8, 2.0)),
        dab_weak=log_between(*laboratory.dab_weak, rng),
        dab_strong=log_between(*laboratory.dab_strong, rng),
        dab_fullness=log_between(*laboratory.dab_fullness, rng),
        dab_granularity=float(rng.uniform(0.05, 0.55)),
        blush=float(rng.beta(0.9, 2.4)),
        haze=float(rng.beta(0.9, 2.6)),
        smears=float(rng.beta(0.8, 2.0)),
        ground=log_between(*laboratory.background, rng),
        porosity=float(rng.normal(-0.3, 0.7)),
        ghosts=float(rng.beta(1.0, 3.0)),
        focus=_focus(rng),
    )


def _focus(rng: np.random.Generator) -> tuple[float, float, float]:
    """The shares of nuclei in the focal plane, near it and far from it: thick sections have fewer sharp ones."""
    sharp, near, far = rng.dirichlet((5.0, 3.5, 1.2))
    return float(sharp), float(near), float(far)


def draw_view(patient: Patient, rng: np.random.Generator) -> View:
    """One field of the patient: what grows there; stain vectors, white point, levels and focus wander from field to field."""
    growth = draw_growth(patient.tissue.habit, rng)
    stains = Stains(*(jittered(v, 0.04, rng) for v in (patient.stains.haematoxylin, patient.stains.dab, patient.stains.ground)))
    tissue, camera = _tissue_in_view(patient.tissue, rng), _camera_in_view(patient.camera, rng)
    return View(replace(patient, tissue=tissue, stains=stains, camera=camera), growth)


def _tissue_in_view(tissue: Tissue, rng: np.random.Generator) -> Tissue:
    logit = np.log((tissue.index + 0.01) / (1.01 - tissue.index)) + rng.normal(0.0, 0.5)
    return replace(
        tissue,
        index=float(np.clip(1 / (1 + np.exp(-logit)), 0.0, 0.95)),
        crowding=float(np.clip(tissue.crowding + rng.normal(0, 0.3), 0, 1)),
        diameter=tissue.diameter * float(np.exp(rng.normal(0, 0.08))),
        haematoxylin=float(tissue.haematoxylin * np.exp(rng.normal(0, 0.15))),
        pallor=float(np.clip(tissue.pallor + rng.normal(0, 0.15), 0, 1)),
        dab_strong=tissue.dab_strong * float(np.exp(rng.normal(0, 0.15))),
        ground=tissue.ground * float(np.exp(rng.normal(0, 0.2))),
        porosity=tissue.porosity + float(rng.normal(0, 0.5)),
    )


def _camera_in_view(camera: Camera, rng: np.random.Generator) -> Camera:
    lamp = np.exp(rng.normal(0.0, [0.015, 0.006, 0.012]))
    white = np.minimum(np.asarray(camera.white) * np.cumprod(lamp), 0.99)
    return replace(
        camera,
        white=(float(white[0]), float(white[1]), float(white[2])),
        blur=camera.blur * float(np.exp(rng.normal(0, 0.08))),
        drift=float(max(rng.normal(-1.0, 1.8), 0.0)),
        gamma=camera.gamma * float(np.exp(rng.normal(0, 0.03))),
        saturation=camera.saturation * float(np.exp(rng.normal(0, 0.05))),
    )
