"""How good detections and scores are: matching, precision, recall, F1, errors, and intervals by bootstrap over patients."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree

from ki67.cells.cells import LABELS, Cells

Points = NDArray[np.float32]
Weights = NDArray[np.float64]
RESAMPLES = 2000


def summed_by(owners: Sequence[object], rows: NDArray[Any]) -> NDArray[Any]:
    """Sums of the rows that belong to each owner, owners sorted."""
    who, place = np.unique(np.asarray(owners), return_inverse=True)
    sums = np.zeros((len(who), *rows.shape[1:]), rows.dtype)
    np.add.at(sums, place, rows)
    return sums


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


@dataclass(frozen=True)
class Counts:
    """Hits, false alarms and misses; they add up over images, classes and patients."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def labels(self) -> int:
        """How many cells were labelled."""
        return self.tp + self.fn

    @property
    def precision(self) -> float:
        """The share of predictions that are right; nan without predictions."""
        return _share(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """The share of labels that were found; nan without labels."""
        return _share(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of both; nan where there is nothing to find and nothing was found."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn)


Match = Callable[[Points, Points, float], Counts]


def match_published(truth: Points, predicted: Points, radius: float) -> Counts:
    """The public code's rule: each label takes its nearest prediction nearer than R; a hit is a prediction so taken.

    Two labels may take the same prediction, which then is one hit and one miss.
    """
    if len(truth) == 0 or len(predicted) == 0:
        return Counts(0, len(predicted), len(truth))
    _, nearest = cKDTree(predicted).query(truth, distance_upper_bound=radius)
    tp = len(np.unique(nearest[nearest < len(predicted)]))
    return Counts(tp, len(predicted) - tp, len(truth) - tp)


def _near(truth: Points, predicted: Points, radius: float) -> coo_array:
    """Distances between all labels (rows) and predictions (columns) nearer than R, shifted by 1 so that none is zero."""
    close = cKDTree(truth).sparse_distance_matrix(cKDTree(predicted), radius, output_type="coo_matrix")
    near = close.data < radius
    return coo_array((close.data[near] + 1.0, (close.row[near], close.col[near])), shape=close.shape)


def match_one_to_one(truth: Points, predicted: Points, radius: float) -> Counts:
    """The strict rule: as many pairs nearer than R as there can be, each label and each prediction in one of them at most."""
    if len(truth) == 0 or len(predicted) == 0:
        return Counts(0, len(predicted), len(truth))
    tp = int(np.count_nonzero(maximum_bipartite_matching(csr_array(_near(truth, predicted, radius))) >= 0))
    return Counts(tp, len(predicted) - tp, len(truth) - tp)


MATCHES: dict[str, Match] = {"published": match_published, "strict": match_one_to_one}


def count_class(truth: Cells, predicted: Cells, label: int, match: Match, radius: float) -> Counts:
    """One image's counts for one class."""
    return match(truth.of(label).xy, predicted.of(label).xy, radius)


def pooled(truths: Sequence[Cells], predictions: Sequence[Cells], label: int, match: Match, radius: float) -> Counts:
    """All images' counts for one class together."""
    pairs = zip(truths, predictions, strict=True)
    return sum((count_class(truth, predicted, label, match, radius) for truth, predicted in pairs), Counts())


def count_any(truth: Cells, predicted: Cells, match: Match, radius: float) -> Counts:
    """One image's counts when a cell is a cell, whatever its class: place without kind."""
    return match(truth.xy, predicted.xy, radius)


@dataclass(frozen=True)
class Quality:
    """Precision, recall and F1 where they are means and no counts stand behind them."""

    precision: float
    recall: float
    f1: float


def weighted_average(classes: Sequence[Counts]) -> Quality:
    """The papers' "Average": the mean over classes weighted by labelled cells; a class without labels weighs nothing."""
    labelled = [c for c in classes if c.labels]
    total = sum(c.labels for c in labelled)

    def mean(values: Iterable[float]) -> float:
        # A labelled class that nobody predicted has no precision; it counts as 0.
        weighed = (c.labels * (0.0 if math.isnan(v) else v) for c, v in zip(labelled, values, strict=True))
        return _share(sum(weighed), total)

    return Quality(mean(c.precision for c in labelled), mean(c.recall for c in labelled), mean(c.f1 for c in labelled))


def chance_cells(truth: Cells, width: float, height: float, rng: np.random.Generator) -> Cells:
    """As many uniformly random points of each class as there are labels: what a measure gives for knowing only the numbers."""
    xy = rng.uniform((0.0, 0.0), (width, height), (len(truth), 2))
    return Cells.of_points(xy, truth.label, truth.frame)


def f1_over_radius(
    truths: Sequence[Cells], predictions: Sequence[Cells], match: Match, radii: Sequence[float]
) -> NDArray[np.float64]:
    """Pooled F1 for every radius (rows) and class (columns): where a measure starts to reward mere nearness."""
    return np.array([[pooled(truths, predictions, label, match, r).f1 for label in LABELS] for r in radii])


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


Statistic = Callable[[Weights], Weights]


def f1_statistic(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> Statistic:
    """F1 of pooled counts, given each patient's counts."""
    hits, wrong = np.asarray(tp, np.float64), np.asarray(fp, np.float64) + np.asarray(fn, np.float64)
    return lambda weights: ratio(weights @ (2 * hits), weights @ (2 * hits + wrong))


def mean_statistic(total: ArrayLike, number: ArrayLike) -> Statistic:
    """A mean, given each patient's sum and number of items: accuracies, for example."""
    sums, numbers = np.asarray(total, np.float64), np.asarray(number, np.float64)
    return lambda weights: ratio(weights @ sums, weights @ numbers)


def rmse_statistic(squared: ArrayLike, number: ArrayLike) -> Statistic:
    """RMSE, given each patient's sum of squared errors and number of items."""
    mean = mean_statistic(squared, number)
    return lambda weights: np.sqrt(mean(weights))


def average_f1_statistic(tp: ArrayLike, fp: ArrayLike, fn: ArrayLike) -> Statistic:
    """The papers' "Average" F1, given counts (patients, classes): classes weighted by labelled cells."""
    hits, alarms, misses = (np.asarray(c, np.float64) for c in (tp, fp, fn))

    def statistic(weights: Weights) -> Weights:
        labels = weights @ (hits + misses)
        f1 = ratio(weights @ (2 * hits), weights @ (2 * hits + alarms + misses))
        return ratio((labels * np.nan_to_num(f1)).sum(1), labels.sum(1))

    return statistic


def difference(first: Statistic, second: Statistic) -> Statistic:
    """First minus second on the very same patients, so that what both find hard cancels."""
    return lambda weights: first(weights) - second(weights)


def over_networks(networks: Sequence[Statistic], seed: int) -> Statistic:
    """The mean over the networks of one method; wherever patients are drawn anew, as many networks are too.

    So an interval holds what the patients do and what the luck of a training does. Of one network it holds the patients alone.
    """
    count = len(networks)

    def statistic(weights: Weights) -> Weights:
        values = np.stack([network(weights) for network in networks], axis=1)
        if len(weights) == 1:
            return np.asarray(values.mean(axis=1))
        drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), len(weights))
        return np.asarray((values * drawn).sum(axis=1) / count)

    return statistic


def bootstrap(statistic: Statistic, patients: int, seed: int, resamples: int = RESAMPLES) -> Estimate:
    """The statistic with its 95 % percentile interval over patients drawn with replacement.

    Patients, not images, are drawn: images of one patient are alike. A resample in which the statistic is undefined
    (no cell of that class, say) is left out; a single patient gives no interval.
    """
    value = float(statistic(np.ones((1, patients)))[0])
    if patients < 2:
        return Estimate(value, math.nan, math.nan)
    shares = np.full(patients, 1 / patients)
    weights = np.random.default_rng(seed).multinomial(patients, shares, resamples).astype(np.float64)
    drawn = statistic(weights)
    defined = drawn[~np.isnan(drawn)]
    low, high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (math.nan, math.nan)
    return Estimate(value, float(low), float(high))


def ratio(part: Weights, whole: Weights) -> Weights:
    """One by the other, nan where there is nothing to divide by."""
    quotient = np.full(np.shape(part), math.nan)
    np.divide(part, whole, out=quotient, where=whole > 0)
    return quotient
