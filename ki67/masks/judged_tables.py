"""Tables 1 to 4 as rows, ours beside what needs no network, for either split and either truth."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from ki67.cells.evaluation import Resampling, detection_rows
from ki67.cells.metrics import Estimate
from ki67.cells.outcomes import STRICT
from ki67.cells.scores import CATEGORIES
from ki67.masks.categories import agreement, by_category
from ki67.masks.comparison import Bench, index_rows
from ki67.masks.entrants import TITLES
from ki67.masks.fields import PARTS
from ki67.masks.judged import JudgedSplit
from ki67.masks.pixels import FOREGROUND, PixelCounts, PixelScores

AS_PUBLISHED = "as published"
COUNTED = ("positive", "negative", "any")  # the masks know no third kind of cell
Row = dict[str, Any]


def pixel_table(splits: Sequence[JudgedSplit]) -> pd.DataFrame:
    """Table 1: a row a part, by the network and by none, as published and for each class of cells."""
    return pd.DataFrame(
        {"split": judged.split, "part": part, "by": by, "pixels": of, **asdict(scores)}
        for judged in splits
        for part in PARTS
        for by, counts in (("U-Net", judged.pixels(part)), ("all background", judged.background(part)))
        for of, scores in _by_class(counts)
    )


def _by_class(counts: PixelCounts) -> Iterator[tuple[str, PixelScores]]:
    yield AS_PUBLISHED, counts.as_published()
    yield from ((name, counts.of_class(name)) for name in FOREGROUND)


def index_table(splits: Sequence[JudgedSplit], draws: Resampling) -> pd.DataFrame:
    """Table 2: a row a method and truth."""
    rows = [asdict(row) for bench in _benches(splits) for row in index_rows(bench, draws)]
    table = pd.DataFrame(rows)
    table.insert(3, "title", table["method"].map(TITLES))
    return table


def category_table(splits: Sequence[JudgedSplit]) -> pd.DataFrame:
    """Table 3: a row a pair of categories."""
    return pd.DataFrame(
        {**_head(bench, method), "actual": one, "predicted": other, "fields": int(bench.table(method)[row, column])}
        for bench in _benches(splits)
        for method in bench.found
        for row, one in enumerate(CATEGORIES)
        for column, other in enumerate(CATEGORIES)
    )


def per_category_table(splits: Sequence[JudgedSplit]) -> pd.DataFrame:
    """Table 4: a row a category, its shares with Wilson's intervals."""
    return pd.DataFrame(
        {
            **_head(bench, method), "category": name, "fields": row.fields,
            **_share("precision", row.precision), **_share("recall", row.recall), "f1": row.f1,
        }
        for bench in _benches(splits)
        for method in bench.found
        for name, row in by_category(bench.table(method)).items()
    )  # fmt: skip


def agreement_table(splits: Sequence[JudgedSplit]) -> pd.DataFrame:
    """How often the category is right, beside always saying low, and what is more than luck."""
    rows = []
    for bench in _benches(splits):
        for method in bench.found:
            found = agreement(bench.table(method))
            rest = {name: getattr(found, name) for name in ("always_low", "balanced", "kappa", "linear", "quadratic", "fields")}
            rows.append({**_head(bench, method), **_share("accuracy", found.accuracy), **rest})
    return pd.DataFrame(rows)


def cell_table(splits: Sequence[JudgedSplit], draws: Resampling) -> pd.DataFrame:
    """Cells of predicted masks and of true ones against the annotated cells, one to one within half a nucleus."""
    rows = [
        {"split": judged.split, "title": TITLES[method], **asdict(row)}
        for judged in splits
        for method, outcome in judged.cells.items()
        for row in detection_rows(outcome, STRICT, draws)
        if row.cells in COUNTED
    ]
    return pd.DataFrame(rows).drop(columns="matching")


def _benches(splits: Sequence[JudgedSplit]) -> Iterator[Bench]:
    return (bench for judged in splits for bench in judged.benches.values())


def _head(bench: Bench, method: str) -> Row:
    return {"split": bench.split, "truth": bench.truth_is, "method": method, "title": TITLES[method]}


def _share(name: str, share: Estimate) -> Row:
    return {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
