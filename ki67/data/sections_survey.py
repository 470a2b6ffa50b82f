"""What a set in the BCS-1 layout holds, and whether it is the published one."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import get_args

from ki67.data.bcs1 import GRADES, Part, Section, sections
from ki67.data.rows import read_rows
from ki67.data.slide_files import slide_head
from ki67.data.source import Source

PUBLISHED: dict[Part, int] = {"train": 438, "validation": 96, "test": 90}  # sections, by Pedersen 2022


@dataclass(frozen=True)
class Survey:
    """What a dataset holds and what is odd about it; oddities are listed, not refused."""

    sections: tuple[Section, ...]
    scales: tuple[float | None, ...]  # µm/px, as the slides tell them
    oddities: tuple[str, ...]

    @cached_property
    def um_per_px(self) -> float | None:
        """The middle of what the slides tell, where all of them do. Each is read at its own."""
        told = [scale for scale in self.scales if scale]
        return median(told) if len(told) == len(self.scales) else None

    @property
    def published(self) -> Source | None:
        """BCS-1, where sections, of each part where there are parts, are as many as the paper counts; slides tell their scale."""
        counts, parts = Counter(section.part for section in self.sections), PUBLISHED.items()
        alike = counts[None] == sum(PUBLISHED.values()) or all(counts[part] == number for part, number in parts)
        same = len(self.sections) == sum(PUBLISHED.values()) and alike
        return Source("bcs1", self.um_per_px) if same and self.um_per_px else None

    def lines(self) -> list[str]:
        """How many sections of which grade there are in each part, and at which scale."""
        lines = []
        for part in (*get_args(Part), None):
            found = [section for section in self.sections if section.part == part]
            grades, patients = Counter(str(section.grade) for section in found), len({section.patient for section in found})
            counts = ", ".join(f"{grades[grade]} of grade {grade}" for grade in GRADES)
            lines += [f"{part or 'in no part yet'}: {len(found)} sections of {patients} patients; {counts}"] if found else []
        told = sorted({scale for scale in self.scales if scale})
        reach = f"{told[0]:.4g} to {told[-1]:.4g} µm/px, as each slide tells" if told else "no slide tells its µm/px"
        return [*lines, f"scale: {reach}"]


def survey(root: Path) -> Survey:
    """Open every slide and every mask once, all faults told at once. The slides' own pixels are read when they are needed."""
    found = sections(root)
    scales = tuple(slide_head(section.slide).um_per_px for section in found)
    return Survey(tuple(found), scales, (*_shared(found), *_without_slide(root, found), *_without_scale(found, scales)))


def _shared(found: list[Section]) -> list[str]:
    parts: dict[str, set[str]] = {}
    for section in found:
        parts.setdefault(section.patient, set()).update([section.part] if section.part else [])
    return [f"patient {patient} is in {' and in '.join(sorted(of))}" for patient, of in sorted(parts.items()) if len(of) > 1]


def _without_slide(root: Path, found: list[Section]) -> list[str]:
    names, used = {section.name for section in found}, {section.mask for section in found}
    graded = [slide for _, (slide,) in read_rows(root / "grades.csv", ("slide",), ())]
    lines = [f"grades.csv: {slide} has a grade and no slide" for slide in graded if slide not in names]
    masks = sorted((root / "masks").iterdir())
    return lines + [f"masks/{path.name}: a mask without a slide" for path in masks if path.suffix and path not in used]


def _without_scale(found: list[Section], scales: tuple[float | None, ...]) -> list[str]:
    pairs = zip(found, scales, strict=True)
    return [f"slides/{section.slide.name}: does not tell its µm/px" for section, scale in pairs if not scale]
