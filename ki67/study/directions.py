"""Whether an effect that a paper reports shows here: it holds, it fails, or it is not settled.

A difference is settled where its 95 % interval leaves out zero, and still does so when all comparisons of the same question are
counted in. That two are alike is settled where the whole interval lies within a margin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt
from statistics import NormalDist
from typing import Literal

from ki67.cells.several import SIGNIFICANT, holm

Direction = Literal["holds", "fails", "not settled"]
Said = Literal["higher", "lower", "alike", "no higher"]
IN_AN_INTERVAL = NormalDist().inv_cdf(0.975)  # standard errors from a difference to either end of its 95 % interval


@dataclass(frozen=True)
class Interval:
    """The ends of a difference's 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """How much larger one is than the other, and the interval of that, if a stage had one."""

    difference: float
    interval: Interval | None = None

    def turned(self) -> "Comparison":
        """The same with both sides exchanged."""
        ends = self.interval and Interval(-self.interval.high, -self.interval.low)
        return Comparison(-self.difference, ends)

    @property
    def p(self) -> float:
        """How likely so large a difference is by luck: below 0.05 just where the interval leaves out zero.

        The end of the interval that lies towards zero is taken for so many standard errors away.
        """
        if self.interval is None or not self.difference:
            return 1.0
        end = self.interval.low if self.difference > 0 else self.interval.high
        errors = abs(self.difference - end) / IN_AN_INTERVAL
        return erfc(abs(self.difference) / errors / sqrt(2)) if errors else 0.0


@dataclass(frozen=True)
class Judged:
    """A comparison, and its p when the whole family is counted in."""

    comparison: Comparison
    corrected: float

    @property
    def sign(self) -> int:
        """1 or −1 where the difference is settled, 0 where it is not."""
        settled = self.corrected < SIGNIFICANT
        return (1 if self.comparison.difference > 0 else -1) if settled else 0

    def within(self, low: float, high: float) -> bool:
        """Whether the whole interval lies between two bounds."""
        ends = self.comparison.interval
        return ends is not None and low < ends.low and ends.high < high


def judged(family: Sequence[Sequence[Comparison]]) -> list[list[Judged]]:
    """Every comparison of a question with its corrected p, sorted by claim as it came."""
    flat = [comparison for claim in family for comparison in claim if comparison.interval]
    corrected = iter(holm([comparison.p for comparison in flat]))
    return [[Judged(one, float(next(corrected)) if one.interval else 1.0) for one in claim] for claim in family]


def answered(said: Said, found: Sequence[Judged], margin: float) -> Direction:
    """Whether all comparisons bear out what is said of one against others; it fails where one of them shows the contrary.

    A difference that is settled, but lies within the margin with its whole interval, is none.
    """
    signs = [one.sign for one in found]
    holds, fails = {
        "higher": (all(sign > 0 for sign in signs), any(sign < 0 for sign in signs)),
        "lower": (all(sign < 0 for sign in signs), any(sign > 0 for sign in signs)),
        "no higher": (all(one.within(-float("inf"), margin) for one in found), any(sign > 0 for sign in signs)),
        "alike": (all(one.within(-margin, margin) for one in found), any(signs)),
    }[said]
    return "holds" if holds else "fails" if fails else "not settled"


def decisive(said: Said, found: Sequence[Judged]) -> Judged:
    """The comparison on which an answer rests: the one that bears out least what is said."""
    worst = {"lower": max, "higher": min, "no higher": max, "alike": max}[said]
    return worst(found, key=lambda one: abs(one.comparison.difference) if said == "alike" else one.comparison.difference)
