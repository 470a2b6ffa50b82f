"""Uniform quantisation: each weight becomes the nearest multiple of a step (Gish and Pierce 1968)."""

from itertools import count

import numpy as np

from ki67.container.codebook import Floats, Quantized
from ki67.quantize.intervals import Ordered, Reals

RUNGS = 1024  # steps tried between one and its double


def uq(weights: Floats, k: int) -> Quantized:
    """Multiples of the smallest step of the ladder that leaves at most k of them; where there are no more, all values stay."""
    ordered = Ordered.of(weights)
    if len(ordered.distinct) <= k + 1:
        return ordered.quantized(weights, ordered.distinct, ordered.means(ordered.distinct))
    step = smallest_step(ordered.values, k)
    multiples = np.rint(ordered.values / step)
    edges = ordered.edges(np.flatnonzero(np.diff(multiples)) + 1)
    return ordered.quantized(weights, edges, step * multiples[edges[:-1]])


def smallest_step(values: Reals, k: int) -> float:
    """The ladder hangs from the largest weight and is climbed, as published, until at most k multiples are used.

    A finer step's interval meets two of a coarser step's at most. So where a step uses more than 2k multiples,
    every finer one uses more than k, and the climb can begin there.
    """
    gaps = np.diff(values)
    closest = gaps[gaps > 0].min()
    lowest = 4 * float(np.abs(values).max())
    while lowest > closest and multiples_used(*runs(values, lowest), lowest) <= 2 * k:
        lowest /= 2
    firsts, lasts = runs(values, lowest)
    ladder = (lowest * 2 ** (rung / RUNGS) for rung in count())
    return next(step for step in ladder if multiples_used(firsts, lasts, step) <= k)


def runs(values: Reals, step: float) -> tuple[Reals, Reals]:
    """First and last of each stretch of weights whose neighbours are less than a step apart."""
    breaks = np.flatnonzero(np.diff(values) >= step)
    return values[np.concatenate([[0], breaks + 1])], values[np.concatenate([breaks, [-1]])]


def multiples_used(firsts: Reals, lasts: Reals, step: float) -> int:
    """How many multiples of the step are nearest to some weight.

    Within a run of this step or a finer one none is left out; the last of a run may be the first of the next.
    """
    low, high = np.rint(firsts / step), np.rint(lasts / step)
    return 1 + int(np.sum(high - low)) + int(np.count_nonzero(low[1:] != high[:-1]))
