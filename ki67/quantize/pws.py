"""Probabilistic weight sharing: each weight goes to one of its two neighbours in the codebook, at random and without bias."""

import numpy as np

from ki67.container.codebook import Floats, Quantized, smallest_index


def pws(weights: Floats, k: int, *, seed: int = 0) -> Quantized:
    """At most k values, the quantiles of the weights; w between v and V becomes V with probability (w − v)/(V − v).

    Each quantile is itself a weight and stays where it is, so every representative is used.
    """
    flat = weights.ravel()
    codebook = quantiles(flat, k)
    below = np.searchsorted(codebook, flat, side="right") - 1
    low, high = (codebook[np.minimum(place, len(codebook) - 1)].astype(np.float64) for place in (below, below + 1))
    chance = (flat - low) / np.where(high > low, high - low, 1.0)
    up = np.random.default_rng(seed).random(len(flat)) < chance
    return Quantized(codebook, (below + up).astype(smallest_index(len(codebook))).reshape(weights.shape))


def quantiles(weights: Floats, k: int) -> Floats:
    """The k weights at equal distances in the sorted row, the least and the greatest among them, each value once."""
    places = np.linspace(0, len(weights) - 1, k).round().astype(np.intp)
    return np.unique(np.sort(weights)[places])
