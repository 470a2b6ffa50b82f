"""Patients of the H&E cohort: stain, tissue and camera, and how far a slide and a patch stray from them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ki67.simulate.camera import Camera
from ki67.simulate.laboratory import log_between
from ki67.simulate.noise import Floats
from ki67.simulate.optics import Vector, jittered, unit
from ki67.simulate.patients import SPREAD

# Between these two directions lie haematoxylin and eosin as measured on scanned slides of several laboratories.
HAEMATOXYLIN = ((0.68, 0.67, 0.29), (0.50, 0.72, 0.48))
EOSIN = ((0.10, 0.95, 0.30), (0.26, 0.79, 0.56))
BLOOD = (0.14, 0.76, 0.63)
UM_PER_PX = 0.5


@dataclass(frozen=True)
class Stains:
    """Unit optical-density vectors of what colours an H&E section; red cells bring a colour of their own."""

    haematoxylin: Vector
    eosin: Vector
    blood: Vector

    def matrix(self) -> Floats:
        """The vectors as rows, in the order of the concentration planes."""
        return np.asarray([self.haematoxylin, self.eosin, self.blood], dtype=np.float32)


@dataclass(frozen=True)
class Tissue:
    """Biology and staining of a patient; lengths in µm, stain levels in optical density along the stain's vector."""

    burden: float
    diameter: float
    pleomorphism: float
    spacing: float
    vesicular: float
    nucleoli: float
    haematoxylin: float
    haematoxylin_spread: float
    eosin: float
    cytoplasm: float
    blueness: float
    collagen: float
    porosity: float
    infiltrate: float
    focus: tuple[float, float, float]


@dataclass(frozen=True)
class Patient:
    """One simulated patient: number, tissue, stains and the scanner."""

    number: int
    tissue: Tissue
    stains: Stains
    camera: Camera


def draw_patient(seed: int, number: int) -> Patient:
    """The patient of this number in the cohort of this seed; stain, darkness and nuclear size are spread evenly over them."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, number, 1]))
    start = np.random.default_rng(np.random.SeedSequence([seed, 1])).random(3)
    hue, darkness, size = (start + number * np.asarray(SPREAD)) % 1.0
    return Patient(number, _tissue(darkness, size, rng), _stains(hue, rng), _camera(rng))


def _tissue(darkness: float, size: float, rng: np.random.Generator) -> Tissue:
    sharp, near, far = rng.dirichlet((8.0, 2.5, 0.6))
    return Tissue(
        burden=float(np.exp(rng.normal(0.65, 0.4))),
        diameter=float(8.0 * 1.6**size),
        pleomorphism=log_between(0.09, 0.26, rng),
        spacing=float(rng.uniform(1.15, 1.65)),
        vesicular=float(rng.uniform(0.35, 1.0)),
        nucleoli=float(rng.beta(1.2, 1.8)),
        haematoxylin=float(0.29 * 2.0**darkness * np.exp(rng.normal(0, 0.10))),
        haematoxylin_spread=float(rng.uniform(0.12, 0.30)),
        eosin=float(0.145 * 1.9**darkness * np.exp(rng.normal(0, 0.20))),
        cytoplasm=float(rng.uniform(0.45, 0.90)),
        blueness=float(rng.uniform(0.10, 0.40)),
        collagen=float(rng.uniform(0.9, 1.5)),
        porosity=float(rng.normal(-0.4, 0.5)),
        infiltrate=float(rng.beta(0.8, 2.2)),
        focus=(float(sharp), float(near), float(far)),
    )


def _stains(hue: float, rng: np.random.Generator) -> Stains:
    """From a blue haematoxylin with a pink eosin to a violet one with a red eosin."""
    haematoxylin, eosin = (_between(ends, hue) for ends in (HAEMATOXYLIN, EOSIN))
    return Stains(jittered(haematoxylin, 0.05, rng), jittered(eosin, 0.05, rng), jittered(BLOOD, 0.04, rng))


def _between(ends: tuple[Vector, Vector], share: float) -> Vector:
    first, last = np.asarray(ends[0]), np.asarray(ends[1])
    return unit((1 - share) * first + share * last)


def _camera(rng: np.random.Generator) -> Camera:
    """A slide scanner: evener light than a microscope's, sharpened, stored as JPEG inside the slide."""
    level = float(rng.uniform(0.90, 0.99))
    return Camera(
        white=(
            level * float(rng.normal(1.0, 0.008)),
            level * float(rng.normal(0.99, 0.008)),
            level * float(rng.normal(0.99, 0.01)),
        ),
        vignette=float(rng.uniform(0.0, 0.02)),
        blur=log_between(0.45, 0.85, rng),
        drift=0.0,
        fringe=float(rng.uniform(0.0, 0.25)),
        glare=float(rng.uniform(0.0, 0.05)),
        black=float(rng.uniform(0.0, 0.04)),
        gamma=float(np.exp(rng.normal(0.0, 0.08))),
        saturation=float(np.exp(rng.normal(-0.02, 0.07))),
        sharpening=float(rng.uniform(0.2, 1.2)),
        sharpening_radius=float(rng.uniform(0.8, 1.6)),
        noise=float(rng.uniform(0.6, 2.6)),
        grain=round(float(rng.uniform(0.5, 1.0)), 1),
        quality=int(rng.integers(72, 93)),
    )


def for_slide(patient: Patient, rng: np.random.Generator) -> Patient:
    """The patient as one slide shows it: another block, another day in the stainer."""
    return _strayed(patient, 1.0, rng)


def for_patch(patient: Patient, rng: np.random.Generator) -> Patient:
    """The slide as one patch shows it: thickness and focus wander a little."""
    seen = _strayed(patient, 0.5, rng)
    drift = float(max(rng.normal(-1.2, 1.2), 0.0))
    return replace(seen, camera=replace(seen.camera, drift=drift))


def _strayed(patient: Patient, far: float, rng: np.random.Generator) -> Patient:
    tissue, camera, stains = patient.tissue, patient.camera, patient.stains
    white: NDArray[np.float64] = np.minimum(np.asarray(camera.white) * np.exp(rng.normal(0.0, 0.012 * far, 3)), 0.99)
    return Patient(
        patient.number,
        replace(
            tissue,
            diameter=tissue.diameter * _factor(0.06 * far, rng),
            haematoxylin=float(np.clip(tissue.haematoxylin * _factor(0.12 * far, rng), 0.22, 0.9)),
            eosin=float(np.clip(tissue.eosin * _factor(0.15 * far, rng), 0.09, 0.55)),
            cytoplasm=tissue.cytoplasm * _factor(0.10 * far, rng),
            porosity=tissue.porosity + float(rng.normal(0, 0.3 * far)),
            infiltrate=float(np.clip(tissue.infiltrate + rng.normal(0, 0.15 * far), 0, 1)),
        ),
        Stains(*(jittered(vector, 0.03 * far, rng) for vector in (stains.haematoxylin, stains.eosin, stains.blood))),
        replace(
            camera,
            white=(float(white[0]), float(white[1]), float(white[2])),
            blur=camera.blur * _factor(0.15 * far, rng),
            gamma=camera.gamma * _factor(0.04 * far, rng),
            saturation=camera.saturation * _factor(0.05 * far, rng),
        ),
    )


def _factor(spread: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.normal(0.0, spread)))
