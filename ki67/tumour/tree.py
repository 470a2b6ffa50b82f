"""Which patch is seen next: a grade, a slide of it, a class that the slide has, a patch of that class; each by even chance.

So a rare grade, a small tumour or a slide that is nearly all tumour is seen as often as its neighbours at the same fork.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.slides.grid import Grid


class PatchLabel(IntEnum):
    """What a patch is to learn from: nothing, where it has little tissue or little tumour; else a class."""

    DROPPED = 0
    FREE = 1
    TUMOUR = 2


LEARNT = (PatchLabel.FREE, PatchLabel.TUMOUR)  # in the order of the network's outputs


@dataclass(frozen=True, eq=False)
class LabelledSlide:
    """A slide to draw patches from: its grade, and what each patch of its grid is (rows × columns)."""

    path: Path
    grade: int
    grid: Grid
    labels: NDArray[np.uint8]


@dataclass(frozen=True)
class Place:
    """One patch: the slide's number in the tree, the class, row and column in the slide's grid."""

    slide: int
    label: PatchLabel
    row: int
    column: int


class Tree:
    """Grades, their slides, the classes of each and the patches of each class; no fork has an empty branch."""

    def __init__(self, slides: Sequence[LabelledSlide]) -> None:
        self.slides = tuple(slides)
        self._patches = [_by_class(slide.labels) for slide in self.slides]
        usable = [number for number, patches in enumerate(self._patches) if patches]
        if not usable:
            raise InputError("no slide has a patch to learn from: too little tissue, or tumour in a few hundredths everywhere")
        grades = sorted({self.slides[number].grade for number in usable})
        self._grades = [[number for number in usable if self.slides[number].grade == grade] for grade in grades]

    def draw(self, rng: np.random.Generator) -> Place:
        """A patch by four even draws."""
        of_grade = self._grades[rng.integers(len(self._grades))]
        slide = of_grade[rng.integers(len(of_grade))]
        classes = list(self._patches[slide].items())
        label, patches = classes[rng.integers(len(classes))]
        row, column = patches[rng.integers(len(patches))]
        return Place(slide, label, int(row), int(column))


def _by_class(labels: NDArray[np.uint8]) -> dict[PatchLabel, NDArray[np.intp]]:
    """Rows and columns of the patches of each class that there is."""
    return {label: np.argwhere(labels == label) for label in LEARNT if (labels == label).any()}
