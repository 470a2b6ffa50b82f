"""Networks side by side on cohorts that none of them learnt from or was chosen by."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from ki67.cells.evaluation import Resampling, as_table, detection_rows, differences, error_rows, image_scores, patient_scores
from ki67.cells.outcomes import STRICT, Outcome
from ki67.data.frames import Frames
from ki67.models.predictions import Network


@dataclass(frozen=True)
class Contest:
    """F1 at R = 6, how far the first network leads the others, and how far the index is off; cohort by cohort."""

    detection: pd.DataFrame
    leads: pd.DataFrame
    index: pd.DataFrame


def contest(networks: Sequence[Network], cohorts: Mapping[str, Frames], draws: Resampling) -> Contest:
    """All networks on all cohorts, with intervals over patients."""
    found = {name: [network.outcome(frames) for network in networks] for name, frames in cohorts.items()}
    return Contest(
        _stacked({name: _detection(outcomes, draws) for name, outcomes in found.items()}),
        _stacked({name: _leads(outcomes, draws) for name, outcomes in found.items()}),
        _stacked({name: _index_errors(outcomes, draws) for name, outcomes in found.items()}),
    )


def _detection(outcomes: Sequence[Outcome], draws: Resampling) -> pd.DataFrame:
    return as_table([row for outcome in outcomes for row in detection_rows(outcome, STRICT, draws)])


def _leads(outcomes: Sequence[Outcome], draws: Resampling) -> pd.DataFrame:
    first, *others = outcomes
    return as_table([row for other in others for row in differences(first, other, STRICT, draws)])


def _index_errors(outcomes: Sequence[Outcome], draws: Resampling) -> pd.DataFrame:
    """RMSE of the index by image and by patient, and its mean error by patient: below nought, it is too low."""
    rows = []
    for outcome in outcomes:
        patients = patient_scores(outcome)
        bias = (patients["ki67_index_predicted"] - patients["ki67_index_truth"]).mean()
        errors = error_rows(image_scores(outcome), patients, draws)
        rows += [asdict(row) | {"bias": bias} for row in errors if row.measure == "ki67_index"]
    return pd.DataFrame(rows)


def _stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, names=["cohort"]).reset_index("cohort")
