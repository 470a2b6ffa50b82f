"""One field: plan, nuclei, ground, light, camera, and the labels an annotator would give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import Cells
from ki67.settings.names import Pool
from ki67.simulate.annotator import draw_annotator
from ki67.simulate.architecture import Architecture, lay_out
from ki67.simulate.camera import photograph
from ki67.simulate.noise import Floats
from ki67.simulate.nuclei import DEFOCUS, Nucleus, flattened, stamp
from ki67.simulate.optics import transmitted
from ki67.simulate.patients import Patient, View, draw_patient, draw_view
from ki67.simulate.population import populate
from ki67.simulate.situations import Growth
from ki67.simulate.stroma import lay_ground

GRID_UM = 0.27  # about the diffraction limit of a 40× dry objective: nothing finer reaches the camera


@dataclass(frozen=True)
class Scene:
    """How every field of a cohort is made: its size in pixels, its scale, whose nuclei are labelled, in which laboratories."""

    size: int = 1228
    um_per_px: float = 0.135
    label_stroma: bool = False
    laboratories: Pool = "familiar"


SHIDC_LIKE = Scene()


@dataclass(frozen=True, eq=False)
class Field:
    """A simulated picture with its truth, what grows in it, and the patient as it shows him."""

    image: NDArray[np.uint8]
    cells: Cells
    growth: Growth
    patient: Patient


def render_field(seed: int, patient: int, field: int, scene: Scene = SHIDC_LIKE) -> Field:
    """The field of these numbers: the same bytes whatever else is rendered, before, after or beside it."""
    rng = _stream(seed, patient, field)
    view = draw_view(draw_patient(seed, patient, scene.laboratories), rng)
    return render_view(view, scene, rng)


def view_of(seed: int, patient: int, field: int, scene: Scene = SHIDC_LIKE) -> View:
    """Who and what the field of these numbers will show, before it is rendered."""
    return draw_view(draw_patient(seed, patient, scene.laboratories), _stream(seed, patient, field))


def _stream(seed: int, patient: int, field: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([seed, patient, field + 1]))


def render_view(view: View, scene: Scene, rng: np.random.Generator) -> Field:
    """What a view shows, by the random numbers given."""
    seen = view.patient
    side = max(round(scene.size * scene.um_per_px * seen.zoom / GRID_UM), 16)
    unit = seen.tissue.diameter / GRID_UM
    plan = lay_out(view.growth, side, unit, rng)
    nuclei = populate(plan, seen.tissue, unit, rng)
    light = transmitted(_section(plan, nuclei, seen, rng), seen.stains)
    image = photograph(light, seen.camera, scene.size, rng)
    return Field(image, _annotated(nuclei, unit, view, scene, scene.size / side, rng), view.growth, seen)


def _section(plan: Architecture, nuclei: list[Nucleus], patient: Patient, rng: np.random.Generator) -> Floats:
    """Concentrations (stain, y, x)."""
    side = plan.tissue.shape[0]
    layers = np.zeros((len(DEFOCUS), 3, side, side), dtype=np.float32)
    lay_ground(layers[0], plan, nuclei, patient.tissue, rng)
    for nucleus in nuclei:
        stamp(layers, nucleus, rng)
    return flattened(layers)


def _annotated(nuclei: list[Nucleus], unit: float, view: View, scene: Scene, scale: float, rng: np.random.Generator) -> Cells:
    """Labels in the picture's pixels, for every nucleus that the annotator marks and whose centre is inside."""
    annotator = draw_annotator(view.growth, scene.label_stroma, view.patient.laboratory.convention, rng)
    points, labels = [], []
    for nucleus in nuclei:
        x, y = int(nucleus.x * scale), int(nucleus.y * scale)
        label = annotator.label(nucleus, unit, rng)
        if label and 0 <= x < scene.size and 0 <= y < scene.size:
            points.append((x, y))
            labels.append(label)
    return Cells.of_points(points, labels, "image")
