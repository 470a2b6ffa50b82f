"""Clusters settle where Lloyd's method settles, from a start that leaves them nearly the best there are."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from some_weights import SHAPES, gaussian, laplacian, with_outliers

from ki67.container.codebook import Floats
from ki67.quantize.cws import cws, lloyd_step
from ki67.quantize.intervals import Ordered, companded, equal_counts


@settings(max_examples=100, deadline=None)
@given(weights=arrays(np.float32, st.integers(2, 60), elements=st.floats(-100, 100, width=32)), k=st.integers(2, 12))
@example(weights=np.float32([0, 1, 9, 10, 5, 5, 20, 20.5, 21]), k=4)
def test_lloyd_never_increases_distortion(weights: Floats, k: int) -> None:
    ordered = Ordered.of(weights)
    edges = equal_counts(ordered, k)
    for _ in range(10):
        moved = lloyd_step(ordered, edges)
        assert ordered.errors(moved).sum() <= ordered.errors(edges).sum() * (1 + 1e-9) + 1e-9
        assert len(edges) <= len(moved) or len(moved) == len(ordered.distinct)
        edges = moved


def test_the_companded_start_follows_the_cube_root_of_the_density() -> None:
    ordered = Ordered.of(gaussian(1_000_000))
    edges = companded(ordered, 101)
    assert len(edges) == 102
    # The cube root of a Gaussian density is a Gaussian, √3 times as wide.
    limits = ordered.values[edges[1:-1]]
    wide = np.sort(gaussian(1_000_000, 4)) * np.sqrt(3)
    expected = wide[((np.arange(100) + 0.5) / 100 * len(wide)).astype(int)]
    assert limits[5:-5] == pytest.approx(expected[5:-5], abs=0.002)


def test_no_gap_gets_two_boundaries_and_no_interval_is_finer_than_asked() -> None:
    ordered = Ordered.of(with_outliers())
    alone = np.diff(companded(ordered, 128)) == 1
    assert alone[:10].all() and alone[-10:].all()
    smooth = Ordered.of(gaussian())
    fine = companded(smooth, 256, finest=0.05)
    assert len(fine) < 20 and np.diff(smooth.values[fine[1:-1]]).min() > 0.045
    assert len(companded(ordered, 20_024)) == len(ordered.distinct)


def test_a_mean_that_is_nearest_to_nothing_goes_where_the_error_is() -> None:
    ordered = Ordered.of(np.float32([2, 3, 3, 8, 11]))
    edges = np.array([0, 1, 4, 5])
    assert ordered.means(edges) == pytest.approx([2, 14 / 3, 11])  # 3 is nearer to 2 and 8 nearer to 11
    assert lloyd_step(ordered, edges).tolist() == [0, 3, 4, 5]


def least_distortion(weights: Floats, k: int) -> float:
    """The best that k means can do, by dynamic programming over where the last interval begins."""
    values = np.sort(weights).astype(np.float64)
    sums, squares = (np.concatenate([[0], np.cumsum(values**power)]) for power in (1, 2))
    count = np.arange(len(sums))[:, None] - np.arange(len(sums))
    error = squares[:, None] - squares - (sums[:, None] - sums) ** 2 / np.maximum(count, 1)
    error[count <= 0] = np.inf
    best = error[:, 0]
    for _ in range(k - 1):
        best = (best + error).min(1)
    return float(best[-1]) / len(weights)


@pytest.mark.parametrize("k", [8, 32])
def test_clusters_are_nearly_the_best_there_are(k: int) -> None:
    for weights in (gaussian(2000), laplacian(2000)):
        reached, best = cws(weights, k).distortion(weights), least_distortion(weights, k)
        assert best * (1 - 1e-6) <= reached <= 1.1 * best


@SHAPES
def test_clusters_are_settled(weights: Floats) -> None:
    one = cws(weights, 64)
    means = np.bincount(one.indices, weights=weights) / np.bincount(one.indices)
    assert one.codebook == pytest.approx(means, rel=1e-6, abs=1e-9)
    apart = (weights[:, None].astype(np.float64) - one.codebook) ** 2
    assert one.distortion(weights) <= (1 + 1e-4) * apart.min(1).mean()
