"""The scoring app's figures by name, for the book and the claims: `pixels.picture.test.published.iou` and its neighbours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ki67.cells.agreement import Floats
from ki67.cells.evaluation import Resampling, detection_rows
from ki67.cells.outcomes import STRICT
from ki67.cells.scores import CATEGORIES
from ki67.masks.categories import agreement, by_category, moved
from ki67.masks.comparison import index_rows
from ki67.masks.fields import PARTS
from ki67.masks.findings import right_cells
from ki67.masks.judged import JudgedSplit
from ki67.masks.judged_tables import COUNTED
from ki67.masks.pixels import FOREGROUND, PixelCounts
from ki67.masks.published import TABLE_3
from ki67.tumour.directions import Direction

Named = dict[str, Any]


def summary(splits: Sequence[JudgedSplit], directions: Sequence[Direction], draws: Resampling) -> Named:
    """What `metrics/app.json` holds: each kind of figure by split, the sentences, and Table 3 as printed, judged as ours is."""
    ours = {kind: {judged.split: figures(judged, draws) for judged in splits} for kind, figures in KINDS.items()}
    return ours | {
        "directions": {direction.sentence: asdict(direction) for direction in directions},
        "printed": told(TABLE_3),
    }


def told(table: Floats) -> Named:
    """A crossed table, Table 4 of it, and its agreement; `row_shares` are what of all fields is truly low, middle and high."""
    return {
        "table": table.astype(int).tolist(),
        "by_category": {name: _plain(asdict(row)) for name, row in by_category(table).items()},
        "row_shares": dict(zip(CATEGORIES, (table.sum(1) / max(table.sum(), 1)).tolist(), strict=True)),
        **_plain(asdict(agreement(table))),
    }


def _plain(figures: Named) -> Named:
    """A share under its name, the ends of its interval beside it."""
    plain: Named = {}
    for name, value in figures.items():
        ends = value if isinstance(value, dict) else {"value": value}
        plain |= {name if end == "value" else f"{name}_{end}": figure for end, figure in ends.items()}
    return plain


def _parts(judged: JudgedSplit, draws: Resampling) -> Named:
    return {part: asdict(side) for part, side in judged.parts.items()} | {"shared_patients": judged.shared_patients}


def _pixels(judged: JudgedSplit, draws: Resampling) -> Named:
    return {part: _by_class(judged.pixels(part)) for part in PARTS}


def _background(judged: JudgedSplit, draws: Resampling) -> Named:
    return {part: _by_class(judged.background(part)) for part in PARTS}


def _by_class(counts: PixelCounts) -> Named:
    return {"published": asdict(counts.as_published()), **{name: asdict(counts.of_class(name)) for name in FOREGROUND}}


def _index(judged: JudgedSplit, draws: Resampling) -> Named:
    return {truth: {row.method: asdict(row) for row in index_rows(bench, draws)} for truth, bench in judged.benches.items()}


def _categories(judged: JudgedSplit, draws: Resampling) -> Named:
    return {
        truth: {method: told(bench.table(method)) for method in bench.found} | {"moved_by_the_code": moved(bench.truth)}
        for truth, bench in judged.benches.items()
    }


def _cells(judged: JudgedSplit, draws: Resampling) -> Named:
    return {
        method: {
            **{row.cells: {"f1": row.f1, "f1_low": row.f1_low, "f1_high": row.f1_high}
               for row in detection_rows(outcome, STRICT, draws) if row.cells in COUNTED},
            "right": draws.interval(right_cells(outcome), len(outcome.who)).value,
        }
        for method, outcome in judged.cells.items()
    }  # fmt: skip


KINDS: Mapping[str, Callable[[JudgedSplit, Resampling], Named]] = {
    "parts": _parts,
    "pixels": _pixels,
    "background": _background,
    "index": _index,
    "categories": _categories,
    "cells": _cells,
}
