"""The BreastPathQ layout as published: scored patches in `train/`, their scores and patients, annotated nuclei in `cells/`."""

import csv
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ki67.base.errors import InputError
from ki67.data.images import read_rgb
from ki67.data.patches import KINDS, Nuclei
from ki67.data.sedeen import read_points

PARTS = ("train", "train_labels.csv", "patient_ids.csv", "cells")
SIZE = 512  # pixels of a scored patch
PICTURE, POINTS = "_crop.tif", "_key.xml"  # endings of an annotated patch and of its points
LABEL_COLUMNS = ("slide", "rid", "y")
FEWEST_PATIENTS = 3  # one to train on, one to validate, one to test
FEWEST_RUNS = 2  # of annotated patches: one to train on, one to validate
Row = tuple[int, tuple[str, ...]]  # its line, and what stands in it


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
    """Every scored patch in the order of the label file, each with its picture there and its patient known."""
    labels, patients = root / "train_labels.csv", _patients(root / "patient_ids.csv")
    found: dict[tuple[str, str], Scored] = {}
    for line, (slide, rid, y) in read_rows(labels, LABEL_COLUMNS):
        image = root / "train" / f"{slide}_{rid}.tif"
        if (slide, rid) in found:
            raise InputError(f"{labels}: line {line} scores {slide}_{rid} a second time; keep one of them")
        if not image.is_file():
            raise InputError(f"{labels}: line {line} scores {slide}_{rid}, but {image} is missing; copy it, or take the line out")
        if slide not in patients:
            raise InputError(f"{root / 'patient_ids.csv'}: slide {slide} has no patient; add a line for it")
        found[slide, rid] = Scored(image, slide, rid, patients[slide], score_of(labels, line, y))
    scored = tuple(found.values())
    owners = {patch.patient for patch in scored}
    if len(owners) < FEWEST_PATIENTS:
        what = f"patches of {len(owners)} patient(s); training, validation and test need one each"
        raise InputError(f"{labels}: {what}: add patches of other patients")
    return scored


def read_rows(path: Path, columns: Sequence[str]) -> list[Row]:
    """The named columns of a CSV file, with line numbers for whoever has to mend it."""
    if not path.is_file():
        raise InputError(f"{path}: missing; BreastPathQ has {', '.join(PARTS)}")
    rows: list[Row] = []
    try:
        for row in _rows(path, columns):
            rows.append(row)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not in UTF-8 ({error.reason}); save it as CSV in UTF-8") from error
    except csv.Error as error:
        after = rows[-1][0] if rows else 1
        raise InputError(f"{path}: no table after line {after} ({error}); mend that line, or save it as CSV again") from error
    return rows


def _rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, skipinitialspace=True, strict=True)
        lacking = [name for name in columns if name not in (reader.fieldnames or ())]
        if lacking:
            raise InputError(f"{path}: no column {' and '.join(lacking)}; the first line is {','.join(columns)}")
        for row in reader:
            yield reader.line_num, tuple((row[name] or "").strip() for name in columns)


def _patients(path: Path) -> dict[str, str]:
    """Who each slide is of."""
    patients: dict[str, str] = {}
    for line, (patient, slide) in read_rows(path, ("patient_id", "slide")):
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


@dataclass(frozen=True)
class Survey:
    """What a dataset holds and what is odd about it; oddities are listed, not refused."""

    scored: tuple[Scored, ...]
    annotated: tuple[Annotated, ...]
    nuclei: Counter[str]
    oddities: tuple[str, ...]

    def lines(self) -> list[str]:
        """What it holds, to print."""
        slides, patients = ({getattr(patch, name) for patch in self.scored} for name in ("slide", "patient"))
        kinds = ", ".join(f"{self.nuclei[kind]} {kind}" for kind in KINDS)
        return [
            f"train: {len(self.scored)} scored patches of {len(slides)} slides of {len(patients)} patients",
            f"cells: {len(self.annotated)} annotated patches; nuclei: {kinds}",
        ]


def survey(root: Path) -> Survey:
    """Read every picture, score and point once; the first file that is wrong is refused by name."""
    scored, annotated = read_scored(root), read_annotated(root)
    known = {patch.image for patch in scored}
    oddities = [f"train/{p.name}: no score" for p in sorted((root / "train").glob("*.tif")) if p not in known]
    for patch in scored:
        read_patch(patch)
    nuclei: Counter[str] = Counter()
    for picture in annotated:
        _, inside = read_nuclei(picture)
        nuclei.update(KINDS[kind] for kind in inside.kind)
        outside = len(read_points(picture.points)) - len(inside)
        oddities += [f"cells/{picture.points.name}: {outside} point(s) outside the picture"] if outside else []
    pictures = {picture.points for picture in annotated}
    lonely = [p for p in sorted((root / "cells").glob(f"*{POINTS}")) if p not in pictures]
    return Survey(scored, annotated, nuclei, (*oddities, *(f"cells/{p.name}: points without a picture" for p in lonely)))
