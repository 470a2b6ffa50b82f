"""A cohort on disk in the SHIDC-B-Ki-67 layout, rendered on all cores, resumable field by field."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from ki67.base.errors import InputError
from ki67.base.files import whole_file
from ki67.data.source import SIMULATED_MARK
from ki67.simulate.field import SHIDC_LIKE, Scene, render_field
from ki67.simulate.rendering import Progress, render_all

CROP = 1
FIRST_TEST_PATIENT = 1001  # in the test part's names; training patients count from 1 and stay below


@dataclass(frozen=True)
class Cohort:
    """How many patients and fields to simulate. The test has a seed of its own: no field of it was ever trained on.

    A field follows from seed, patient and field alone, so a larger cohort only adds fields, and a test is the same whatever
    was trained on beside it.
    """

    patients: int
    fields_per_patient: int
    test_patients: int
    test_fields_per_patient: int
    seed: int
    test_seed: int
    scene: Scene = SHIDC_LIKE

    def __post_init__(self) -> None:
        check_apart(self.seed, self.test_seed, self.patients)


def check_apart(seed: int, test_seed: int, patients: int) -> None:
    """Refuse a cohort whose training patients could be those of its test, by seed or by name."""
    if seed == test_seed:
        raise InputError(f"seed and test_seed are both {seed}: the test needs patients of its own; give it another seed")
    if patients >= FIRST_TEST_PATIENT:
        raise InputError(f"{patients} patients: test patients are numbered from {FIRST_TEST_PATIENT}; take fewer")


@dataclass(frozen=True)
class Order:
    """One field to render, and where it goes."""

    seed: int
    patient: int
    field: int
    scene: Scene
    image: Path
    labels: Path


def training_orders(folder: Path, cohort: Cohort) -> Iterator[Order]:
    """Every field that is trained and validated on."""
    return _orders(folder / "Train", cohort.scene, cohort.seed, range(1, 1 + cohort.patients), cohort.fields_per_patient)


def test_orders(folder: Path, cohort: Cohort) -> Iterator[Order]:
    """Every field of the test."""
    patients = range(FIRST_TEST_PATIENT, FIRST_TEST_PATIENT + cohort.test_patients)
    return _orders(folder / "Test", cohort.scene, cohort.test_seed, patients, cohort.test_fields_per_patient)


def _orders(folder: Path, scene: Scene, seed: int, patients: range, fields: int) -> Iterator[Order]:
    for patient in patients:
        for field in range(1, fields + 1):
            stem = folder / f"p{patient}_{field:04d}_{CROP}"
            yield Order(seed, patient, field, scene, stem.with_suffix(".jpg"), stem.with_suffix(".json"))


def write_cohort(folder: Path, cohort: Cohort, workers: int | None = None, progress: bool = True) -> None:
    """Render what is missing; a killed run goes on where it stopped, and its files are those of an unbroken one."""
    wanted = [*training_orders(folder, cohort), *test_orders(folder, cohort)]
    missing = [order for order in wanted if not (order.labels.exists() and order.image.exists())]
    for order in missing:
        order.image.parent.mkdir(parents=True, exist_ok=True)
    settings = asdict(cohort)
    settings |= settings.pop("scene")
    (folder / SIMULATED_MARK).write_text(json.dumps(settings, indent=2) + "\n")
    bar = Progress(len(wanted), len(wanted) - len(missing), "field", progress)
    for _ in render_all(write_field, missing, workers, bar):
        pass


def write_field(order: Order) -> None:
    """One picture and its labels; each appears whole, the labels last: a field with labels is a finished one."""
    field = render_field(order.seed, order.patient, order.field, order.scene)
    with whole_file(order.image) as partial:
        Image.fromarray(field.image).save(partial, format="JPEG", quality=field.patient.camera.quality)
    field.cells.to_shidc_json(order.labels)
