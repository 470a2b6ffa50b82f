"""Clustered weight sharing: k-means. Each weight becomes the mean of the weights round it (Han, Mao and Dally 2016)."""

from functools import partial

import numpy as np

from ki67.container.codebook import Floats, Quantized
from ki67.quantize.intervals import Edges, Ordered, companded, settle


def cws(weights: Floats, k: int) -> Quantized:
    """The companded start and Lloyd's steps until they settle; where there are k values or fewer, all stay.

    The published code uses mini-batches and a random start; this takes all weights at once and is the same every time.
    """
    ordered = Ordered.of(weights)
    edges = settle(companded(ordered, k), partial(lloyd_step, ordered), ordered.distortion)
    return ordered.quantized(weights, edges, ordered.means(edges))


def lloyd_step(ordered: Ordered, edges: Edges) -> Edges:
    """Every weight to the nearest mean; a mean that none is nearest to halves the interval with the largest error."""
    means = ordered.means(edges)
    nearest = ordered.cut((means[1:] + means[:-1]) / 2)
    lost = len(edges) - len(nearest)
    return split_worst(ordered, nearest, lost) if lost else nearest


def split_worst(ordered: Ordered, edges: Edges, count: int) -> Edges:
    """The intervals with the largest errors cut at their means."""
    worst = np.argsort(-ordered.errors(edges), kind="stable")[:count]
    halves = np.searchsorted(ordered.values, ordered.means(edges)[worst], side="right")
    return ordered.edges(np.sort(np.concatenate([edges, halves])))
