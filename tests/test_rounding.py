"""Rounding: uniform to the finest step that k allows, probabilistic without bias."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from some_weights import SHAPES, gaussian, laplacian

from ki67.container.codebook import Floats
from ki67.quantize.intervals import Ordered
from ki67.quantize.pws import pws
from ki67.quantize.uq import RUNGS, smallest_step, uq


@settings(max_examples=60, deadline=None)
@given(weights=arrays(np.float32, st.integers(3, 80), elements=st.floats(-4, 4, width=32)), k=st.integers(1, 12))
def test_no_finer_rung_of_the_ladder_leaves_as_few_multiples(weights: Floats, k: int) -> None:
    values = np.sort(weights).astype(np.float64)
    distinct = len(np.unique(values))
    if distinct <= k or np.diff(np.unique(values)).min() < 1e-3:
        return
    step = smallest_step(values, k)
    finer = step * 2 ** (-np.arange(1, 4 * RUNGS, 7) / RUNGS)
    used = [len(np.unique(np.rint(values / one))) for one in finer]
    assert len(np.unique(np.rint(values / step))) <= k < min(used)


@SHAPES
def test_uniform_quantisation_rounds_to_multiples_of_one_step(weights: Floats) -> None:
    one = uq(weights, 256)
    step = smallest_step(Ordered.of(weights).values, 256)
    assert np.abs(one.values.astype(np.float64) - weights).max() <= step / 2 * (1 + 1e-5)
    assert one.codebook / step == pytest.approx(np.rint(one.codebook / step), rel=1e-6)


def test_the_code_ends_with_fewer_than_k_values_where_the_ladder_says_so() -> None:
    sizes = [len(uq(gaussian(seed=seed), 256).codebook) for seed in range(8)]
    assert max(sizes) <= 256 and min(sizes) >= 240 and len(set(sizes)) > 1


def test_probabilistic_sharing_is_unbiased() -> None:
    weights, seeds = laplacian(500), 400
    one = pws(weights, 8)
    drawn = np.stack([pws(weights, 8, seed=seed).values for seed in range(seeds)]).astype(np.float64)
    above = np.searchsorted(one.codebook, weights)
    high, low = (one.codebook[np.maximum(place, 0)].astype(np.float64) for place in (above, above - 1))
    variance = np.maximum((high - weights) * (weights - low), 0)
    moves = (variance > 1e-9) & (above > 0)
    z = (drawn.mean(0) - weights)[moves] / np.sqrt(variance[moves] / seeds)
    assert np.abs(z).max() < 5 and 0.8 < np.mean(z**2) < 1.2
    assert np.array_equal(drawn[0][~moves].astype(np.float32), weights[~moves]) and moves.sum() > 450
    nearest = np.where(high - weights < weights - low, high, low)
    assert np.abs((nearest - weights)[moves] / np.sqrt(variance[moves] / seeds)).max() > 5


def test_each_seed_draws_its_own() -> None:
    assert not np.array_equal(pws(gaussian(), 16, seed=1).indices, pws(gaussian(), 16, seed=2).indices)
