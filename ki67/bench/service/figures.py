"""What a check comes to: figures beside their goals, and the arithmetic behind them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from ki67.base.errors import InputError


@dataclass(frozen=True)
class Goal:
    """A figure has to be at most so much, or at least."""

    limit: float
    least: bool = False

    def met(self, value: float) -> bool:
        """By a figure; by none that is no number."""
        return value >= self.limit if self.least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Figure:
    """One thing that was measured: its key for those who quote it, what it is, how much, of what, and what it should be."""

    key: str
    what: str
    value: float
    unit: str
    goal: Goal | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is; none where there is none."""
        return None if self.goal is None else self.goal.met(self.value)


class NotHere(InputError):
    """Why something cannot be measured on this machine."""


def at_most(limit: float) -> Goal:
    """No more than this."""
    return Goal(limit)


def at_least(limit: float) -> Goal:
    """No less than this."""
    return Goal(limit, least=True)


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of them does not exceed: one that was measured, none between two."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def due_times(per_second: float, seconds: float, seed: int) -> list[float]:
    """When requests are due that come by chance, so many a second on average, whatever becomes of those before (Poisson)."""
    chance = Random(seed)
    gaps = (chance.expovariate(per_second) for _ in range(math.ceil(2 * per_second * seconds) + 20))
    return [moment for moment in accumulate(gaps) if moment < seconds]
