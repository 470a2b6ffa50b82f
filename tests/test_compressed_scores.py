"""What compressing does to a patient's scores is told by difference and interval, on the same patients."""

import numpy as np
import pytest

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.evaluation import Resampling
from ki67.cells.outcomes import Outcome
from ki67.compression.chosen import score_changes

PATIENTS = [f"p{number:02d}" for number in range(12)]
DRAWS = Resampling(seed=1, resamples=300)
COUNTS = [(10 + number, 60 - number, 4 + number % 3) for number in range(12)]


def cells(positive: int, negative: int, til: int) -> Cells:
    label = np.repeat([POSITIVE, NEGATIVE, TIL], [positive, negative, til]).astype(np.uint8)
    return Cells(np.zeros((len(label), 2), np.float32), label, np.ones(len(label), np.float32), "network")


def outcome(method: str, more_positive: int = 0, more_til: int = 0) -> Outcome:
    """A network that marks so many negative cells as something else, in every patient."""
    truths = [cells(*counts) for counts in COUNTS]
    found = [cells(p + more_positive, n - more_positive - more_til, t + more_til) for p, n, t in COUNTS]
    return Outcome(method, PATIENTS, PATIENTS, truths, found)


def test_what_errs_as_before_has_no_difference_and_what_errs_more_has_one() -> None:
    found = score_changes([outcome("uncompressed", 2), outcome("same", 2), outcome("worse", 8, 3)], DRAWS)
    table = found.set_index(["method", "score"])
    assert (table.loc["same", ["difference", "low", "high"]] == 0).all().all()
    for score in ("ki67_index_rmse", "til_score_rmse"):
        assert 0 < table.loc[("worse", score), "low"] <= table.loc[("worse", score), "difference"]
    assert table.loc[("worse", "ki67_index_16_30"), "high"] < 0, "whoever errs by more puts fewer patients right"


def test_what_errs_less_than_before_is_told_so() -> None:
    found = score_changes([outcome("uncompressed", 8), outcome("better", 1)], DRAWS).set_index("score")
    assert found.loc["ki67_index_rmse", "high"] < 0 < found.loc["ki67_index_16_30", "low"]
    assert set(found["against"]) == {"uncompressed"}


def test_accuracy_is_a_share_of_patients() -> None:
    found = score_changes([outcome("uncompressed"), outcome("worse", 8)], DRAWS).set_index("score")
    lost = 12 * found.loc["ki67_index_16_30", "difference"]
    assert lost == pytest.approx(round(lost)) and lost < 0
