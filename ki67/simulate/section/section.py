"""One H&E section: its map, its tissue, its artefacts, the light through it, the scanner; with the outline as truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.simulate.he.patients import Patient, draw_patient, for_slide
from ki67.simulate.noise import Floats
from ki67.simulate.optics import transmitted
from ki67.simulate.section.anatomy import Anatomy, lay_out
from ki67.simulate.section.artefacts import Artefacts, draw_artefacts
from ki67.simulate.section.kinds import MAP_UM, Kind
from ki67.simulate.section.quilt import Quilt
from ki67.simulate.section.scanner import scanned
from ki67.simulate.section.swatches import EOSIN, HAEMATOXYLIN

GRADE_SHARES = (11 / 90, 48 / 90, 31 / 90)  # of the paper's test set
QUARTER = 4  # of a slide's size is its mask, as published


@dataclass(frozen=True, eq=False)
class SimulatedSection:
    """A picture of a whole section with its truth."""

    image: NDArray[np.uint8]
    anatomy: Anatomy
    um_per_px: float
    patient: Patient

    def mask(self) -> NDArray[np.uint8]:
        """The outline at a quarter of the picture's size, 255 within."""
        side = -(-self.image.shape[0] // QUARTER)
        on_map = (np.arange(side) + 0.5) * (QUARTER * self.um_per_px / MAP_UM)
        at = np.minimum(on_map.astype(np.intp), len(self.anatomy.outline) - 1)
        return np.asarray(self.anatomy.outline[at[:, None], at[None, :]] * np.uint8(255))


def grade_of(seed: int, patient: int) -> int:
    """The patient's grade, in the paper's shares, spread evenly over the cohort."""
    start = np.random.default_rng(np.random.SeedSequence([seed, 5])).random()
    at = (start + patient * 0.6180339887) % 1.0
    return 1 + int(np.searchsorted(np.cumsum(GRADE_SHARES)[:-1], at, side="right"))


def draw_section(seed: int, patient: int, number: int, um_per_px: float, side_um: int) -> SimulatedSection:
    """The section of these numbers: the same bytes whatever else is drawn, before, after or beside it."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, patient, number, 6]))
    seen = for_slide(draw_patient(seed, patient), rng)
    anatomy = lay_out(grade_of(seed, patient), side_um, rng)
    artefacts = draw_artefacts(anatomy.kinds != Kind.GLASS, rng)
    quilt = Quilt(anatomy, seed, 100 * patient + number, um_per_px)
    image = _painted(quilt, artefacts, seen, round(side_um / um_per_px), rng)
    return SimulatedSection(image, anatomy, um_per_px, seen)


def _painted(quilt: Quilt, artefacts: Artefacts, patient: Patient, side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Row of cells by row of cells, the scanner's view of each."""
    levels = np.array([patient.tissue.haematoxylin / HAEMATOXYLIN, patient.tissue.eosin / EOSIN, 1.0], np.float32)
    step = quilt.spacing
    image = np.empty((side, side, 3), np.uint8)
    clear = scanned(np.ones((3, step, step), np.float32), patient.camera, rng)
    for row in range(quilt.cells):
        for column in range(quilt.cells):
            top, left = row * step, column * step
            light = _light(quilt, artefacts, patient, levels, row, column)
            cell = clear if light is None else scanned(light, patient.camera, rng)
            image[top : top + step, left : left + step] = cell[: side - top, : side - left]
    return image


def _light(quilt: Quilt, artefacts: Artefacts, patient: Patient, levels: Floats, row: int, column: int) -> Floats | None:
    """What passes through a cell; nothing to compute where there is clean glass."""
    kinds = quilt.map_around(row, column)
    pen = quilt.over_cell(artefacts.pen, row, column)
    if not kinds.any() and not pen.any():
        return None
    concentrations = quilt.cell(row, column) * levels[:, None, None]
    concentrations *= quilt.over_cell(artefacts.thickness, row, column)
    light = transmitted(concentrations, patient.stains)
    return np.asarray(light * (1 - pen * (1 - artefacts.ink[:, None, None])), dtype=np.float32)
