"""From labelled and predicted cells to the tables that the study reports, every figure with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ki67.cells.cells import CLASS_NAMES, LABELS
from ki67.cells.metrics import (
    Counts,
    Estimate,
    Statistic,
    average_f1_statistic,
    bootstrap,
    difference,
    f1_over_radius,
    f1_statistic,
    mean_statistic,
    rmse_statistic,
    weighted_average,
)
from ki67.cells.outcomes import CLASSES, RULES, STRICT, Outcome, Rule, chance, patient_counts
from ki67.cells.scores import CUT_OFFS, UNDEFINED, CutOffs, Measure, Scores, score

MEASURES: tuple[Measure, ...] = ("ki67_index", "til_score")
Unit = Literal["image", "patient"]
UNITS: tuple[Unit, ...] = ("image", "patient")
RADII = tuple(range(2, 25))


@dataclass(frozen=True)
class Resampling:
    """How intervals are drawn: the bootstrap's seed, which chance shares, and how many times patients are drawn anew."""

    seed: int = 0
    resamples: int = 2000

    def interval(self, statistic: Statistic, patients: int) -> Estimate:
        """A figure with its 95 % interval over patients."""
        return bootstrap(statistic, patients, self.seed, self.resamples)


@dataclass(frozen=True)
class DetectionRow:
    """One line of the detection table; an average has no counts of its own."""

    method: str
    matching: Rule
    cells: str
    precision: float
    recall: float
    f1: float
    f1_low: float
    f1_high: float
    tp: int | None
    fp: int | None
    fn: int | None


def detection_rows(outcome: Outcome, rule: Rule, draws: Resampling) -> list[DetectionRow]:
    """Pooled precision, recall and F1 by class, their cell-weighted average, and place without kind."""
    counts = patient_counts(outcome, rule)
    pooled = [Counts(*map(int, c)) for c in counts.sum(axis=0)]
    rows = []
    for i, name in enumerate(CLASSES):
        f1 = draws.interval(f1_statistic(*counts[:, i].T), len(counts))
        total = pooled[i]
        rows.append(
            DetectionRow(
                outcome.method, rule, name, total.precision, total.recall,
                f1.value, f1.low, f1.high, total.tp, total.fp, total.fn,
            )
        )  # fmt: skip
    mean = weighted_average(pooled[:-1])
    f1 = draws.interval(_average(counts), len(counts))
    rows.insert(
        len(LABELS),
        DetectionRow(
            outcome.method, rule, "average", mean.precision, mean.recall,
            f1.value, f1.low, f1.high, None, None, None,
        ),
    )  # fmt: skip
    return rows


def _average(counts: NDArray[np.int64]) -> Statistic:
    return average_f1_statistic(*np.moveaxis(counts[:, :-1], -1, 0))


@dataclass(frozen=True)
class DifferenceRow:
    """How much better one method is than another on the same patients."""

    method: str
    against: str
    matching: Rule
    cells: str
    difference: float
    low: float
    high: float


def differences(first: Outcome, second: Outcome, rule: Rule, draws: Resampling) -> list[DifferenceRow]:
    """Paired differences in F1 by class, average and any; an interval off nought is a real difference."""
    if list(first.names) != list(second.names):
        raise ValueError(f"{first.method} and {second.method} did not see the same images")
    first_f1, second_f1, rows = f1_statistics(first, rule), f1_statistics(second, rule), []
    for name in first_f1:
        e = draws.interval(difference(first_f1[name], second_f1[name]), len(first.who))
        rows.append(DifferenceRow(first.method, second.method, rule, name, e.value, e.low, e.high))
    return rows


def f1_statistics(outcome: Outcome, rule: Rule) -> dict[str, Statistic]:
    """F1 by class, of any cell and on average, each as a statistic over patients."""
    counts = patient_counts(outcome, rule)
    return {name: f1_statistic(*counts[:, i].T) for i, name in enumerate(CLASSES)} | {"average": _average(counts)}


