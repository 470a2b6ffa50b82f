"""A cohort on disk in the SHIDC-B-Ki-67 layout, rendered on all cores, resumable field by field."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from ki67.base.files import whole_file
from ki67.simulate.field import Cohort, render_field
from ki67.simulate.work import Progress, carry_out

CROP = 1
SETTINGS = "cohort.json"  # beside Train/ and Test/; also what tells simulated data from real


@dataclass(frozen=True)
class Order:
    """One field to render, and where it goes."""

    cohort: Cohort
    patient: int
    field: int
    image: Path
    labels: Path


def orders(folder: Path, cohort: Cohort) -> Iterator[Order]:
    """Every field of the cohort: the first patients for training, the others, never seen there, for the test."""
    first_test = cohort.patients + 1
    parts = (
        ("Train", range(1, cohort.patients + 1), cohort.fields_per_patient),
        ("Test", range(first_test, first_test + cohort.test_patients), cohort.test_fields_per_patient),
    )
    for part, patients, fields in parts:
        for patient in patients:
            for field in range(1, fields + 1):
                stem = folder / part / f"p{patient}_{field:04d}_{CROP}"
                yield Order(cohort, patient, field, stem.with_suffix(".jpg"), stem.with_suffix(".json"))


def write_cohort(folder: Path, cohort: Cohort, workers: int | None = None, progress: bool = True) -> None:
    """Render what is missing; a killed run goes on where it stopped, and its files are those of an unbroken one."""
    wanted = list(orders(folder, cohort))
    missing = [order for order in wanted if not (order.labels.exists() and order.image.exists())]
    for order in missing:
        order.image.parent.mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS).write_text(json.dumps(asdict(cohort), indent=2) + "\n")
    bar = Progress(len(wanted), len(wanted) - len(missing), "field", progress)
    for _ in carry_out(write_field, missing, workers, bar):
        pass


def write_field(order: Order) -> None:
    """One picture and its labels; each appears whole, the labels last: a field with labels is a finished one."""
    field = render_field(order.cohort, order.patient, order.field)
    with whole_file(order.image) as partial:
        Image.fromarray(field.image).save(partial, format="JPEG", quality=field.patient.camera.quality)
    field.cells.to_shidc_json(order.labels)
