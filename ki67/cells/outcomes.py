"""What a method predicted beside the truth, the two rules by which it is judged, and chance to judge it against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import CLASS_NAMES, LABELS, Cells
from ki67.cells.metrics import Match, chance_cells, count_any, count_class, match_one_to_one, match_published, pooled, summed_by

CLASSES = (*CLASS_NAMES.values(), "any")


@dataclass(frozen=True)
class Rule:
    """When a prediction is a hit."""

    key: str  # what files ask for it by
    name: str  # what tables call it
    match: Match
    radius: float


PUBLISHED = Rule("published", "published R=20", match_published, 20.0)
STRICT = Rule("strict", "strict R=6", match_one_to_one, 6.0)
RULES = (PUBLISHED, STRICT)


@dataclass(frozen=True)
class Outcome:
    """What one method predicted, image by image, beside the truth, all in the network frame."""

    method: str
    names: Sequence[str]
    patients: Sequence[str]
    truths: Sequence[Cells]
    predictions: Sequence[Cells]

    def __post_init__(self) -> None:
        lengths = {len(self.names), len(self.patients), len(self.truths), len(self.predictions)}
        if len(lengths) != 1:
            raise ValueError(f"{self.method}: names, patients, truths and predictions differ in number: {lengths}")

    @property
    def who(self) -> list[str]:
        """Each patient once, sorted: the order of every array over patients."""
        return sorted(set(self.patients))

    def by_patient(self, images: NDArray[Any]) -> NDArray[Any]:
        """Sums over each patient's images."""
        return summed_by(self.patients, images)


def chance(outcome: Outcome, size: float, seed: int) -> Outcome:
    """The row to read every other row against: as many uniformly random points of each class as there are labels."""
    streams = np.random.default_rng(seed).spawn(len(outcome.truths))
    points = [chance_cells(t, size, size, rng) for t, rng in zip(outcome.truths, streams, strict=True)]
    return Outcome("chance", outcome.names, outcome.patients, outcome.truths, points)


def patient_counts(outcome: Outcome, rule: Rule) -> NDArray[np.int64]:
    """Counts (patients, classes and any, tp fp fn)."""
    images = []
    for truth, predicted in zip(outcome.truths, outcome.predictions, strict=True):
        counts = [count_class(truth, predicted, label, rule.match, rule.radius) for label in LABELS]
        counts.append(count_any(truth, predicted, rule.match, rule.radius))
        images.append([(c.tp, c.fp, c.fn) for c in counts])
    return outcome.by_patient(np.array(images, np.int64).reshape(-1, len(CLASSES), 3))


def f1_by_class(truths: Sequence[Cells], predictions: Sequence[Cells], rule: Rule = STRICT) -> dict[str, float]:
    """F1 of each class, counts pooled over all images."""
    return {name: pooled(truths, predictions, label, rule.match, rule.radius).f1 for label, name in CLASS_NAMES.items()}
