"""A cohort of whole sections on disk in the layout `bcs1`, drawn on all cores, resumable section by section."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ki67.base.files import write_whole
from ki67.data.pyramid import write_pyramid
from ki67.data.source import SIMULATED_MARK
from ki67.simulate.cohort import FIRST_TEST_PATIENT, check_apart
from ki67.simulate.rendering import Progress, render_all
from ki67.simulate.section.section import QUARTER, draw_section, grade_of

QUALITY = 75  # of the JPEG in a slide


@dataclass(frozen=True)
class SectionCohort:
    """What to simulate; the test has a seed of its own, of its swatches too, and is the same whatever is trained on beside it."""

    patients: int
    sections_per_patient: int
    test_patients: int
    seed: int
    test_seed: int
    um_per_px: float
    side_um: int

    def __post_init__(self) -> None:
        check_apart(self.seed, self.test_seed, self.patients)


@dataclass(frozen=True)
class Order:
    """One section to draw, and where it goes."""

    seed: int
    patient: int
    number: int
    um_per_px: float
    side_um: int
    folder: Path

    @property
    def name(self) -> str:
        """Of the slide and of its mask."""
        return f"s{self.patient:04d}_{self.number}"

    @property
    def slide(self) -> Path:
        """The picture."""
        return self.folder / "slides" / f"{self.name}.tif"

    @property
    def mask(self) -> Path:
        """The outline."""
        return self.folder / "masks" / f"{self.name}.tif"


def training_orders(folder: Path, cohort: SectionCohort) -> Iterator[Order]:
    """Every section to train and validate on."""
    return _orders(folder, cohort, cohort.seed, range(1, 1 + cohort.patients))


def test_orders(folder: Path, cohort: SectionCohort) -> Iterator[Order]:
    """Every section of the test."""
    return _orders(folder, cohort, cohort.test_seed, range(FIRST_TEST_PATIENT, FIRST_TEST_PATIENT + cohort.test_patients))


def _orders(folder: Path, cohort: SectionCohort, seed: int, patients: range) -> Iterator[Order]:
    for patient in patients:
        for number in range(1, 1 + cohort.sections_per_patient):
            yield Order(seed, patient, number, cohort.um_per_px, cohort.side_um, folder)


def write_cohort(folder: Path, cohort: SectionCohort, workers: int | None = None, progress: bool = True) -> None:
    """Draw what is missing; a killed run goes on where it stopped, and its files are those of an unbroken one."""
    test = list(test_orders(folder, cohort))
    orders = [*training_orders(folder, cohort), *test]
    for part in ("slides", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    write_whole(folder / SIMULATED_MARK, [json.dumps(asdict(cohort), indent=2) + "\n"])
    grades = [(order.name, str(order.patient), str(grade_of(order.seed, order.patient))) for order in orders]
    _write_table(folder / "grades.csv", ("slide", "patient", "grade"), grades)
    _write_table(folder / "split.csv", ("slide", "part"), [(order.name, "test") for order in test])
    missing = [order for order in orders if not (order.slide.exists() and order.mask.exists())]
    bar = Progress(len(orders), len(orders) - len(missing), "section", progress)
    for _ in render_all(write_section, missing, workers, bar):
        pass


def _write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    write_whole(path, (",".join(row) + "\n" for row in (header, *rows)))


def write_section(order: Order) -> None:
    """The slide as a pyramid of JPEG tiles, and its mask, without loss, at a quarter of the size."""
    section = draw_section(order.seed, order.patient, order.number, order.um_per_px, order.side_um)
    write_pyramid(order.slide, section.image, order.um_per_px, quality=QUALITY)
    write_pyramid(order.mask, section.mask(), QUARTER * order.um_per_px)
