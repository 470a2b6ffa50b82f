"""Situations: how tumour, stroma and lymphocytes share a field, what the tumour looks like there, and what is counted."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Growth = Literal["sheet", "nests", "islands", "cords", "glands", "discohesive", "scattered", "stroma", "infiltrate"]
FAITHFUL = 4.0  # the larger, the less a patient's fields keep to a few situations
ANYTHING = 0.15  # the share of a patient's fields that are as anyone's


@dataclass(frozen=True)
class Situation:
    """What one way of growing changes in a patient's nuclei and in the annotator's eye."""

    growth: Growth
    often: float
    size: float = 1.0  # of the tumour's nuclei beside the patient's usual ones
    slender: float = 1.6  # the longest of them, length over width
    solid: float = 0.0  # 0: as vesicular as the patient's, 1: dark all through
    lymphocytes: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0, 0.05, 0.05, 0.1, 0.1, 0.25, 0.5)  # densities, one of which a field has
    sparse: float = 0.2  # the share of fields that hold a tenth to two thirds of the usual number
    rich: bool = False  # tumour fills most of the field
    loose: bool = False  # cells have let go of each other, and glass shows between them
    spread: bool = False  # no nests: what lies singly between the fibres is taken for tumour, and counted


SITUATIONS: dict[Growth, Situation] = {
    known.growth: known
    for known in (
        Situation("sheet", 0.20, rich=True),
        Situation("nests", 0.19, rich=True),
        Situation("islands", 0.11, sparse=0.0),
        Situation("cords", 0.08, solid=0.3),
        Situation("glands", 0.08, rich=True),
        Situation("discohesive", 0.12, size=0.80, slender=1.5, solid=0.55, rich=True, loose=True, spread=True),
        Situation("scattered", 0.12, size=0.86, slender=2.7, solid=0.75, spread=True),
        Situation("stroma", 0.06),
        Situation("infiltrate", 0.02, lymphocytes=(1.9, 2.4, 2.9), sparse=0.0, loose=True),
    )
}


def draw_habit(sparse: float, rng: np.random.Generator) -> tuple[float, ...]:
    """How often each situation occurs in one patient: a few, mostly; sparse ones as often as the laboratory has them."""
    often = np.array([known.often * (1.0 if known.rich else sparse) for known in SITUATIONS.values()])
    usual = often / often.sum()
    return tuple(float(share) for share in (1 - ANYTHING) * rng.dirichlet(FAITHFUL * usual) + ANYTHING * usual)


def draw_growth(habit: tuple[float, ...], rng: np.random.Generator) -> Growth:
    """One field's situation."""
    growths: tuple[Growth, ...] = tuple(SITUATIONS)
    return growths[int(rng.choice(len(growths), p=np.asarray(habit) / sum(habit)))]
