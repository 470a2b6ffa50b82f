"""A laboratory: the ranges in which its sections and pictures differ, and how a patient's stains and camera come from them."""

from dataclasses import dataclass

import numpy as np

from ki67.simulate.camera import Camera
from ki67.simulate.optics import Stains, Vector, jittered, unit

Range = tuple[float, float]
GROUND = ((0.40, 0.52, 0.58), (0.55, 0.60, 0.85))
BATCH = 0.04  # a stain's vector strays so far from patient to patient, in natural logarithms of its parts


@dataclass(frozen=True)
class Convention:
    """What a laboratory's annotators mark beside the tumour's nuclei."""

    plump: float  # the share of fields in which plump nuclei beside nests are counted as tumour's
    lymphocytes: bool  # they have a class of their own; else they are negative, or not marked


@dataclass(frozen=True)
class Laboratory:
    """What a laboratory's patients have between a least and a most; levels of stain are optical densities along its vector."""

    name: str
    convention: Convention
    haematoxylin: tuple[Vector, Vector]
    dab: tuple[Vector, Vector]
    diameter: Range  # of the tumour's nuclei, in µm
    dark: Range  # of a dark blue nucleus
    dab_weak: Range
    dab_strong: Range
    dab_fullness: Range
    background: Range
    sparse: float  # 1: its fields hold little tumour as often as SHIDC's do, 0: they were chosen where there is much
    index_power: float  # below 1: high indices are more frequent than low ones
    brightness: Range  # of the white light's red
    green: Range  # of the white light, relative to its red
    blue: Range
    gamma: Range
    saturation: Range
    glare: Range
    black: Range
    blur: Range
    blue_blur: Range  # more for blue: where the objective does not bring colours together, dark things have a yellow hem
    sharpening: Range
    noise: Range
    zoom: Range  # micrometres per pixel, relative to what was asked for


def log_between(low: float, high: float, rng: np.random.Generator) -> float:
    """A factor between two, as likely to be twice as large as half as large."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def draw_stains(laboratory: Laboratory, rng: np.random.Generator) -> Stains:
    """One patient's absorption vectors: somewhere on the way between the laboratory's two ends, and a little beside it."""
    haematoxylin, dab = (_along(ends, rng) for ends in (laboratory.haematoxylin, laboratory.dab))
    return Stains(jittered(haematoxylin, BATCH, rng), jittered(dab, BATCH, rng), unit(rng.uniform(*GROUND)))


def _along(ends: tuple[Vector, Vector], rng: np.random.Generator) -> Vector:
    share = float(rng.uniform(0, 1))
    return unit((1 - share) * np.asarray(ends[0]) + share * np.asarray(ends[1]))


def draw_camera(laboratory: Laboratory, rng: np.random.Generator) -> Camera:
    """One patient's way through the microscope to the file."""
    red, green, blue = (float(rng.uniform(*r)) for r in (laboratory.brightness, laboratory.green, laboratory.blue))
    return Camera(
        white=(red, red * green, red * blue),
        vignette=float(rng.uniform(0.0, 0.03)),
        blur=log_between(*laboratory.blur, rng),
        blue_blur=float(rng.uniform(*laboratory.blue_blur)),
        drift=0.0,
        fringe=float(rng.uniform(0.0, 0.45)),
        glare=float(rng.uniform(*laboratory.glare)),
        black=float(rng.uniform(*laboratory.black)),
        gamma=log_between(*laboratory.gamma, rng),
        saturation=log_between(*laboratory.saturation, rng),
        sharpening=float(rng.uniform(*laboratory.sharpening)),
        sharpening_radius=float(rng.uniform(0.9, 2.2)),
        noise=float(rng.uniform(*laboratory.noise)),
        grain=round(float(rng.uniform(0.5, 1.6)), 1),
        quality=int(rng.integers(72, 97)),
    )
