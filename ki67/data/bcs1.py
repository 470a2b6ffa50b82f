"""The BCS-1 layout: whole H&E sections in `slides/`, outlines of their tumour in `masks/`, patients and grades in `grades.csv`.

A mask is as its publishers made it: a pyramid in TIFF, a quarter as wide and high as its slide, not 0 in the tumour. A set may
bring `split.csv`, which says who trains, validates or tests; what it leaves open is drawn by patient.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ki67.base.errors import InputError, refuse_all
from ki67.data.rows import read_rows
from ki67.data.slide_files import SLIDES, marks_anything, mask_size, slide_head

PARTS = ("slides", "masks", "grades.csv")
EXTRA_PARTS = ("split.csv",)
ENDINGS = (*SLIDES, ".tif", ".tiff")
GRADES = ("1", "2", "3")
DOWNSAMPLING = 4  # of a mask
APART = 1  # pixels of a mask by which its size may be off: some round up, some down
Part = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class Section:
    """A slide with the outline of its tumour, whose it is, its grade, and the part that the set itself puts it into."""

    name: str
    slide: Path
    mask: Path
    patient: str
    grade: int
    part: Part | None


def sections(root: Path) -> list[Section]:
    """Every section in the order of names; all that is wrong with the set is told at once, a line each."""
    slides, grades, parts = _slides(root / "slides"), _grades(root / "grades.csv"), _parts(root / "split.csv")
    found, wrong = list[Section](), list[InputError]()
    for slide in slides:
        try:
            patient, grade = _graded(root / "grades.csv", slide.stem, grades)
            found.append(Section(slide.stem, slide, _mask(root, slide), patient, grade, parts.get(slide.stem)))
        except InputError as error:
            wrong.append(error)
    refuse_all(wrong)
    return found


def _slides(folder: Path) -> list[Path]:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    slides = [path for path in files if path.suffix.lower() in ENDINGS]
    if not slides:
        raise InputError(f"{folder}: no slides in it; the layout has {', '.join(PARTS)}, and slides end on {', '.join(ENDINGS)}")
    names = [path.stem for path in slides]
    refuse_all([
        InputError(f"{path}: another slide has its name but for the ending, and so its mask; rename one")
        for i, path in enumerate(slides) if path.stem in names[:i]
    ])  # fmt: skip
    return slides


def _grades(path: Path) -> dict[str, tuple[str, str]]:
    """Patient and grade of each slide, as they are written."""
    found: dict[str, tuple[str, str]] = {}
    for line, (slide, patient, grade) in read_rows(path, ("slide", "patient", "grade"), PARTS):
        if slide in found:
            raise InputError(f"{path}: line {line} grades {slide} a second time; keep one of them")
        found[slide] = patient, grade
    return found


def _graded(path: Path, name: str, grades: Mapping[str, tuple[str, str]]) -> tuple[str, int]:
    if name not in grades:
        raise InputError(f"{path}: slide {name} has no grade; add a line for it")
    patient, grade = grades[name]
    if grade not in GRADES:
        raise InputError(f"{path}: slide {name} has the grade {grade!r}; histological grades are {', '.join(GRADES)}")
    if not patient:
        raise InputError(f"{path}: slide {name} has no patient; name one, since patients are kept together")
    return patient, int(grade)


def _parts(path: Path) -> dict[str, Part]:
    """Of the slides that the set's own table names; none where it brings no such table."""
    if not path.is_file():
        return {}
    found: dict[str, Part] = {}
    for line, (slide, text) in read_rows(path, ("slide", "part"), (*PARTS, *EXTRA_PARTS)):
        part = next((part for part in get_args(Part) if part == text), None)
        if part is None or found.setdefault(slide, part) != part:
            raise InputError(f"{path}: line {line} puts {slide} into {text!r}; name one of {', '.join(get_args(Part))} for each")
    return found


def _mask(root: Path, slide: Path) -> Path:
    """The mask of a slide, which it covers and on which there is tumour."""
    mask = next((path for ending in (".tif", ".tiff") if (path := root / "masks" / f"{slide.stem}{ending}").is_file()), None)
    if not mask:
        raise InputError(f"{slide}: its mask masks/{slide.stem}.tif is missing; add it, or take the slide out of the folder")
    whole, (width, height) = slide_head(slide), mask_size(mask)
    expected = whole.width / DOWNSAMPLING, whole.height / DOWNSAMPLING
    if abs(width - expected[0]) > APART or abs(height - expected[1]) > APART:
        what = f"{width}×{height}, not a quarter of the slide's {whole.width}×{whole.height}"
        raise InputError(f"{mask}: {what}; export it with a downsampling of {DOWNSAMPLING}")
    if not marks_anything(mask):
        raise InputError(f"{mask}: marks no tumour; export the outline again, or take the slide out of the folder")
    return mask


def split_sections(found: Sequence[Section], validation_share: float, test_share: float, seed: int) -> dict[Part, list[Section]]:
    """Who trains, validates and tests. Parts that the set brings are kept; the others are drawn among whole patients, of every
    grade their share: patients whom the set puts nowhere, or those who train where there are none such.
    """
    given = {section.patient: section.part for section in found if section.part}
    drawn = _drawn(found, given, {"test": test_share, "validation": validation_share}, seed)
    parts: dict[Part, list[Section]] = {part: [] for part in get_args(Part)}
    for section in found:
        parts[drawn.get(section.patient) or section.part or given.get(section.patient) or "train"].append(section)
    return parts


def _drawn(found: Sequence[Section], given: Mapping[str, Part], shares: Mapping[Part, float], seed: int) -> dict[str, Part]:
    """The patients of the parts that are not given yet; whoever trains is left over."""
    free = [s for s in found if s.patient not in given] or [s for s in found if given[s.patient] == "train"]
    grades = {owner: max(s.grade for s in free if s.patient == owner) for owner in sorted({s.patient for s in free})}
    wanted = {part: share for part, share in shares.items() if part not in given.values()}
    if wanted and len(grades) <= len(wanted):
        raise InputError(f"{len(grades)} patient(s) to draw from: {', '.join(wanted)} and training need one each")
    drawn: dict[str, Part] = {}
    for still, (part, share) in zip(reversed(range(len(wanted))), wanted.items(), strict=True):
        left = {owner: grade for owner, grade in grades.items() if owner not in drawn}
        count = min(max(1, round(share * len(grades))), len(left) - still - 1)
        drawn |= dict.fromkeys(_evenly(left, count, seed), part)
    return drawn


def _evenly(grades: Mapping[str, int], count: int, seed: int) -> list[str]:
    """So many patients, at equal distances along the row of all by grade: of each grade its share, give or take one."""
    row = list(grades)
    random.Random(seed).shuffle(row)
    row.sort(key=grades.__getitem__)
    return [row[int((place + 0.5) * len(row) / count)] for place in range(count)]
