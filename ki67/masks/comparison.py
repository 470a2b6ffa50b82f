"""Table 2 on equal terms: how far each way to the Ki-67 index is off on the same fields, by two truths.

The published truth is decoded from a field's own mask; the other one is what was annotated. A `Bench` has the test fields of one
split and one of these truths, and what each method finds there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ki67.cells.agreement import Floats
from ki67.cells.evaluation import Resampling
from ki67.cells.metrics import Statistic, mean_statistic, rmse_statistic, summed_by
from ki67.cells.scores import UNDEFINED
from ki67.masks.categories import TEN_TWENTY, table_of

Truth = Literal["decoded", "annotated"]
TRUTHS: tuple[Truth, ...] = ("decoded", "annotated")


@dataclass(frozen=True, eq=False)
class Bench:
    """Test fields of one split beside one truth; an index is nan where there is none."""

    split: str
    truth_is: Truth
    patients: Sequence[str]
    truth: Floats
    found: Mapping[str, Floats]  # by method

    def __post_init__(self) -> None:
        odd = [method for method, index in self.found.items() if len(index) != len(self.truth)]
        if odd or len(self.patients) != len(self.truth):
            raise ValueError(f"{self.split}: {', '.join(odd) or 'the patients'} are not as many as the fields")

    @property
    def number(self) -> int:
        """How many patients there are to draw from."""
        return len(set(self.patients))

    def by_patient(self, values: ArrayLike) -> Floats:
        """Sums over each patient's fields, patients in order; what is undefined counts for nothing."""
        return summed_by(self.patients, np.nan_to_num(np.asarray(values, np.float64)))

    def error(self, method: str) -> Floats:
        """Found minus true, field by field."""
        return self.found[method] - self.truth

    def rmse(self, method: str) -> Statistic:
        """Over the fields with both indices, of whichever patients are drawn."""
        error = self.error(method)
        return rmse_statistic(self.by_patient(error**2), self.by_patient(np.isfinite(error)))

    def table(self, method: str) -> Floats:
        """Table 3: fields by true and by found category."""
        return table_of(self.truth, self.found[method])

    def accuracy(self, method: str) -> Statistic:
        """How often the category is right, of whichever patients are drawn."""
        truth, found = self._categories(method)
        defined = (truth != UNDEFINED) & (found != UNDEFINED)
        return mean_statistic(self.by_patient(defined & (truth == found)), self.by_patient(defined))

    def recall(self, method: str, category: int) -> Statistic:
        """How often fields truly of a category are told to be, of whichever patients are drawn."""
        truth, found = self._categories(method)
        of_it = (truth == category) & (found != UNDEFINED)
        return mean_statistic(self.by_patient(of_it & (found == category)), self.by_patient(of_it))

    def _categories(self, method: str) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        return TEN_TWENTY.categories(self.truth), TEN_TWENTY.categories(self.found[method])


@dataclass(frozen=True)
class IndexRow:
    """A row of Table 2: RMSE with its 95 % interval over patients, and the mean error."""

    split: str
    truth: Truth
    method: str
    rmse: float
    low: float
    high: float
    bias: float
    fields: int
    undefined: int  # without an index on one side or both


def index_rows(bench: Bench, draws: Resampling) -> list[IndexRow]:
    """Every method on the same fields."""
    return [_index_row(bench, method, draws) for method in bench.found]


def _index_row(bench: Bench, method: str, draws: Resampling) -> IndexRow:
    error = bench.error(method)
    defined = error[np.isfinite(error)]
    found = draws.interval(bench.rmse(method), bench.number)
    bias = float(defined.mean()) if len(defined) else float("nan")
    ends = (found.value, found.low, found.high, bias)
    return IndexRow(bench.split, bench.truth_is, method, *ends, len(defined), len(error) - len(defined))
