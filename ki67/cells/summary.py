"""An evaluation as nested names, so that the book can say `detection.pathonet.strict.positive.f1` and get the figure.

The names of the fields are the names in the file; figures are rounded to what is worth reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ki67.base.tables import rounded
from ki67.cells.evaluation import CutOffRow, DetectionRow, ErrorRow, Evaluation

Figure = float | None  # nothing where it is not defined


@dataclass(frozen=True)
class Detection:
    """How well one kind of cell is found by one rule; an average has no counts of its own."""

    precision: Figure
    recall: Figure
    f1: Figure
    f1_low: Figure
    f1_high: Figure
    tp: int | None
    fp: int | None
    fn: int | None

    @classmethod
    def of(cls, row: DetectionRow) -> "Detection":
        """From the detection table's row, rounded as the file keeps it."""
        precision, recall, f1, low, high = map(rounded, (row.precision, row.recall, row.f1, row.f1_low, row.f1_high))
        return cls(precision, recall, f1, low, high, row.tp, row.fp, row.fn)


def is_labelled(found: Detection) -> bool:
    """Whether the test set labels such cells at all: an F1 of what nobody labelled says nothing."""
    return bool(found.tp or found.fn)


@dataclass(frozen=True)
class Error:
    """A root mean squared error with its interval."""

    value: Figure
    low: Figure
    high: Figure

    @classmethod
    def of(cls, row: ErrorRow) -> "Error":
        """From the row of errors, rounded as the file keeps it."""
        return cls(rounded(row.rmse), rounded(row.low), rounded(row.high))


@dataclass(frozen=True)
class Accuracy:
    """The share of the patients who fall into the right category, with its interval and its counts."""

    value: Figure
    low: Figure
    high: Figure
    correct: int
    of: int

    @classmethod
    def of_row(cls, row: CutOffRow) -> "Accuracy":
        """From the row of cut-offs, rounded as the file keeps it; `of` is a field here."""
        return cls(rounded(row.accuracy), rounded(row.low), rounded(row.high), row.correct, row.n)


@dataclass(frozen=True)
class MethodScores:
    """How far a method's scores are off, per image and per patient, and how often their categories are right."""

    ki67_rmse_image: Error
    undefined_images: int
    ki67_rmse_patient: Error
    til_rmse_image: Error
    til_rmse_patient: Error
    ki67_accuracy_16_30: Accuracy
    ki67_accuracy_10_20: Accuracy
    til_accuracy_10_40: Accuracy
    til_accuracy_10_60: Accuracy


ByClass = Mapping[str, Detection]
ByRule = Mapping[str, ByClass]


@dataclass(frozen=True)
class Summary:
    """Detection by method, by the rule's key and by class; scores by method."""

    images: int
    patients: int
    detection: Mapping[str, ByRule]
    scores: Mapping[str, MethodScores]


def summary(evaluation: Evaluation) -> Summary:
    """What `metrics/evaluation.json` holds."""
    return Summary(
        images=int(evaluation.images["image"].nunique()),
        patients=int(evaluation.patients["patient"].nunique()),
        detection=detection(evaluation),
        scores={method: scores(evaluation, method) for method in dict.fromkeys(row.method for row in evaluation.errors)},
    )


def detection(evaluation: Evaluation) -> dict[str, ByRule]:
    """The rows of detection by method, rule and class, as whoever quotes a figure asks for it."""
    nested: dict[str, dict[str, dict[str, Detection]]] = {}
    for row in evaluation.detected:
        nested.setdefault(row.method, {}).setdefault(row.matching.key, {})[row.cells] = Detection.of(row)
    return {method: dict(rules) for method, rules in nested.items()}


def scores(evaluation: Evaluation, method: str) -> MethodScores:
    """One method's errors and accuracies, each picked from its row by measure and unit."""
    errors = {(row.measure, row.unit): row for row in evaluation.errors if row.method == method}
    rights = {(row.cut_off.measure, row.cut_off.key): row for row in evaluation.cut_offs if row.method == method}
    return MethodScores(
        ki67_rmse_image=Error.of(errors["ki67_index", "image"]),
        undefined_images=errors["ki67_index", "image"].undefined,
        ki67_rmse_patient=Error.of(errors["ki67_index", "patient"]),
        til_rmse_image=Error.of(errors["til_score", "image"]),
        til_rmse_patient=Error.of(errors["til_score", "patient"]),
        ki67_accuracy_16_30=Accuracy.of_row(rights["ki67_index", "16_30"]),
        ki67_accuracy_10_20=Accuracy.of_row(rights["ki67_index", "10_20"]),
        til_accuracy_10_40=Accuracy.of_row(rights["til_score", "10_40"]),
        til_accuracy_10_60=Accuracy.of_row(rights["til_score", "10_60"]),
    )
