"""One field: plan, nuclei, ground, light, camera, and the labels an annotator would give."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.simulate.architecture import Architecture, Growth, lay_out
from ki67.simulate.camera import photograph
from ki67.simulate.noise import Floats
from ki67.simulate.nuclei import DEFOCUS, Kind, Nucleus, flattened, stamp
from ki67.simulate.optics import transmitted
from ki67.simulate.patients import Patient, draw_patient, for_field
from ki67.simulate.population import populate
from ki67.simulate.stroma import lay_ground

GRID_UM = 0.27  # about the diffraction limit of a 40× dry objective: nothing finer reaches the camera
TIL_SIZE = 0.8  # a lymphocyte is called one where the tumour's nuclei are clearly larger
BROWN_SPINDLE = 4.5  # a positive nucleus is counted unless it is a mere line


@dataclass(frozen=True)
class Scene:
    """How every field of a cohort is taken and annotated: its size in pixels, its scale, and whose nuclei are labelled."""

    size: int = 1228
    um_per_px: float = 0.135
    label_stroma: bool = False


SHIDC_LIKE = Scene()


@dataclass(frozen=True, eq=False)
class Field:
    """A simulated picture with its truth and the patient as this field shows it."""

    image: NDArray[np.uint8]
    cells: Cells
    patient: Patient


def render_field(seed: int, patient: int, field: int, scene: Scene = SHIDC_LIKE) -> Field:
    """The field of these numbers: the same bytes whatever else is rendered, before, after or beside it."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, patient, field + 1]))
    seen = for_field(draw_patient(seed, patient), rng)
    side = max(round(scene.size * scene.um_per_px / GRID_UM), 16)
    unit = seen.tissue.diameter / GRID_UM
    plan = lay_out(side, unit, rng)
    nuclei = populate(plan, seen.tissue, unit, rng)
    light = transmitted(_section(plan, nuclei, seen, rng), seen.stains)
    image = photograph(light, seen.camera, scene.size, rng)
    skipped = frozenset[Kind]() if scene.label_stroma else _passed_over(plan.growth, rng)
    cells = _annotated(nuclei, unit, skipped, scene, scene.size / side)
    return Field(image, cells, seen)


def _section(plan: Architecture, nuclei: list[Nucleus], patient: Patient, rng: np.random.Generator) -> Floats:
    """Concentrations (stain, y, x)."""
    side = plan.tissue.shape[0]
    layers = np.zeros((len(DEFOCUS), 3, side, side), dtype=np.float32)
    lay_ground(layers[0], plan, nuclei, patient.tissue, rng)
    for nucleus in nuclei:
        stamp(layers, nucleus, rng)
    return flattened(layers)


def _passed_over(growth: Growth, rng: np.random.Generator) -> frozenset[Kind]:
    """The blue nuclei between the tumour's that this field's annotator left out: all of them in many a field of stroma."""
    habit = rng.random()
    if growth == "stroma":
        return frozenset({Kind.PLUMP, Kind.LYMPHOCYTE}) if habit < 0.6 else frozenset()
    return frozenset({Kind.PLUMP}) if habit < 0.2 else frozenset()


def _annotated(nuclei: list[Nucleus], unit: float, skipped: frozenset[Kind], scene: Scene, scale: float) -> Cells:
    """Labels in the picture's pixels, for every nucleus that an annotator marks and whose centre is inside."""
    points, labels = [], []
    for nucleus in nuclei:
        x, y = int(nucleus.x * scale), int(nucleus.y * scale)
        label = _label(nucleus, unit, skipped, scene.label_stroma)
        if label and 0 <= x < scene.size and 0 <= y < scene.size:
            points.append((x, y))
            labels.append(label)
    return Cells.of_points(points, labels, "image")


def _label(nucleus: Nucleus, unit: float, skipped: frozenset[Kind], label_stroma: bool) -> int:
    """SHIDC's convention: epithelium and plump cells count, thin spindles, ghosts and debris do not."""
    if nucleus.kind in (Kind.PYKNOTIC, Kind.GHOST, Kind.FLECK):
        return 0
    if nucleus.kind is Kind.SPINDLE and not label_stroma and not (nucleus.positive and nucleus.aspect < BROWN_SPINDLE):
        return 0
    if nucleus.positive:
        return POSITIVE
    if nucleus.kind is Kind.LYMPHOCYTE and not nucleus.crowded and 2 * nucleus.radius < TIL_SIZE * unit:
        return TIL
    return 0 if nucleus.kind in skipped else NEGATIVE
