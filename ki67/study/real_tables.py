"""What real fields say of each method, as tables: a row a method, a column a class or a score."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from ki67.base.tables import write_csv
from ki67.cells.metrics import Estimate
from ki67.cells.outcomes import STRICT
from ki67.cells.summary import Detection, Error
from ki67.study.real_cells import Fields, FieldScores

SHIPS = "ki67_score"
CELLS, BETTER, SCORES = (Path("release", f"real_{name}.csv") for name in ("cells", "better", "scores"))
Row = dict[str, object]
Interval = Error | Estimate


def write_tables(sets: Mapping[str, Fields]) -> None:
    """The three tables of the book's page on real tissue."""
    for path, rows in (
        (CELLS, [row for name, found in sets.items() for row in cells_rows(name, found)]),
        (BETTER, [row for name, found in sets.items() for row in better_rows(name, found)]),
        (SCORES, [row for name, found in sets.items() for row in scores_rows(name, found)]),
    ):
        write_csv(pd.DataFrame(rows), path)


def cells_rows(name: str, found: Fields) -> list[Row]:
    """F1 one to one at R = 6: of what ships, then of the networks, the classical row and random points."""
    ships = {kind: found.score[STRICT.name][kind] for kind in found.labelled}
    others = {
        method: {kind: f1_of(rules[STRICT.key][kind]) for kind in found.labelled} for method, rules in found.detection.items()
    }
    return [_row(name, SHIPS, ships), *(_row(name, method, by_class) for method, by_class in others.items())]


def better_rows(name: str, found: Fields) -> list[Row]:
    """By how much F1 of the first network lies above that of each other method."""
    return [_row(name, method, {kind: by_class[kind] for kind in found.labelled}) for method, by_class in found.better.items()]


def scores_rows(name: str, found: Fields) -> list[Row]:
    """Errors by field, and how many categories are right, of every method and of the answers that look at no picture."""
    ships = found.score["index"]["RMSE by picture"]
    return [_row(name, SHIPS, {"index": ships}), *(_scores_row(name, method, of) for method, of in found.scores.items())]


def f1_of(found: Detection) -> Error:
    """Its F1 alone."""
    return Error(found.f1, found.f1_low, found.f1_high)


def _scores_row(name: str, method: str, scores: FieldScores) -> Row:
    low_high, others = scores.category_16_30, scores.category_10_20
    right = {"right_16_30": low_high.correct, "right_10_20": others.correct, "fields": low_high.of}
    return _row(name, method, {"index": scores.index, "til": scores.til}) | right


def _row(name: str, method: str, figures: Mapping[str, Interval]) -> Row:
    row: Row = {"set": name, "method": method}
    for kind, at in figures.items():
        row |= {kind: at.value, f"{kind}_low": at.low, f"{kind}_high": at.high}
    return row
