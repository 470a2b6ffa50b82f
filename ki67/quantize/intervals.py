"""Sorted weights cut into intervals: in one dimension that is all that a codebook is, and no distance need be stored."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.container.codebook import Floats, Quantized, smallest_index

Reals = NDArray[np.float64]
Edges = NDArray[np.intp]  # 0, where each further interval begins, and the number of weights
SETTLED = 1e-7


@dataclass(frozen=True, eq=False)
class Ordered:
    """Weights in ascending order and their running sums, so that the mean of an interval costs two look-ups."""

    values: Reals
    sums: Reals
    centre: float
    spread: float

    @classmethod
    def of(cls, weights: Floats) -> "Ordered":
        """Sums are taken about the mean of all weights, which keeps the most digits."""
        values = np.sort(weights, axis=None).astype(np.float64)
        centre = float(values.mean())
        centred = values - centre
        return cls(values, np.concatenate([[0.0], np.cumsum(centred)]), centre, float(centred @ centred))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def distinct(self) -> Edges:
        """The finest cut there is: an interval for every value."""
        return self.edges(np.flatnonzero(np.diff(self.values)) + 1)

    def edges(self, begins: NDArray[np.integer]) -> Edges:
        """Intervals that begin at these ascending places; one that holds nothing is left out."""
        places = np.concatenate([[0], begins, [len(self)]]).astype(np.intp)
        return places[np.diff(places, prepend=-1) > 0]

    def cut(self, boundaries: Reals) -> Edges:
        """Intervals between ascending boundaries, to which a weight may be equal at the upper end."""
        return self.edges(np.searchsorted(self.values, boundaries, side="right"))

    def means(self, edges: Edges) -> Reals:
        """The mean of each interval, which lies within it even where sums are rounded."""
        means = self.centre + np.diff(self.sums[edges]) / np.diff(edges)
        return np.clip(means, self.values[edges[:-1]], self.values[edges[1:] - 1])

    def distortion(self, edges: Edges) -> float:
        """Mean squared error when every weight becomes the mean of its interval."""
        explained = np.sum(np.diff(self.sums[edges]) ** 2 / np.diff(edges))
        return max(self.spread - float(explained), 0.0) / len(self)

    def errors(self, edges: Edges) -> Reals:
        """Squared error of each interval about its mean, summed weight by weight."""
        apart = self.values - np.repeat(self.means(edges), np.diff(edges))
        return np.asarray(np.add.reduceat(apart**2, edges[:-1]))

    def entropy(self, edges: Edges) -> float:
        """Bits that name the interval of a weight."""
        shares = np.diff(edges) / len(self)
        return float(-np.sum(shares * np.log2(shares)))

    def quantized(self, weights: Floats, edges: Edges, representatives: Reals) -> Quantized:
        """The weights in their own shape and order; neighbours that are one value in single precision become one."""
        rounded = representatives.astype(np.float32) + np.float32(0)  # which makes −0 a 0
        new = np.flatnonzero(np.diff(rounded)) + 1
        firsts = self.values[edges[new]].astype(np.float32)
        places = np.searchsorted(firsts, weights.ravel(), side="right").astype(smallest_index(len(new) + 1))
        return Quantized(rounded[np.concatenate([[0], new])], places.reshape(weights.shape))


def equal_counts(ordered: Ordered, k: int) -> Edges:
    """At most k intervals of as many weights each, as far as equal weights allow."""
    lasts = np.linspace(0, len(ordered), k + 1).round().astype(np.intp)[1:-1] - 1
    return ordered.cut(ordered.values[np.maximum(lasts, 0)])


def companded(ordered: Ordered, k: int, finest: float = 0.0) -> Edges:
    """At most k intervals, as dense as the cube root of the density of the weights, but nowhere denser than one a `finest`.

    The cube root is the best for a large k (Panter and Dite 1951). Integrated over the gap between two neighbours it goes
    with the gap to the power 2/3. No gap gets more than one boundary, so none is wasted on the space round an outlier.
    """
    begins = ordered.distinct[1:-1]
    gaps = ordered.values[begins] - ordered.values[begins - 1]
    most = gaps / np.maximum(gaps, finest)
    boundaries = np.cumsum(most if most.sum() <= k - 1 else poured(np.cbrt(gaps) ** 2, most, k - 1))
    total = boundaries[-1] if len(boundaries) else 0.0
    return ordered.edges(begins[np.searchsorted(boundaries, np.arange(0.5, total))])


def poured(shares: Reals, most: Reals, total: float) -> Reals:
    """A total dealt out by shares, none above its most, which the rest makes up for; the mosts add up to more than it."""
    full = np.zeros(len(shares), bool)
    while True:
        part = (total - np.sum(most, where=full)) / np.sum(shares, where=~full)
        fuller = shares * part > most
        if np.array_equal(fuller, full):
            return np.minimum(shares * part, most)
        full = fuller


def settle(edges: Edges, step: Callable[[Edges], Edges], cost: Callable[[Edges], float]) -> Edges:
    """Step after step until one lowers the cost by less than a ten-millionth of it."""
    paid = cost(edges)
    while True:
        moved = step(edges)
        now = cost(moved)
        if paid - now <= SETTLED * paid:
            return moved if now < paid else edges
        edges, paid = moved, now
