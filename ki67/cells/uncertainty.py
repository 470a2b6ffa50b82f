"""How far an index may be off: what counting so many cells leaves open, and the scorer's own error beside it.

Both are told as angles, asin √index: there an error is about as large for a low index as for a middle one, and 0 has one too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ki67.cells.scores import Z_95, Scores

HELD = 0.95  # of labelled indices, which the interval is made to hold
LEAST = 50  # labelled tumour cells of a field from which a scorer's error can be read
FEWEST = 20  # patients: of fewer, one case in twenty is too few to go by
ROUNDS = 100  # in each the rest shrinks to what a field is of its case, at most one half


@dataclass(frozen=True)
class ScorerError:
    """A scorer's own error: what it mistakes cell by cell, and what it has in common in all fields of a patient.

    Both are variances of the angle. The first is of a single cell and becomes smaller the more are counted. The second holds
    whatever a laboratory's stain or scanner does to all of its pictures; no pooling makes it smaller.
    """

    cells: float
    shared: float


@dataclass(frozen=True)
class Judged:
    """What was labelled in a field or a case, and what a scorer counted there."""

    truth: Scores
    found: Scores

    @property
    def excess(self) -> float:
        """The variance by which the labelled index lies beyond the counting interval; below 0 where that holds it."""
        middle, truth = angle(self.found.ki67_index), angle(self.truth.ki67_index)
        low, high = map(angle, self.found.interval)
        reach = high - middle if truth > middle else middle - low
        return ((truth - middle) ** 2 - reach**2) / Z_95**2

    def interval(self, error: ScorerError | None) -> tuple[float, float]:
        """As it is printed of a scorer with this error; of counting alone where it is not known."""
        counting = self.found.interval
        return widened(self.found.ki67_index, counting, pooled_variance([self.found.n_tumour], [error])) if error else counting

    def held(self, error: ScorerError | None) -> bool:
        """Whether the interval holds the labelled index."""
        low, high = self.interval(error)
        return low <= self.truth.ki67_index <= high


def angle(index: float) -> float:
    """Where an index lies from 0 to π/2."""
    return math.asin(math.sqrt(index))


def widened(index: float, counting: tuple[float, float], variance: float) -> tuple[float, float]:
    """A counting interval with the scorer's error in it.

    Errors that have nothing to do with each other add as squares, each end for itself: the recovery of variances of Zou and
    Donner (2008). Without an error of the scorer the counting interval is left.
    """
    if math.isnan(index):
        return counting
    middle, error = angle(index), Z_95 * math.sqrt(variance)
    below, above = (math.hypot(angle(end) - middle, error) for end in counting)
    return math.sin(max(middle - below, 0.0)) ** 2, math.sin(min(middle + above, math.pi / 2)) ** 2


def pooled_variance(cells: Sequence[int], errors: Sequence[ScorerError]) -> float:
    """Of the index of several fields of a patient, each with its scorer: cells add up, what is shared does not shrink."""
    shares = [number / sum(cells) for number in cells] if sum(cells) else [0.0] * len(cells)
    parts = zip(shares, errors, strict=True)
    return sum(share * (error.cells / max(sum(cells), 1) + error.shared) for share, error in parts)


def calibrated(fields: Sequence[tuple[str, Judged]]) -> ScorerError:
    """A scorer's error from labelled fields, each with its patient: the least by which 95 % of indices are held.

    Of fields and of cases alike: what one alone needs is for single cells to explain, what cases need beyond that is shared.
    """
    known = usable(fields)
    cases = pooled_cases(known)
    if len(cases) < FEWEST:
        what = f"{len(cases)} patients with two fields of {LEAST} labelled tumour cells or more"
        raise ValueError(f"{what}; {FEWEST} at least are needed to tell a scorer's error")
    single, shared = 0.0, 0.0
    for _ in range(ROUNDS):
        single = least_held([field.found.n_tumour * (field.excess - shared) for _, field in known])
        shared = least_held([case.excess - single / case.found.n_tumour for case in cases])
    return ScorerError(single, shared)


def usable(fields: Sequence[tuple[str, Judged]]) -> list[tuple[str, Judged]]:
    """Those with enough labelled tumour cells to be judged by, in which the scorer found any."""
    return [(who, field) for who, field in fields if field.truth.n_tumour >= LEAST and field.found.n_tumour]


def pooled_cases(fields: Sequence[tuple[str, Judged]]) -> list[Judged]:
    """Of patients with several fields, all of them together."""
    grouped = groupby(sorted(fields, key=lambda each: each[0]), key=lambda each: each[0])
    patients = [[field for _, field in group] for _, group in grouped]
    return [
        Judged(Scores.total(field.truth for field in each), Scores.total(field.found for field in each))
        for each in patients
        if len(each) > 1
    ]


def least_held(needed: Sequence[float]) -> float:
    """The least variance that is enough for 95 % of them; none where counting alone is."""
    return max(float(np.quantile(needed, HELD, method="higher")), 0.0)
