"""All designs on the same sections: Tables 1 and 2, and which differences are more than chance, as published and paired.

A table of judged sections has a row a design and section: design, section, patient, grade, recall, precision, dice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from ki67.base.errors import InputError
from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import Statistic, difference, mean_statistic
from ki67.cells.several import SIGNIFICANT, holm
from ki67.tumour.designs import DESIGNS, PUBLISHED_DEEP
from ki67.tumour.judging import Judged

MEASURES = tuple(field.name for field in fields(Judged))


@dataclass(frozen=True)
class Verdict:
    """One section by one design, a row of the table of all."""

    design: str
    section: str
    patient: str
    grade: int
    recall: float
    precision: float
    dice: float


def table_of(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """All verdicts, the designs in the paper's order; every design must have been asked about every section."""
    table = pd.DataFrame(verdicts)
    order = {name: place for place, name in enumerate(DESIGNS)}
    table = table.sort_values(["design", "section"], key=lambda c: c.map(order) if c.name == "design" else c, ignore_index=True)
    asked = {str(name): tuple(rows["section"]) for name, rows in table.groupby("design", sort=False)}
    odd = next((name for name, sections in asked.items() if sections != next(iter(asked.values()))), None)
    if odd:
        raise InputError(f"{odd}: judged on other sections than {next(iter(asked))}; run its stage again")
    return table


def designs_in(table: pd.DataFrame, wanted: Sequence[str] = tuple(DESIGNS)) -> list[str]:
    """Those of the wanted designs that were run."""
    return [name for name in wanted if name in set(table["design"])]


def compared(table: pd.DataFrame, draws: Resampling) -> pd.DataFrame:
    """Table 1: mean and standard deviation of each measure over sections, and the mean Dice's interval over patients.

    The deviations have n below the line, as the printed ones must have.
    """
    rows = []
    for name in designs_in(table):
        found = table[table["design"] == name]
        dice = draws.interval(mean_of(table, name), found["patient"].nunique())
        row: dict[str, str | int | float | None] = {"design": name, "number": DESIGNS[name].number, "title": DESIGNS[name].title}
        row |= {"sections": len(found), "patients": found["patient"].nunique()}
        for measure in MEASURES:
            row |= {measure: found[measure].mean(), f"{measure}_sd": found[measure].std(ddof=0)}
        rows.append(row | {"dice_low": dice.low, "dice_high": dice.high})
    return pd.DataFrame(rows)


def by_grade(table: pd.DataFrame) -> pd.DataFrame:
    """Table 2: Dice of each design on the sections of each grade."""
    dice = table.groupby(["design", "grade"], sort=False)["dice"]
    grouped = dice.agg(["count", "mean"]).assign(dice_sd=dice.std(ddof=0)).reset_index()
    grouped.columns = ["design", "grade", "sections", "dice", "dice_sd"]
    order = grouped["design"].map({name: place for place, name in enumerate(DESIGNS)})
    grouped = grouped.iloc[np.lexsort((grouped["grade"], order))].reset_index(drop=True)
    grouped.insert(1, "title", [DESIGNS[name].title for name in grouped["design"]])
    return grouped


def mean_of(table: pd.DataFrame, design: str, measure: str = "dice", grade: int | None = None) -> Statistic:
    """A design's mean over the sections, of all grades or of one, of whichever patients are drawn."""
    patients, rows = np.unique(table["patient"]), table[table["design"] == design]
    rows = rows if grade is None else rows[rows["grade"] == grade]
    sums = rows.groupby("patient")[measure].agg(["sum", "count"]).reindex(patients, fill_value=0)
    return mean_statistic(sums["sum"], sums["count"])


def as_published(table: pd.DataFrame) -> pd.DataFrame:
    """Tukey's range test of every two deep designs, as if each had seen sections of its own."""
    names = designs_in(table, PUBLISHED_DEEP)
    found = stats.tukey_hsd(*(table.loc[table["design"] == name, "dice"] for name in names))
    interval = found.confidence_interval()
    return pd.DataFrame(
        {
            "design": names[one], "against": names[other], "difference": found.statistic[one, other],
            "low": interval.low[one, other], "high": interval.high[one, other], "p": found.pvalue[one, other],
            "significant": bool(found.pvalue[one, other] < SIGNIFICANT),
        }
        for other, one in combinations(range(len(names)), 2)
    )  # fmt: skip


def paired(table: pd.DataFrame, draws: Resampling) -> pd.DataFrame:
    """The same pairs on the same patients: what a section is hard for in both cancels, which Tukey's test cannot know.

    p is of Wilcoxon's signed ranks over the patients' mean Dice, corrected by Holm over all pairs.
    """
    rows = []
    dice = table.groupby(["design", "patient"])["dice"].mean().unstack("patient")
    for other, one in combinations(designs_in(table, PUBLISHED_DEEP), 2):
        found = draws.interval(difference(mean_of(table, one), mean_of(table, other)), dice.shape[1])
        ends = {"difference": found.value, "low": found.low, "high": found.high}
        rows.append({"design": one, "against": other} | ends | {"p": signed_ranks(dice.loc[one] - dice.loc[other])})
    found_all = pd.DataFrame(rows)
    found_all["holm"] = holm(found_all["p"])
    return found_all.assign(significant=found_all["holm"] < SIGNIFICANT)


def signed_ranks(differences: ArrayLike) -> float:
    """Wilcoxon's p of paired differences, two-sided; 1 where none differs."""
    apart = np.asarray(differences, np.float64)
    return float(stats.wilcoxon(apart).pvalue) if apart.any() else 1.0
