"""How far two scorers agree, human or not: intraclass correlation, limits of agreement, kappa."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ki67.cells.metrics import Estimate, ratio

Floats = NDArray[np.float64]
Figure = float | Floats  # one, or one a resample
LIMITS = 1.96  # standard deviations


def icc(ratings: ArrayLike) -> Estimate:
    """ICC(2,1) of ratings (subjects, raters) with its 95 % interval: agreement in value, two-way random, single rater.

    Shrout and Fleiss (1979); the interval after McGraw and Wong (1996).
    """
    x = np.asarray(ratings, np.float64)
    n, k = x.shape
    if n < 2 or k < 2:
        return Estimate(math.nan, math.nan, math.nan)
    rows, columns, error = _mean_squares(x)
    value = float(icc_of(rows, columns, error, n, k))
    if math.isnan(value):
        return Estimate(math.nan, math.nan, math.nan)
    return Estimate(value, *_icc_interval(value, n, k, rows, columns, error)) if error > 0 else Estimate(value, value, value)


def icc_of(rows: Figure, columns: Figure, error: Figure, n: Figure, k: int) -> Floats:
    """ICC(2,1) from the mean squares between n subjects, between k raters and what is left; nan where nothing varies."""
    return ratio(np.asarray(rows - error), np.asarray(rows + (k - 1) * error + k * (columns - error) / n))


def _mean_squares(x: Floats) -> tuple[float, float, float]:
    """Between subjects, between raters, and what is left."""
    n, k = x.shape
    rows = k * float(np.var(x.mean(1), ddof=1))
    columns = n * float(np.var(x.mean(0), ddof=1))
    left = x - x.mean(1, keepdims=True) - x.mean(0) + x.mean()
    return rows, columns, float((left**2).sum()) / ((n - 1) * (k - 1))


def _icc_interval(value: float, n: int, k: int, rows: float, columns: float, error: float) -> tuple[float, float]:
    ratio, error_weight = columns / error, n * (1 + (k - 1) * value) - k * value
    freedom = (k - 1) * (n - 1) * (k * value * ratio + error_weight) ** 2 / ((n - 1) * (k * value * ratio) ** 2 + error_weight**2)
    upper, lower = (float(stats.f.ppf(0.975, *degrees)) for degrees in ((n - 1, freedom), (freedom, n - 1)))
    others = k * columns + (k * n - k - n) * error
    return n * (rows - upper * error) / (upper * others + n * rows), n * (lower * rows - error) / (others + n * lower * rows)


@dataclass(frozen=True)
class BlandAltman:
    """The mean difference between two scorers, and the limits that hold 95 % of the differences."""

    bias: float
    bias_low: float
    bias_high: float
    lower: float
    upper: float


def bland_altman(first: ArrayLike, second: ArrayLike) -> BlandAltman:
    """First minus second; Bland and Altman (1986)."""
    differences = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    n = len(differences)
    if n < 2:
        return BlandAltman(*[math.nan] * 5)
    bias, spread = float(differences.mean()), float(differences.std(ddof=1))
    half = float(stats.t.ppf(0.975, n - 1)) * spread / math.sqrt(n)
    return BlandAltman(bias, bias - half, bias + half, bias - LIMITS * spread, bias + LIMITS * spread)


def linear_kappa(first: ArrayLike, second: ArrayLike, categories: int) -> float:
    """Cohen's kappa over ordered categories 0, 1, …, a disagreement weighed by how far apart it lies; nan where none can vary."""
    return float(kappa_of(crossed(first, second, categories), steps_apart(categories)))


def crossed(first: ArrayLike, second: ArrayLike, categories: int) -> Floats:
    """How often each category of the first scorer (rows) met each of the second."""
    table = np.zeros((categories, categories))
    np.add.at(table, (np.asarray(first, int), np.asarray(second, int)), 1)
    return table


def steps_apart(categories: int) -> Floats:
    """Between ordered categories, how many steps apart they lie."""
    return np.abs(np.subtract.outer(np.arange(categories), np.arange(categories))).astype(np.float64)


def kappa_of(tables: Floats, apart: Floats) -> Floats:
    """Kappa of crossed tables (…, k, k), each disagreement weighed by how far apart it lies."""
    expected = tables.sum(-1)[..., :, None] * tables.sum(-2)[..., None, :] / np.maximum(tables.sum((-2, -1), keepdims=True), 1)
    return 1 - ratio((apart * tables).sum((-2, -1)), (apart * expected).sum((-2, -1)))