def radius_table(outcomes: Sequence[Outcome], radii: Sequence[int] = RADII) -> pd.DataFrame:
    """Pooled F1 by method, matching, class and radius."""
    rows = []
    for outcome in outcomes:
        for rule in RULES:
            table = f1_over_radius(outcome.truths, outcome.predictions, rule.match, radii)
            rows += [
                {"method": outcome.method, "matching": rule.key, "cells": name, "radius": r, "f1": f1}
                for r, line in zip(radii, table, strict=True)
                for name, f1 in zip(CLASS_NAMES.values(), line, strict=True)
            ]
    return pd.DataFrame(rows)


def radius_curves(table: pd.DataFrame, rule: Rule = STRICT) -> dict[str, NDArray[np.float64]]:
    """Of that table one rule's F1 (radii, classes) by method: what the figure over the radius draws."""
    chosen = table[table["matching"] == rule.key]
    return {
        str(method): rows.pivot(index="radius", columns="cells", values="f1")[list(CLASS_NAMES.values())].to_numpy()
        for method, rows in chosen.groupby("method", sort=False)
    }


def image_scores(outcome: Outcome) -> pd.DataFrame:
    """Counts and scores of every image, labelled and predicted."""
    pairs = zip(outcome.truths, outcome.predictions, strict=True)
    rows = [_score_row(score(truth), score(predicted)) for truth, predicted in pairs]
    table = pd.DataFrame(rows)
    table.insert(0, "method", outcome.method)
    table.insert(1, "image", list(outcome.names))
    table.insert(2, "patient", list(outcome.patients))
    return table


def patient_scores(outcome: Outcome) -> pd.DataFrame:
    """The same by patient, from counts summed over the patient's images."""
    rows = []
    for patient in outcome.who:
        places = [i for i, p in enumerate(outcome.patients) if p == patient]
        truth, predicted = (Scores.total(score(cells[i]) for i in places) for cells in (outcome.truths, outcome.predictions))
        rows.append({"method": outcome.method, "patient": patient, "images": len(places), **_score_row(truth, predicted)})
    return pd.DataFrame(rows)


def _score_row(truth: Scores, predicted: Scores) -> dict[str, float]:
    """Counts and scores of both sides, columns by name and side."""
    names = ("n_positive", "n_negative", "n_til", *MEASURES)
    sides = (("truth", truth), ("predicted", predicted))
    return {f"{name}_{side}": getattr(scores, name) for name in names for side, scores in sides}


@dataclass(frozen=True)
class ErrorRow:
    """RMSE of a score; `undefined` items have no score on one side or both and are left out."""

    method: str
    measure: Measure
    unit: Unit
    rmse: float
    low: float
    high: float
    n: int
    undefined: int


def error_rows(images: pd.DataFrame, patients: pd.DataFrame, draws: Resampling) -> list[ErrorRow]:
    """RMSE of both scores, per image and per patient; intervals over patients in either case."""
    rows = []
    for measure in MEASURES:
        for unit, table in zip(UNITS, (images, patients), strict=True):
            error = (table[f"{measure}_predicted"] - table[f"{measure}_truth"]).astype(float)
            grouped = (error**2).groupby(table["patient"])
            estimate = draws.interval(rmse_statistic(grouped.sum(), grouped.count()), len(grouped))
            rows.append(
                ErrorRow(
                    str(table["method"].iloc[0]), measure, unit, estimate.value, estimate.low, estimate.high,
                    n=int(error.notna().sum()), undefined=int(error.isna().sum()),
                )
            )  # fmt: skip
    return rows


@dataclass(frozen=True)
class CutOffRow:
    """How many patients fall into the right category; those without a score are left out and counted."""

    method: str
    cut_off: CutOffs
    accuracy: float
    low: float
    high: float
    correct: int
    n: int
    undefined: int


