"""Swatches of each kind of tissue, drawn once by the H&E simulator; sections are composed of cuts from them.

A swatch holds concentrations of the three stains, not colours: each section brings its own stain, thickness and scanner.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ki67.simulate.architecture import fibre_coordinates
from ki67.simulate.he.architecture import Plan, fat_cells, lay_out
from ki67.simulate.he.glands import draw_glands
from ki67.simulate.he.ground import lay_ground
from ki67.simulate.he.patients import UM_PER_PX, Tissue, draw_patient
from ki67.simulate.he.population import populate
from ki67.simulate.noise import Floats, speckle
from ki67.simulate.nuclei import DEFOCUS, flattened, stamp
from ki67.simulate.section.kinds import TISSUE, Kind

SIDE_UM = 384  # of a swatch
EACH = 6  # swatches of a kind; of invasive tumour as many for each grade
GRADES = (1, 2, 3)
HAEMATOXYLIN, EOSIN = 0.42, 0.22  # levels of all swatches
# Alike in all swatches: a patchwork of stronger and weaker ones would show where they meet. A section has levels of its own.
COLLAGEN, POROSITY, CYTOPLASM, BLUENESS = 1.15, -0.5, 0.65, 0.25
PINK = 0.17  # the mean eosin of every swatch of bare stroma
STEPS = 100.0  # of a stored concentration in one unit of optical density

Swatch = NDArray[np.uint8]  # (3, side, side): concentration of each stain in hundredths
Draw = Callable[[Tissue, int, np.random.Generator], Floats]


@dataclass(frozen=True)
class SwatchOrder:
    """One swatch to draw: a kind of tissue, a grade where the kind has one, and its number."""

    seed: int
    kind: Kind
    grade: int
    number: int
    um_per_px: float


def orders(seed: int, um_per_px: float) -> list[SwatchOrder]:
    """Every swatch that the sections of a seed are composed of."""
    kinds = [(kind, grade) for kind in TISSUE for grade in (GRADES if kind is Kind.INVASIVE else (0,))]
    return [SwatchOrder(seed, kind, grade, number, um_per_px) for kind, grade in kinds for number in range(EACH)]


def draw_swatch(order: SwatchOrder) -> Swatch:
    """The swatch of these numbers: the same whatever else is drawn."""
    rng = np.random.default_rng(np.random.SeedSequence([order.seed, order.kind, order.grade, order.number, 4]))
    tissue = _alike(draw_patient(order.seed, 100 * int(order.kind) + 10 * order.grade + order.number).tissue)
    draw = partial(_invasive, order.grade) if order.kind is Kind.INVASIVE else DRAWN[order.kind]
    planes = draw(tissue, round(SIDE_UM / UM_PER_PX), rng)
    factor = round(order.um_per_px / UM_PER_PX)
    side = planes.shape[1] // factor
    reduced = planes.reshape(3, side, factor, side, factor).mean(axis=(2, 4))
    return np.asarray(np.clip(np.rint(reduced * STEPS), 0, 255), dtype=np.uint8)


def _alike(tissue: Tissue) -> Tissue:
    """A patient's tissue, stained as all swatches are, with few lymphocytes."""
    return replace(
        tissue, haematoxylin=HAEMATOXYLIN, eosin=EOSIN, cytoplasm=CYTOPLASM, blueness=BLUENESS,
        collagen=COLLAGEN, porosity=POROSITY, infiltrate=0.15 * tissue.infiltrate,
    )  # fmt: skip


def _planes(plan: Plan, tissue: Tissue, rng: np.random.Generator) -> Floats:
    """Nuclei and ground of a plan, before light falls through."""
    side = plan.holes.shape[0]
    nuclei = populate(plan, tissue, tissue.diameter / UM_PER_PX, rng)
    layers = np.zeros((len(DEFOCUS), 1, side, side), dtype=np.float32)
    for nucleus in nuclei:
        stamp(layers, nucleus, rng)
    return lay_ground(flattened(layers, stains=(0,))[0], plan, nuclei, tissue, rng)


