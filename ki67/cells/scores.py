"""Scores: what the counted cells say about proliferation and immune infiltration, and how sure the counts let one be."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells

Z_95 = 1.959963984540054
Measure = Literal["ki67_index", "til_score"]
CATEGORIES = ("low", "middle", "high")
UNDEFINED = -1


def wilson(hits: int, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share: it stays within [0, 1] and is sensible for a handful of cells."""
    if trials == 0:
        return math.nan, math.nan
    share, z2 = hits / trials, Z_95**2 / trials
    centre = (share + z2 / 2) / (1 + z2)
    half = math.sqrt(z2 * (share * (1 - share) + z2 / 4)) / (1 + z2)
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Scores:
    """The counts of a field, or of a patient as a sum of fields; an undefined score is nan."""

    n_positive: int = 0
    n_negative: int = 0
    n_til: int = 0

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(self.n_positive + other.n_positive, self.n_negative + other.n_negative, self.n_til + other.n_til)

    @classmethod
    def total(cls, parts: Iterable["Scores"]) -> "Scores":
        """A patient's scores come from summed counts, so a field with few cells weighs little."""
        return sum(parts, cls())

    @property
    def n_tumour(self) -> int:
        """Tumour cells, which the Ki-67 index is a share of."""
        return self.n_positive + self.n_negative

    @property
    def n_cells(self) -> int:
        """All cells, which the TIL score is a share of."""
        return self.n_tumour + self.n_til

    @property
    def ki67_index(self) -> float:
        """Positive / (positive + negative)."""
        return self.n_positive / self.n_tumour if self.n_tumour else math.nan

    @property
    def til_score(self) -> float:
        """TIL / (TIL + positive + negative)."""
        return self.n_til / self.n_cells if self.n_cells else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the Ki-67 index: what counting this many cells can tell."""
        return wilson(self.n_positive, self.n_tumour)

    @property
    def til_interval(self) -> tuple[float, float]:
        """The same of the TIL score."""
        return wilson(self.n_til, self.n_cells)


def score(cells: Cells) -> Scores:
    """Count the cells of each class."""
    return Scores(*(int(np.count_nonzero(cells.label == label)) for label in (POSITIVE, NEGATIVE, TIL)))


@dataclass(frozen=True)
class CutOffs:
    """Two limits that make three categories out of a score.

    As in the public code the Ki-67 limits themselves are middle, the TIL limits are low and high.
    """

    measure: Measure
    low: float
    high: float

    @property
    def key(self) -> str:
        """What files ask for it by, `16_30`."""
        return f"{100 * self.low:g}_{100 * self.high:g}"

    @property
    def name(self) -> str:
        """What tables call it, `16/30 %`."""
        return f"{100 * self.low:g}/{100 * self.high:g} %"

    def categories(self, values: ArrayLike) -> NDArray[np.int8]:
        """0 low, 1 middle, 2 high (see `CATEGORIES`), and −1 where the score is undefined."""
        scores = np.asarray(values, np.float64)
        if self.measure == "ki67_index":
            low, high = scores < self.low, scores > self.high
        else:
            low, high = scores <= self.low, scores >= self.high
        return np.select([np.isnan(scores), low, high], [UNDEFINED, 0, 2], 1).astype(np.int8)


CUT_OFFS = (
    CutOffs("ki67_index", 0.16, 0.30),
    CutOffs("ki67_index", 0.10, 0.20),
    CutOffs("til_score", 0.10, 0.40),
    CutOffs("til_score", 0.10, 0.60),
)
