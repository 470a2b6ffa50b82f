"""How a figure follows from other figures: sums and means, and what tests say of printed means and standard deviations."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from statistics import fmean, harmonic_mean
from typing import Literal

How = Literal[
    "sum", "difference", "product", "quotient", "share", "saved", "harmonic", "weighted", "highest", "lowest", "pooled", "tukey",
    "one_hot",
]  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """What a rule works on: figures, what stands beside each (a weight, a deviation), and of how many cases each is the mean."""

    of: Sequence[float]
    by: Sequence[float]
    n: Sequence[float]


def pooled(numbers: Numbers) -> float:
    """The standard deviation of all cases from the means, deviations and sizes of their groups, all with n below the line."""
    mean = fmean(numbers.of, numbers.n)
    spread = [deviation**2 + (own - mean) ** 2 for own, deviation in zip(numbers.of, numbers.by, strict=True)]
    return sqrt(fmean(spread, numbers.n))


def tukey(numbers: Numbers) -> float:
    """The p of two means by Tukey's range test over equally large groups, whose deviations have n below the line."""
    from scipy.stats import studentized_range

    first, second = numbers.of
    (size,) = numbers.n
    groups, degrees = len(numbers.by), len(numbers.by) * (size - 1)
    within = fmean(deviation**2 for deviation in numbers.by) * size / (size - 1)
    return float(studentized_range.sf(abs(first - second) / sqrt(within / size), groups, degrees))


def one_hot(numbers: Numbers) -> float:
    """The accuracy that precision and recall of pixels leave, where each pixel is counted once in each of three channels.

    A pixel misses its own channel in a share 1 − r, and r (1 / p − 1) channels say what it is not; the rest is right.
    """
    precision, recall = numbers.of
    return 1 - ((1 - recall) + recall * (1 / precision - 1)) / 3


RULES: dict[How, Callable[[Numbers], float]] = {
    "sum": lambda numbers: sum(numbers.of),
    "difference": lambda numbers: numbers.of[0] - numbers.of[1],
    "product": lambda numbers: prod(numbers.of),
    "quotient": lambda numbers: numbers.of[0] / numbers.of[1],
    "share": lambda numbers: numbers.of[0] / sum(numbers.of),
    "saved": lambda numbers: 1 - numbers.of[1] / numbers.of[0],
    "harmonic": lambda numbers: harmonic_mean(numbers.of),
    "weighted": lambda numbers: fmean(numbers.of, numbers.by),
    "highest": lambda numbers: max(numbers.of),
    "lowest": lambda numbers: min(numbers.of),
    "pooled": pooled,
    "tukey": tukey,
    "one_hot": one_hot,
}