def _bare(side: int, rng: np.random.Generator) -> Plan:
    """Fibres and nothing else."""
    nothing = np.zeros((side, side), dtype=np.float32)
    across, along = fibre_coordinates(side, rng)
    return Plan(nothing, nothing, nothing, nothing, nothing, across, along, nothing, (), "none")


def _stroma(tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    planes = _planes(_bare(side, rng), tissue, rng)
    planes[1] *= np.float32(PINK) / planes[1].mean()
    return planes


def _fat(tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    cells = fat_cells(side, rng)
    return _planes(replace(_bare(side, rng), fat=cells, holes=cells), tissue, rng)


def _glands(tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    """Lobules and ducts, as many as find room."""
    bare = _bare(side, rng)
    found = draw_glands(bare.malignant, side, rng)
    walls, lumens = np.zeros((2, side, side), dtype=np.float32)
    for gland in found:
        wall, lumen = gland.drawn(side)
        walls, lumens = np.maximum(walls, wall), np.maximum(lumens, lumen)
    return _planes(replace(bare, glands=found, normal=walls * (1 - lumens), holes=lumens), tissue, rng)


def _lymphocytes(tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    return _planes(_bare(side, rng), replace(tissue, infiltrate=float(rng.uniform(0.75, 1.0))), rng)


def _invasive(grade: int, tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    """Nests, cords and sheets in their stroma. Higher grades have larger, less equal nuclei, and more of them."""
    share = float(rng.uniform(*((0.25, 0.55), (0.35, 0.75), (0.5, 0.95))[grade - 1]))
    seen = replace(
        tissue,
        diameter=float(rng.uniform(*((7.5, 9.5), (8.5, 11.0), (10.0, 13.5))[grade - 1])),
        pleomorphism=float(rng.uniform(*((0.08, 0.13), (0.12, 0.18), (0.17, 0.27))[grade - 1])),
        infiltrate=float(rng.beta(1.0, 3.0)),
    )
    plan = lay_out(share, side, seen.diameter / UM_PER_PX, rng)
    while plan.fat.any():  # where fat lies is the map's to say
        plan = lay_out(share, side, seen.diameter / UM_PER_PX, rng)
    return _planes(replace(plan, normal=np.zeros_like(plan.normal), glands=()), seen, rng)


def _in_situ(tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    """Malignant cells side by side, as they fill a duct."""
    seen = replace(tissue, diameter=float(rng.uniform(8.0, 12.0)), infiltrate=0.0)
    plan = lay_out(1.0, side, seen.diameter / UM_PER_PX, rng)
    return _planes(plan, seen, rng)


def _necrosis(tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    """Pink granular debris with dust of nuclei."""
    grains = np.clip(1 + np.float32(0.35) * speckle(4, side, rng) + np.float32(0.25) * speckle(16, side, rng), 0.2, 2)
    dust = np.clip(speckle(3, side, rng) - np.float32(rng.uniform(1.2, 1.8)), 0, 1)
    planes = np.zeros((3, side, side), dtype=np.float32)
    planes[0] = np.float32(0.5 * tissue.haematoxylin) * dust + np.float32(0.1 * tissue.haematoxylin) * grains
    planes[1] = np.float32(1.1 * tissue.eosin) * grains
    return planes


def _blood(tissue: Tissue, side: int, rng: np.random.Generator) -> Floats:
    """Red cells close together, as a vessel holds them."""
    planes = np.zeros((3, side, side), dtype=np.float32)
    planes[2] = np.clip(np.float32(0.32) + np.float32(0.14) * speckle(4, side, rng), 0.0, 0.7)
    return planes


DRAWN: dict[Kind, Draw] = {
    Kind.FAT: _fat, Kind.STROMA: _stroma, Kind.GLANDS: _glands, Kind.LYMPHOCYTES: _lymphocytes,
    Kind.IN_SITU: _in_situ, Kind.NECROSIS: _necrosis, Kind.BLOOD: _blood,
}  # fmt: skip
