"""The BreastPathQ layout as published: scored patches in `train/`, their scores and patients, annotated nuclei in `cells/`.

The published scores of its test patches are not to be had. A set that has some brings `test/` and `test_labels.csv`, laid out
like the training part; they are its test then, and nobody else is.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ki67.base.errors import InputError
from ki67.data.images import read_rgb
from ki67.data.patches import Nuclei
from ki67.data.rows import read_rows
from ki67.data.sedeen import read_points

PARTS = ("train", "train_labels.csv", "patient_ids.csv", "cells")
TEST_PARTS = ("test", "test_labels.csv")  # both or none
SIZE = 512  # pixels of a scored patch
PICTURE, POINTS = "_crop.tif", "_key.xml"  # endings of an annotated patch and of its points
LABEL_COLUMNS = ("slide", "rid", "y")
FEWEST_PATIENTS = 3  # one to train on, one to validate, one to test; two where a test is there beside them
FEWEST_RUNS = 2  # of annotated patches: one to train on, one to validate


@dataclass(frozen=True)
class Scored:
    """A patch with the cellularity that a pathologist gave it."""

    image: Path
    slide: str
    rid: str
    patient: str
    score: float

    @property
    def name(self) -> str:
        """What names the patch in every table: `<slide>_<rid>`."""
        return f"{self.slide}_{self.rid}"


@dataclass(frozen=True)
class Annotated:
    """A patch whose nuclei were clicked, the file of the points, and who passes for its patient."""

    image: Path
    points: Path
    patient: str

    @property
    def name(self) -> str:
        """The picture's name without its ending."""
        return self.image.name.removesuffix(PICTURE)


def read_scored(root: Path) -> tuple[Scored, ...]:
    """Every scored patch to train on, and to test on where the set has no test of its own."""
    scored = _scored(root, "train")
    owners = {patch.patient for patch in scored}
    tested = (root / "test_labels.csv").is_file()
    if len(owners) < FEWEST_PATIENTS - tested:
        needs = "training and validation need one each" if tested else "training, validation and test need one each"
        what = f"patches of {len(owners)} patient(s); {needs}"
        raise InputError(f"{root / 'train_labels.csv'}: {what}: add patches of other patients")
    return scored


def read_test(root: Path) -> tuple[Scored, ...]:
    """Every scored patch of the set's own test; none where it has no such part."""
    return _scored(root, "test") if (root / "test_labels.csv").is_file() else ()


def _scored(root: Path, part: str) -> tuple[Scored, ...]:
    """A part's patches in the order of its label file, each with its picture there and its patient known."""
    labels, patients = root / f"{part}_labels.csv", _patients(root / "patient_ids.csv")
    found: dict[tuple[str, str], Scored] = {}
    for line, (slide, rid, y) in read_rows(labels, LABEL_COLUMNS, PARTS):
        image = root / part / f"{slide}_{rid}.tif"
        if Path(image.name) != image.relative_to(root / part):
            raise InputError(f"{labels}: line {line} scores {slide}_{rid}, a path and no name; write the patch's name")
        if (slide, rid) in found:
            raise InputError(f"{labels}: line {line} scores {slide}_{rid} a second time; keep one of them")
        if not image.is_file():
            raise InputError(f"{labels}: line {line} scores {slide}_{rid}, but {image} is missing; copy it, or take the line out")
        if slide not in patients:
            raise InputError(f"{root / 'patient_ids.csv'}: slide {slide} has no patient; add a line for it")
        found[slide, rid] = Scored(image, slide, rid, patients[slide], score_of(labels, line, y))
    return tuple(found.values())


def _patients(path: Path) -> dict[str, str]:
    """Who each slide is of."""
    patients: dict[str, str] = {}
    for line, (patient, slide) in read_rows(path, ("patient_id", "slide"), PARTS):
        if not patient or patients.setdefault(slide, patient) != patient:
            raise InputError(f"{path}: line {line} gives slide {slide} the patient {patient!r}; name one patient for each slide")
    return patients


def score_of(path: Path, line: int, text: str) -> float:
    """A cellularity as it stands in a table of labels; whoever reads one refuses what is none."""
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not 0 <= score <= 1:
        raise InputError(f"{path}: line {line} has the score {text!r}; cellularity lies between 0 and 1")
    return score


def read_annotated(root: Path) -> tuple[Annotated, ...]:
    """Every patch with clicked nuclei, `<number>_Region <region>_crop.tif`, by number.

    The published set does not say whose they are. Numbers run through slide after slide, and region numbers rise within one:
    a run of rising regions passes for a patient, so that neighbours on a slide are not learned from and judged on at once.
    Whether such a one has scored patches too, nothing in the set tells.
    """
    folder = root / "cells"
    images = sorted(folder.glob(f"*{PICTURE}"), key=_number_and_region)
    if not images:
        raise InputError(f"{folder}: no annotated patches; expected <number>_Region <region>{PICTURE}, {POINTS} beside each")
    annotated: list[Annotated] = []
    run, before = 0, math.inf
    for image in images:
        region = _number_and_region(image)[1]
        run, before = run + (region <= before), region
        points = image.with_name(image.name.removesuffix(PICTURE) + POINTS)
        if not points.is_file():
            raise InputError(f"{image}: its points {points.name} are missing; add them, or take the picture out of the folder")
        annotated.append(Annotated(image, points, f"cells-{run}"))
    if run < FEWEST_RUNS:
        what = "all annotated patches are one run of rising regions, so of one slide; training and validation need one each"
        raise InputError(f"{folder}: {what}: add patches of another slide")
    return tuple(annotated)


def _number_and_region(image: Path) -> tuple[int, int]:
    """`12_Region 6_crop.tif` is picture 12, region 6 of its slide."""
    number, between, region = image.name.removesuffix(PICTURE).partition("_Region ")
    if not (between and number.isdecimal() and region.isdecimal()):
        raise InputError(f"{image}: not named <number>_Region <region>{PICTURE}; rename it as published")
    return int(number), int(region)


def read_patch(patch: Scored) -> Image.Image:
    """The picture of a scored patch: a score holds for the whole of it, so its size must be the published one."""
    image = read_rgb(patch.image)
    if image.size != (SIZE, SIZE):
        raise InputError(f"{patch.image}: {image.width}×{image.height}; a scored patch has {SIZE}×{SIZE} pixels")
    return image


def read_nuclei(patch: Annotated) -> tuple[Image.Image, Nuclei]:
    """The picture of an annotated patch and the nuclei inside it; those that lie outside are left out."""
    image, nuclei = read_rgb(patch.image), read_points(patch.points)
    inside = ((nuclei.xy >= 0) & (nuclei.xy < image.size)).all(axis=1)
    return image, Nuclei(nuclei.xy[inside], nuclei.kind[inside])
