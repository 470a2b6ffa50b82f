"""An H&E cohort on disk in the BreastPathQ layout, rendered on all cores, resumable patch by patch."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from ki67.base.files import whole_file, write_whole
from ki67.data.breastpathq import PICTURE, POINTS
from ki67.data.patches import LYMPHOCYTE, MALIGNANT, NORMAL
from ki67.data.source import SIMULATED_MARK
from ki67.simulate.cohort import FIRST_TEST_PATIENT, check_apart
from ki67.simulate.he.patch import Patch, render_patch
from ki67.simulate.he.patients import UM_PER_PX
from ki67.simulate.rendering import Progress, render_all

DESCRIPTIONS = {MALIGNANT: "IDC", NORMAL: "normal", LYMPHOCYTE: "TIL-S"}


@dataclass(frozen=True)
class TissueCohort:
    """What to simulate; patients are scored for training, scored for the test, or have their nuclei annotated.

    The test has a seed of its own, so that no patch of it was ever trained on, whatever is trained on beside it.
    """

    patients: int
    slides_per_patient: int
    patches_per_slide: int
    annotated_patients: int
    annotated_per_patient: int
    seed: int
    test_patients: int
    test_patches_per_slide: int
    test_seed: int

    def __post_init__(self) -> None:
        check_apart(self.seed, self.test_seed, self.patients)


@dataclass(frozen=True)
class Order:
    """One patch to render, and where it goes; only an annotated one has a file for points."""

    seed: int
    patient: int
    slide: int
    region: int
    image: Path
    points: Path | None = None

    @property
    def part(self) -> str:
        """The folder that the picture lies in: `train`, `test` or `cells`."""
        return self.image.parent.name

    @property
    def slide_name(self) -> str:
        """A number for each slide, as in the published set."""
        return str(100 * self.patient + self.slide)


def training_orders(folder: Path, cohort: TissueCohort) -> Iterator[Order]:
    """Every patch that is given a score to train and validate on."""
    return _scored(folder / "train", cohort.seed, range(1, 1 + cohort.patients), cohort, cohort.patches_per_slide)


def test_orders(folder: Path, cohort: TissueCohort) -> Iterator[Order]:
    """Every patch of the test."""
    patients = range(FIRST_TEST_PATIENT, FIRST_TEST_PATIENT + cohort.test_patients)
    return _scored(folder / "test", cohort.test_seed, patients, cohort, cohort.test_patches_per_slide)


def _scored(folder: Path, seed: int, patients: range, cohort: TissueCohort, patches_per_slide: int) -> Iterator[Order]:
    for patient in patients:
        for slide in range(1, cohort.slides_per_patient + 1):
            for region in range(1, patches_per_slide + 1):
                yield Order(seed, patient, slide, region, folder / f"{100 * patient + slide}_{region}.tif")


def annotated_orders(folder: Path, cohort: TissueCohort) -> Iterator[Order]:
    """Every patch whose nuclei are annotated: numbered through, the regions of each patient from one.

    The patients' numbers go on after as many as have scored patches, those of the test counted too.
    """
    first = cohort.patients + cohort.test_patients + 1
    for i in range(cohort.annotated_patients * cohort.annotated_per_patient):
        patient, region = first + i // cohort.annotated_per_patient, 1 + i % cohort.annotated_per_patient
        stem = folder / "cells" / f"{i + 1}_Region {region}"
        image, points = (stem.with_name(stem.name + ending) for ending in (PICTURE, POINTS))
        yield Order(cohort.seed, patient, 1, region, image, points)


def write_cohort(folder: Path, cohort: TissueCohort, workers: int | None = None, progress: bool = True) -> None:
    """Render what is missing; a killed run goes on where it stopped, and its files are those of an unbroken one."""
    scored = [*training_orders(folder, cohort), *test_orders(folder, cohort)]
    annotated = list(annotated_orders(folder, cohort))
    for part in ("train", "test", "cells"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    settings = asdict(cohort) | {"um_per_px": UM_PER_PX}
    write_whole(folder / SIMULATED_MARK, [json.dumps(settings, indent=2) + "\n"])
    owners = {order.slide_name: order.patient for order in scored}
    write_table(folder / "patient_ids.csv", ("patient_id", "slide"), [(patient, slide) for slide, patient in owners.items()])
    labels = {part: folder / f"{part}_labels.csv" for part in ("train", "test")}
    of_part = {part: [order for order in scored if order.part == part] for part in labels}
    scores = _known_scores(labels["train"], of_part["train"]) | _known_scores(labels["test"], of_part["test"])
    missing = [order for order in scored if order.image not in scores]
    missing += [o for o in annotated if not (o.image.exists() and o.points and o.points.exists())]
    bar = Progress(len(scored) + len(annotated), len(scored) + len(annotated) - len(missing), "patch", progress)
    for order, score in zip(missing, render_all(write_patch, missing, workers, bar), strict=True):
        if order.points is None:
            scores[order.image] = score
            write_scores(labels[order.part], of_part[order.part], scores)


def _known_scores(path: Path, orders: Sequence[Order]) -> dict[Path, float]:
    """The scores of an earlier run whose pictures are still there."""
    if not path.is_file():
        return {}
    known = {(row["slide"], row["rid"]): float(row["y"]) for row in csv.DictReader(io.StringIO(path.read_text()))}
    names = {order: (order.slide_name, str(order.region)) for order in orders}
    return {order.image: known[name] for order, name in names.items() if name in known and order.image.exists()}


def write_scores(path: Path, orders: Sequence[Order], scores: dict[Path, float]) -> None:
    """The label file as far as it is known, in the order of the cohort."""
    rows = [(o.slide_name, o.region, f"{scores[o.image]:g}") for o in orders if o.image in scores]
    write_table(path, ("slide", "rid", "y"), rows)


def write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A CSV file, in place when it is whole."""
    write_whole(path, (",".join(map(str, row)) + "\n" for row in (header, *rows)))


def write_patch(order: Order) -> float:
    """One picture, as JPEG inside a tif like the slides it imitates, then its points; the score is handed back."""
    patch = render_patch(order.seed, order.patient, order.slide, order.region)
    with whole_file(order.image) as partial:
        Image.fromarray(patch.image).save(partial, format="TIFF", compression="jpeg", quality=patch.patient.camera.quality)
    if order.points:
        write_whole(order.points, _xml(order.image.name, patch))
    return patch.score


def _xml(picture: str, patch: Patch) -> Iterator[str]:
    """The points of each kind that occurs, in the layout of the Sedeen viewer."""
    yield f'<?xml version="1.0"?>\n<session software="ki67, simulated">\n    <image identifier="{picture}">\n        <overlays>\n'
    for number, (kind, description) in enumerate(DESCRIPTIONS.items()):
        points = patch.nuclei.xy[patch.nuclei.kind == kind]
        if len(points):
            yield f'            <graphic type="point" name="Region {number}" description="{description}">\n'
            yield "                <point-list>\n"
            yield from (f"                    <point>{int(x)},{int(y)}</point>\n" for x, y in points)
            yield "                </point-list>\n            </graphic>\n"
    yield "        </overlays>\n    </image>\n</session>\n"
