"""Figures as the service gives them: one that is not defined is null, never NaN."""

import math
from typing import Self

from pydantic import BaseModel


def defined(value: float) -> float | None:
    """A figure, or none where there is no such figure."""
    return value if math.isfinite(value) else None


class EstimateView(BaseModel):
    """A figure and its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, value: float, low: float, high: float) -> Self:
        """From plain numbers, which may be NaN."""
        return cls(value=defined(value), low=defined(low), high=defined(high))