def cut_off_row(table: pd.DataFrame, cut: CutOffs, draws: Resampling) -> CutOffRow:
    """Accuracy of one pair of cut-offs over the rows of a table, patients or their images; its interval is over patients."""
    truth, predicted = (cut.categories(table[f"{cut.measure}_{side}"]) for side in ("truth", "predicted"))
    defined = (truth != UNDEFINED) & (predicted != UNDEFINED)
    correct = defined & (truth == predicted)
    of_patients = pd.DataFrame({"correct": correct, "defined": defined}).groupby(table["patient"].to_numpy()).sum()
    e = draws.interval(mean_statistic(of_patients["correct"], of_patients["defined"]), len(of_patients))
    method = str(table["method"].iloc[0])
    hits, n = int(correct.sum()), int(defined.sum())
    return CutOffRow(method, cut, e.value, e.low, e.high, hits, n, len(table) - n)


ALWAYS_LOW, ALWAYS_MEAN = "always_low", "always_mean"  # answers that look at no picture


def constant_answers(table: pd.DataFrame) -> list[pd.DataFrame]:
    """The same rows with one answer for all, nought or the truth's own mean: what says no more than these says nothing."""
    truths = {measure: table[f"{measure}_truth"] for measure in MEASURES}
    answers = {ALWAYS_LOW: dict.fromkeys(MEASURES, 0.0), ALWAYS_MEAN: {name: truth.mean() for name, truth in truths.items()}}
    return [
        table.assign(method=name, **{f"{measure}_predicted": value for measure, value in same.items()})
        for name, same in answers.items()
    ]


@dataclass(frozen=True)
class Evaluation:
    """All that is known of one test set, tidy: one row a figure."""

    detected: Sequence[DetectionRow]
    compared: Sequence[DifferenceRow]
    radius: pd.DataFrame
    images: pd.DataFrame
    patients: pd.DataFrame
    errors: Sequence[ErrorRow]
    cut_offs: Sequence[CutOffRow]

    @property
    def detection(self) -> pd.DataFrame:
        """The detection rows as a table; counts stay whole numbers where an average has none."""
        return as_table(self.detected).astype(dict.fromkeys(("tp", "fp", "fn"), "Int64"))

    @property
    def differences(self) -> pd.DataFrame:
        """The paired differences as a table."""
        return as_table(self.compared)


def evaluate(outcomes: Sequence[Outcome], draws: Resampling, size: float = 256.0) -> Evaluation:
    """Every figure of every method; the first is compared with every other, and all with chance.

    Chance stands in the tables of detection alone: its points are as many as the labels, so its scores are right by birth.
    Scores are set beside answers that look at no picture.
    """
    first = outcomes[0]
    with_chance = [*outcomes, chance(first, size, draws.seed)]
    images = [image_scores(o) for o in outcomes]
    patients = [patient_scores(o) for o in outcomes]
    of_images, of_patients = ([*tables, *constant_answers(tables[0])] for tables in (images, patients))
    return Evaluation(
        detected=[row for o in with_chance for rule in RULES for row in detection_rows(o, rule, draws)],
        compared=[row for o in with_chance[1:] for rule in RULES for row in differences(first, o, rule, draws)],
        radius=radius_table(with_chance),
        images=pd.concat(images, ignore_index=True),
        patients=pd.concat(patients, ignore_index=True),
        errors=[row for i, p in zip(of_images, of_patients, strict=True) for row in error_rows(i, p, draws)],
        cut_offs=[cut_off_row(p, cut, draws) for p in of_patients for cut in CUT_OFFS],
    )


def as_table(rows: Sequence[DetectionRow | DifferenceRow]) -> pd.DataFrame:
    """Rows as a table shows them: rules by their names."""
    return pd.DataFrame([{field.name: _shown(getattr(row, field.name)) for field in fields(row)} for row in rows])


def _shown(value: Any) -> Any:
    return value.name if isinstance(value, Rule) else value
