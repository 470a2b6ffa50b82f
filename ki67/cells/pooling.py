"""A case: the fields of one patient counted together, since one index is signed for a patient and not for a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ki67.cells.scores import Scores
from ki67.cells.uncertainty import ScorerError, pooled_variance, widened


class CountedField(Protocol):
    """What a case needs to know of each of its fields."""

    @property
    def scores(self) -> Scores:
        """The counts."""
        ...

    @property
    def hot_spot(self) -> float | None:
        """The highest index of 500 of its cells that lie together, where it has more."""
        ...

    @property
    def error(self) -> ScorerError | None:
        """Of the network that counted it, where that is known."""
        ...


@dataclass(frozen=True)
class Pooled:
    """What the fields of a case come to together; a single field is a case of one."""

    fields: int
    scores: Scores
    interval: tuple[float, float]  # 95 % of the index
    counting_only: bool  # the interval knows nothing of a scorer's own error
    hot_spot: float | None  # the highest of its fields


def pooled(fields: Sequence[CountedField]) -> Pooled:
    """Cells are added up, so that a field with few of them weighs little."""
    scores = Scores.total(field.scores for field in fields)
    errors = [field.error for field in fields if field.error]
    spots = [field.hot_spot for field in fields if field.hot_spot is not None]
    counting_only, interval = len(errors) < len(fields), scores.interval
    if not counting_only:
        variance = pooled_variance([field.scores.n_tumour for field in fields], errors)
        interval = widened(scores.ki67_index, interval, variance)
    return Pooled(len(fields), scores, interval, counting_only, max(spots, default=None))
