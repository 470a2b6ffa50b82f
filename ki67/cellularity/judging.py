"""How well cellularity is predicted: the paper's three measures and the challenge's, each with an interval over patients.

Every measure is a statistic of how often each patient was drawn, so that all resamples are judged at once.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ki67.cells.agreement import Floats, icc_of, kappa_of, steps_apart
from ki67.cells.metrics import Estimate, Statistic, Weights, bootstrap, difference, mean_statistic, ratio

EDGES = (0.25, 0.5, 0.75)  # of the paper's 0–25, 26–50, 51–75 and 76–100 %: a score on an edge belongs below it
CATEGORIES = len(EDGES) + 1


@dataclass(frozen=True)
class Judged:
    """One model on the test patches; kappa is over the four categories, unweighted as printed and linearly weighted."""

    mse: Estimate
    kappa: Estimate
    linear_kappa: Estimate
    icc: Estimate
    prediction_probability: Estimate

    def row(self) -> dict[str, float]:
        """As one row of a table: each measure, then the ends of its interval."""
        return {
            name if part == "value" else f"{name}_{part}": value
            for name, estimate in asdict(self).items()
            for part, value in estimate.items()
        }


def mean_squared_error(predictions: pd.DataFrame) -> float:
    """The paper's main measure."""
    return float(np.mean((predictions["predicted"] - predictions["truth"]) ** 2))


def judged(predictions: pd.DataFrame, resamples: int, seed: int) -> Judged:
    """Every measure of one model; predictions have the columns patient, truth and predicted, a row a patch."""
    scored = _Scored.of(predictions)

    def estimate(statistic: Statistic) -> Estimate:
        return bootstrap(statistic, scored.patients, seed, resamples)

    return Judged(
        mse=estimate(scored.mse()),
        kappa=estimate(scored.kappa(1 - np.eye(CATEGORIES))),
        linear_kappa=estimate(scored.kappa(steps_apart(CATEGORIES))),
        icc=estimate(scored.icc()),
        prediction_probability=estimate(scored.prediction_probability()),
    )


def judged_table(models: Mapping[str, pd.DataFrame], resamples: int, seed: int) -> pd.DataFrame:
    """One row a model: on how many patches of how many patients, and every measure with its interval."""
    return pd.DataFrame(
        {"model": name, "patches": len(p), "patients": p["patient"].nunique(), **judged(p, resamples, seed).row()}
        for name, p in models.items()
    )


def mse_difference(first: pd.DataFrame, second: pd.DataFrame, resamples: int, seed: int) -> Estimate:
    """How much larger the first model's mean squared error is, on the very same patches.

    The interval is the bootstrap's percentiles: of few patients it is narrower than 95 %, and many differences side by side
    are not corrected for their number.
    """
    if list(first["name"]) != list(second["name"]):
        raise ValueError("the two models did not predict the same patches")
    scored, rival = _Scored.of(first), _Scored.of(second)
    return bootstrap(difference(scored.mse(), rival.mse()), scored.patients, seed, resamples)


def category(scores: ArrayLike) -> NDArray[np.intp]:
    """Which of the four categories each score belongs to, from 0."""
    return np.digitize(np.asarray(scores, np.float64), EDGES, right=True)


@dataclass(frozen=True, eq=False)
class _Scored:
    """True and predicted scores, and whose they are: `belonging` has a row a patch, a column a patient, and 1 where they fit."""

    truth: Floats
    predicted: Floats
    belonging: Floats

    @classmethod
    def of(cls, predictions: pd.DataFrame) -> "_Scored":
        who, index = np.unique(predictions["patient"].to_numpy(str), return_inverse=True)
        truth, predicted = (predictions[side].to_numpy(np.float64) for side in ("truth", "predicted"))
        return cls(truth, predicted, np.eye(len(who))[index])

    @property
    def patients(self) -> int:
        return int(self.belonging.shape[1])

    def mse(self) -> Statistic:
        """Mean squared error."""
        return mean_statistic((self.predicted - self.truth) ** 2 @ self.belonging, self.belonging.sum(0))

    def kappa(self, apart: Floats) -> Statistic:
        """Cohen's kappa: each patient's crossed table, summed as the patients are drawn."""
        truth, predicted = (np.eye(CATEGORIES)[category(scores)] for scores in (self.truth, self.predicted))
        tables = np.einsum("np,ni,nj->pij", self.belonging, truth, predicted)
        return lambda weights: kappa_of(np.tensordot(weights, tables, 1), apart)

    def icc(self) -> Statistic:
        """ICC(2,1) of two raters: their mean and their difference say all of it."""
        mean, apart = (self.truth + self.predicted) / 2, self.predicted - self.truth
        sums = self.belonging.T @ np.stack([np.ones_like(mean), mean, mean**2, apart, apart**2], 1)

        def statistic(weights: Weights) -> Weights:
            n, m, mm, d, dd = (weights @ sums).T
            rows, error = (part / (n - 1) for part in (2 * (mm - m**2 / n), (dd - d**2 / n) / 2))
            return icc_of(rows, d**2 / n / 2, error, n, 2)

        return statistic

    def prediction_probability(self) -> Statistic:
        """P_K: of two patches with different scores, how often the higher one is predicted higher; a tie counts half.

        Smith, Dutton and Smith (1996); the challenge's measure, there averaged over two raters (Petrick et al. 2021).
        """
        higher = (self.truth[:, None] > self.truth).astype(np.float64)
        credit = (1 + np.sign(self.predicted[:, None] - self.predicted)) / 2
        right, pairs = (self.belonging.T @ part @ self.belonging for part in (higher * credit, higher))
        return lambda weights: ratio(((weights @ right) * weights).sum(1), ((weights @ pairs) * weights).sum(1))
