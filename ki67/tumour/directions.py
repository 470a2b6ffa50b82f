"""What the paper says of its designs in words, asked of ours on simulated tissue: it holds, it fails, or it is not settled.

A difference is settled by its interval over patients, paired by section. That two are alike is a sentence too: it holds where the
whole interval lies within `ALIKE`, which is as far as Table 2's grades lie apart that the paper calls similar; and that one is no
higher holds where its interval lies below that.
"""

from dataclasses import dataclass, replace
from itertools import combinations
from math import nan
from typing import Literal

import pandas as pd

from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import Estimate, difference
from ki67.tumour.comparison import mean_of

ALIKE = 0.03  # of Dice: UNet-LR's .862 to .890 and Mob-KM-PW's .851 to .880 over the grades

Answer = Literal["holds", "fails", "not settled"]
Kind = Literal["higher", "lower", "no higher", "alike"]


@dataclass(frozen=True)
class Sentence:
    """One design against another by a measure, and what is said of the difference."""

    name: str
    design: str
    against: str
    said: Kind
    measure: str = "dice"


SENTENCES = (
    Sentence("refinement_beats_patches", "mob_pw_unet", "mob_pw", "higher"),
    Sentence("refinement_beats_inception", "mob_pw_unet", "inc_pw", "higher"),
    Sentence("agunet_beats_inception", "mob_pw_agunet", "inc_pw", "higher"),
    Sentence("dagunet_beats_inception", "mob_pw_dagunet", "inc_pw", "higher"),
    Sentence("doubleunet_beats_inception", "mob_pw_doubleunet", "inc_pw", "higher"),
    Sentence("low_resolution_beats_otsu", "unet_lr", "otsu", "higher"),
    Sentence("patches_beat_otsu", "mob_pw", "otsu", "higher"),
    Sentence("patches_beat_low_resolution", "mob_pw", "unet_lr", "higher"),
    Sentence("backbones_alike", "mob_pw", "inc_pw", "alike"),
    Sentence("clustering_does_not_help", "mob_km_pw", "mob_pw", "no higher"),
    Sentence("agunet_as_unet", "mob_pw_agunet", "mob_pw_unet", "alike"),
    Sentence("dagunet_as_unet", "mob_pw_dagunet", "mob_pw_unet", "alike"),
    Sentence("doubleunet_as_unet", "mob_pw_doubleunet", "mob_pw_unet", "alike"),
    Sentence("low_resolution_recalls_more", "unet_lr", "mob_pw", "higher", "recall"),
    Sentence("low_resolution_is_less_precise", "unet_lr", "mob_pw", "lower", "precision"),
    Sentence("cross_fitting_helps", "crossfitted_unet", "mob_pw_unet", "higher"),
)  # the last is our own
GRADES_ALIKE = "mob_pw_unet"


@dataclass(frozen=True)
class Direction:
    """A sentence's answer, and the difference that it rests on; nothing where a design was not run."""

    sentence: str
    answer: Answer | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def answered(said: Kind, found: Estimate) -> Answer:
    """Whether the interval of a difference bears out what is said of it."""
    holds, fails = {
        "higher": (found.low > 0, found.high < 0),
        "lower": (found.high < 0, found.low > 0),
        "no higher": (found.high < ALIKE, found.low > 0),
        "alike": (found.low > -ALIKE and found.high < ALIKE, found.low > 0 or found.high < 0),
    }[said]
    return "holds" if holds else "fails" if fails else "not settled"


def directions(table: pd.DataFrame, draws: Resampling) -> list[Direction]:
    """Every sentence, and for each two grades whether the refined outlines are alike on them."""
    run, patients = set(table["design"]), table["patient"].nunique()
    found = []
    for sentence in SENTENCES:
        if {sentence.design, sentence.against} <= run:
            one, other = (mean_of(table, name, sentence.measure) for name in (sentence.design, sentence.against))
            estimate = draws.interval(difference(one, other), patients)
            found.append(_direction(sentence.name, sentence.said, estimate))
        else:
            found.append(Direction(sentence.name, None))
    return [*found, *grades_alike(table, draws)]


def grades_alike(table: pd.DataFrame, draws: Resampling, design: str = GRADES_ALIKE) -> list[Direction]:
    """A sentence for each two grades; their patients are not the same, so nothing cancels and the intervals are wide."""
    found, rows = [], table[table["design"] == design]
    for lower, higher in combinations((1, 2, 3), 2):
        name, grades = f"grades_{lower}_and_{higher}_alike", (higher, lower)
        if set(grades) <= set(rows["grade"]):
            one, other = (mean_of(table, design, grade=grade) for grade in grades)
            estimate = draws.interval(difference(one, other), table["patient"].nunique())
            alone = min(rows.loc[rows["grade"] == grade, "patient"].nunique() for grade in grades) < 2
            found.append(_direction(name, "alike", replace(estimate, low=nan, high=nan) if alone else estimate))
        else:
            found.append(Direction(name, None))
    return found


def _direction(name: str, said: Kind, found: Estimate) -> Direction:
    return Direction(name, answered(said, found), found.value, found.low, found.high)
