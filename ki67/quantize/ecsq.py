"""Entropy-constrained scalar quantisation: distortion and the bits of the indices, weighed against each other.

Chou, Lookabaugh and Gray (1989): minimise E(w − c)² + λ·H, where a weight pays λ·(−log₂ p) for a representative of share p.
"""

import math
from collections.abc import Iterable
from functools import partial

import numpy as np

from ki67.base.errors import InputError
from ki67.container.codebook import Floats, Quantized
from ki67.quantize.intervals import Edges, Ordered, Reals, companded, equal_counts, settle


def ecsq(weights: Floats, k: int) -> Quantized:
    """At most k values, as published: λ = 0, from sorted weights cut into equal parts.

    That start puts outliers into one interval with much else, and no step mends it.
    """
    ordered = Ordered.of(weights)
    return _descend(weights, ordered, equal_counts(ordered, k), 0.0)


def ecsq_constrained(weights: Floats, k: int, trade_off: float) -> Quantized:
    """At most k values and, where bits are dear, far fewer; λ is `trade_off`, in squared units of the weights a bit.

    It starts from the companded intervals, none of them finer than the step that suits λ.
    """
    if trade_off < 0:
        raise InputError(f"ecsq: trade_off {trade_off:g} is negative; give 0 or more")
    ordered = Ordered.of(weights)
    return _descend(weights, ordered, companded(ordered, k, step_of(trade_off)), trade_off)


def with_step(step: float) -> "partial[Quantized]":
    """ECSQ with the λ that suits a uniform step, as a quantiser like the others."""
    return partial(ecsq_constrained, trade_off=trade_off_of(step))


def typical(kernels: Iterable[Floats]) -> float:
    """The median size of a weight: what steps are told in, so that they suit any network."""
    return float(np.median(np.abs(np.concatenate([kernel.ravel() for kernel in kernels]))))


def _descend(weights: Floats, ordered: Ordered, start: Edges, trade_off: float) -> Quantized:
    edges = settle(start, partial(ecsq_step, ordered, trade_off), partial(ecsq_cost, ordered, trade_off))
    return ordered.quantized(weights, edges, ordered.means(edges))


def ecsq_cost(ordered: Ordered, trade_off: float, edges: Edges) -> float:
    """What the steps make smaller."""
    return ordered.distortion(edges) + trade_off * ordered.entropy(edges)


def ecsq_step(ordered: Ordered, trade_off: float, edges: Edges) -> Edges:
    """Every weight to the representative that costs it least; those that win nowhere are gone."""
    prices = -trade_off * np.log2(np.diff(edges) / len(ordered))
    return ordered.cut(boundaries(ordered.means(edges), prices))


def boundaries(means: Reals, prices: Reals) -> Reals:
    """Where the cheapest of (w − c)² + price changes from one representative to the next.

    These costs less w² are lines in w, so what is cheapest is their lower envelope: a line that meets its right neighbour
    before its left one is never part of it.
    """
    while True:
        between = (means[1:] + means[:-1]) / 2 + np.diff(prices) / (2 * np.diff(means))
        winners = np.concatenate([[True], np.diff(between) > 0, [True]])[: len(means)]
        if winners.all():
            return between
        means, prices = means[winners], prices[winners]


def trade_off_of(step: float) -> float:
    """The λ that a fine uniform quantiser of this step pays: its error is δ²/12, and doubling δ saves one bit."""
    return step**2 * math.log(2) / 6


def step_of(trade_off: float) -> float:
    """The other way round."""
    return math.sqrt(6 * trade_off / math.log(2))
