"""What bfloat16 costs: outlines of the study's test sections in either kind of numbers, held against the truth.

Two outlines may differ from one another by more than they differ from the truth in Dice: what counts for a user is the latter.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.base.tables import write_csv, write_json
from ki67.bench.machine import machine
from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import Estimate, difference, mean_statistic
from ki67.data.bcs1 import Section, sections
from ki67.engine.graphs import engine
from ki67.pictures.header import header
from ki67.simulate.section.cohort import SectionCohort, write_cohort
from ki67.slides.drawing import map_size, tumour_in
from ki67.slides.model import SlideModel, load_slide_model
from ki67.slides.names import Numbers
from ki67.slides.scorer import SlideScorer
from ki67.tumour.judging import judged
from ki67.tumour.labels import outlined_share
from ki67.tumour.prepared import MOST

FOLDER, MEASURED = Path("build/slides/test"), Path("measurements/slide_precisions.json")
GOAL = 0.005  # of Dice, which the mean may change by
# The test sections of the study, which no network that ships has seen; nobody to train on beside them.
TEST = SectionCohort(
    patients=0, sections_per_patient=1, test_patients=24, seed=2022, test_seed=3022, um_per_px=1.0, side_um=8192
)  # fmt: skip

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Kept:
    """One section: the Dice of each outline with the truth, and how far below 1 that of the two outlines is."""

    section: str
    float32: float
    bfloat16: float
    apart: float


@dataclass(frozen=True)
class Costs:
    """All sections: the mean of each figure, the mean change of Dice with its interval, and the largest change of all."""

    sections: int
    float32: float
    bfloat16: float
    apart: float
    change: Estimate
    largest_change: float
    goal: float = GOAL


def numbers_here() -> tuple[Numbers, ...]:
    """Float32, and bfloat16 where the processor has it: elsewhere the engine would take float32 for it."""
    able = "BF16" in engine().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return get_args(Numbers) if able else ("float32",)


def precisions(shipped: Path | None, cohort: SectionCohort = TEST) -> Iterator[str]:
    """Measure, say it, keep `measurements/slide_precisions.json` and a row a section beside it."""
    if "bfloat16" not in numbers_here():
        yield f"\nThis processor has no bfloat16: {MEASURED} stays as it is"
        return
    write_cohort(FOLDER, cohort)
    rows = compared(load_slide_model(shipped), sections(FOLDER))
    found = costs(rows)
    yield f"\nDice with the truth of {len(rows)} simulated test sections: {found}"
    write_csv(pd.DataFrame(rows), MEASURED.with_suffix(".csv"))
    write_json(asdict(found) | {"machine": machine()}, MEASURED)


def compared(model: SlideModel, asked: Sequence[Section]) -> list[Kept]:
    """Every section in both numbers."""
    exact, half = (outlines(model.computed_in(numbers), asked) for numbers in ("float32", "bfloat16"))
    return [kept(*each) for each in zip(asked, exact, half, strict=True)]


def outlines(model: SlideModel, asked: Sequence[Section]) -> list[Mask]:
    """The tumour of each section as `ki67 slide` finds it, in the frame of the judge."""
    with tempfile.TemporaryDirectory() as folder, SlideScorer(model, Path(folder)) as scorer:
        return [outline(scorer, section) for section in asked]


def outline(scorer: SlideScorer, section: Section) -> Mask:
    """One of them."""
    scored = scorer.score(section.name, header(section.slide))
    return tumour_in(scored.found.refined, scored.threshold, map_size(scored.result.size, scored.result.um_per_px))


def kept(section: Section, exact: Mask, half: Mask) -> Kept:
    """Both outlines of a section against its mask, and against one another."""
    truth = outlined_share(section.mask, exact.shape[::-1]) >= MOST
    return Kept(section.name, judged(truth, exact).dice, judged(truth, half).dice, 1 - judged(exact, half).dice)


def costs(rows: Sequence[Kept]) -> Costs:
    """Means over the sections."""
    table = pd.DataFrame(rows)
    exact, half, apart = (float(table[column].mean()) for column in ("float32", "bfloat16", "apart"))
    return Costs(len(rows), exact, half, apart, changed(table), float((table["bfloat16"] - table["float32"]).abs().max()))


def changed(table: pd.DataFrame) -> Estimate:
    """How much Dice bfloat16 adds, with an interval over the sections: each is of a patient of its own."""
    ones = np.ones(len(table))
    half, exact = (mean_statistic(table[numbers], ones) for numbers in ("bfloat16", "float32"))
    return Resampling().interval(difference(half, exact), len(table))
