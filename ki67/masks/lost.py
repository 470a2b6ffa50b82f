"""What all fields together lose on the way to masks and back: the paper's truth held against the labels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import pandas as pd

from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import rmse_statistic
from ki67.cells.scores import CATEGORIES, wilson
from ki67.masks.fields import PARTS, SPLITS, MaskFields, SplitName

MANY = 20  # labelled tumour cells; the index of fewer is rough, and says 100 % where two cells are positive


@dataclass(frozen=True)
class Share:
    """So many of so many, with what the number alone lets one be sure of (Wilson, 95 %)."""

    count: int
    of: int
    share: float
    low: float
    high: float

    @classmethod
    def sum_of(cls, count: pd.Series, of: pd.Series) -> Self:
        """Over all rows of a table."""
        part, whole = int(count.sum()), int(of.sum())
        return cls(part, whole, part / whole if whole else float("nan"), *wilson(part, whole))


@dataclass(frozen=True)
class IndexGap:
    """How far the decoded index is off the annotated one over fields, drawn anew by patient; `bias` below 0 is too low."""

    fields: int
    rmse: float
    low: float
    high: float
    bias: float


@dataclass(frozen=True)
class Lost:
    """The figures of a set of fields, as the book quotes them."""

    fields: int
    index: IndexGap
    index_of_many: IndexGap
    categories_agree: Share
    annotated: Mapping[str, Share]
    decoded: Mapping[str, Share]
    positive_annotated: int
    positive_decoded: int
    negative_annotated: int
    negative_decoded: int
    merged: Share
    never_white: Share
    others_white: Share
    others_on_ground: Share
    specks: float
    most_specks: int
    rim_grey: float


def lost(table: pd.DataFrame, draws: Resampling) -> Lost:
    """The sums over a table of `loss_table`; fields without an index in labels or mask are left out of indices and categories."""
    known = table[(table["category_annotated"] != "") & (table["category_decoded"] != "")]
    return Lost(
        fields=len(table),
        index=index_gap(known, draws),
        index_of_many=index_gap(known[labels(known) >= MANY], draws),
        categories_agree=Share.sum_of(known["category_annotated"] == known["category_decoded"], counted_once(known)),
        annotated=categories(known, "category_annotated"),
        decoded=categories(known, "category_decoded"),
        positive_annotated=int(table["positive"].sum()),
        positive_decoded=int(table["decoded_positive"].sum()),
        negative_annotated=int(table["negative"].sum()),
        negative_decoded=int(table["decoded_negative"].sum()),
        merged=Share.sum_of(table["merged"], labels(table)),
        never_white=Share.sum_of(table["never_white"], table["positive"]),
        others_white=Share.sum_of(table["others_white"], table["others"]),
        others_on_ground=Share.sum_of(table["others_on_ground"], table["others"]),
        specks=float(table["specks"].mean()),
        most_specks=int(table["specks"].max()),
        rim_grey=float(table["rim_grey"].mean()),
    )


def labels(table: pd.DataFrame) -> pd.Series:
    """Labelled tumour cells of each field."""
    return table["positive"] + table["negative"]


def counted_once(table: pd.DataFrame) -> pd.Series:
    """Each row as one."""
    return pd.Series(1, index=table.index)


def categories(table: pd.DataFrame, column: str) -> dict[str, Share]:
    """How many fields fall in each category."""
    return {name: Share.sum_of(table[column] == name, counted_once(table)) for name in CATEGORIES}


def index_gap(table: pd.DataFrame, draws: Resampling) -> IndexGap:
    """Decoded against annotated."""
    off = table["index_decoded"] - table["index_annotated"]
    squared = (off**2).groupby(table["patient"])
    error = draws.interval(rmse_statistic(squared.sum(), squared.count()), squared.ngroups)
    return IndexGap(len(off), error.value, error.low, error.high, float(off.mean()))


def summary(table: pd.DataFrame, fields: MaskFields, source: str, draws: Resampling) -> dict[str, Any]:
    """What the stage found: where the fields come from, what they lose, and who trains, validates and tests."""
    return {"source": source, **asdict(lost(table, draws)), "split_by": {by: sides(fields, by) for by in SPLITS}}


def sides(fields: MaskFields, by: SplitName) -> dict[str, int]:
    """Fields of each part, and the patients of whom some fields are tested and others learnt from."""
    parts = {part: fields.part(by, part) for part in PARTS}
    learnt = {*parts["train"].patients, *parts["validation"].patients}
    return {**{part: len(side) for part, side in parts.items()}, "shared_patients": len(learnt & {*parts["test"].patients})}
