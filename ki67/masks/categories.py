"""Tables 3 and 4: fields by category of the Ki-67 index, and what the agreement is worth beside always saying the same."""

from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ki67.cells.agreement import Floats, crossed, kappa_of, steps_apart
from ki67.cells.metrics import Counts, Estimate
from ki67.cells.scores import CATEGORIES, UNDEFINED, CutOffs, wilson

TEN_TWENTY = CutOffs("ki67_index", 0.10, 0.20)  # as printed: below 10 % is low, above 20 % is high
KINDS = len(CATEGORIES)


def as_coded(index: ArrayLike) -> NDArray[np.int8]:
    """The public code's categories: 10 % itself is low there, as 20 % itself is middle in both."""
    values = np.asarray(index, np.float64)
    found = np.digitize(values, (TEN_TWENTY.low, TEN_TWENTY.high), right=True)
    return np.where(np.isnan(values), UNDEFINED, found).astype(np.int8)


def moved(index: ArrayLike) -> int:
    """How many fields are of another category by the code than by the paper."""
    return int(np.count_nonzero(as_coded(index) != TEN_TWENTY.categories(index)))


def table_of(truth: ArrayLike, found: ArrayLike) -> Floats:
    """Fields by category, true (rows) and found (columns); those without an index on either side are left out."""
    rows, columns = (TEN_TWENTY.categories(index) for index in (truth, found))
    defined = (rows != UNDEFINED) & (columns != UNDEFINED)
    return crossed(rows[defined], columns[defined], KINDS)


def share(hits: int, fields: int) -> Estimate:
    """A share of fields with Wilson's 95 % interval, which takes each field for a draw of its own; nan of none."""
    return Estimate(hits / fields if fields else nan, *wilson(hits, fields))


@dataclass(frozen=True)
class OfCategory:
    """A row of Table 4, with the fields that it stands on."""

    fields: int  # truly of the category
    precision: Estimate
    recall: Estimate
    f1: float


def by_category(table: Floats) -> dict[str, OfCategory]:
    """Table 4 from Table 3."""
    return {name: _of_category(table.astype(int), place) for place, name in enumerate(CATEGORIES)}


def _of_category(table: NDArray[np.int_], place: int) -> OfCategory:
    hits, said, true = int(table[place, place]), int(table[:, place].sum()), int(table[place].sum())
    return OfCategory(true, share(hits, said), share(hits, true), Counts(hits, said - hits, true - hits).f1)


@dataclass(frozen=True)
class Agreement:
    """How often two ways to an index agree on the category, and how much of that is more than luck."""

    fields: int
    accuracy: Estimate
    always_low: float  # the accuracy of calling every field low
    balanced: float  # the mean recall of the categories that occur
    kappa: float
    linear: float
    quadratic: float


def agreement(table: Floats) -> Agreement:
    """All of it from a crossed table: accuracy, and Cohen's kappa with disagreements weighed in three ways."""
    fields, right, steps = int(table.sum()), int(np.trace(table)), steps_apart(KINDS)
    there = table.sum(1) > 0
    return Agreement(
        fields=fields,
        accuracy=share(right, fields),
        always_low=share(int(table[0].sum()), fields).value,
        balanced=float((np.diag(table)[there] / table.sum(1)[there]).mean()) if fields else nan,
        kappa=float(kappa_of(table, 1 - np.eye(KINDS))),
        linear=float(kappa_of(table, steps)),
        quadratic=float(kappa_of(table, steps**2)),
    )
