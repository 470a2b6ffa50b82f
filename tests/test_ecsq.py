"""Error and entropy weighed against each other: each step pays off, and λ decides between them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_weights import SHAPES, gaussian, laplacian

from ki67.base.errors import InputError
from ki67.container.codebook import Floats, Quantized
from ki67.quantize.cws import lloyd_step
from ki67.quantize.ecsq import boundaries, ecsq, ecsq_constrained, ecsq_cost, ecsq_step, step_of, trade_off_of
from ki67.quantize.intervals import Ordered, equal_counts
from ki67.quantize.uq import uq


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 400)), min_size=1, max_size=9, unique_by=lambda pair: pair[0]))
def test_a_weight_goes_where_it_costs_least(codewords: list[tuple[int, int]]) -> None:
    means, prices = np.array(sorted(codewords), float).T
    weights = np.linspace(-60, 60, 997)
    costs = (weights[:, None] - means) ** 2 + prices
    limits = boundaries(means, prices)
    assert (np.diff(limits) > 0).all()
    chosen = [costs[(weights > low) & (weights <= high)] for low, high in pairwise([-np.inf, *limits, np.inf])]
    winners = [rows.sum(0).argmin() for rows in chosen if len(rows)]
    paid = np.concatenate([rows[:, winner] for rows, winner in zip([r for r in chosen if len(r)], winners, strict=True)])
    assert paid == pytest.approx(costs.min(1))


@SHAPES
@pytest.mark.parametrize("trade_off", [0.0, 1e-6, 1e-4, 1e-2])
def test_a_constrained_step_never_increases_the_cost(weights: Floats, trade_off: float) -> None:
    ordered = Ordered.of(weights)
    edges = equal_counts(ordered, 128)
    for _ in range(20):
        moved = ecsq_step(ordered, trade_off, edges)
        assert ecsq_cost(ordered, trade_off, moved) <= ecsq_cost(ordered, trade_off, edges) * (1 + 1e-9)
        edges = moved


def test_without_a_price_on_bits_it_is_lloyds_method_from_equal_parts() -> None:
    weights = laplacian()
    ordered = Ordered.of(weights)
    edges = equal_counts(ordered, 64)
    assert set(np.diff(edges)) == {625}
    for _ in range(3000):
        edges = lloyd_step(ordered, edges)
    assert ecsq(weights, 64).distortion(weights) == pytest.approx(ordered.distortion(edges), rel=1e-2)


@SHAPES
def test_the_dearer_the_bits_the_fewer_and_the_larger_the_error(weights: Floats) -> None:
    points = [ecsq_constrained(weights, 256, trade_off_of(step)) for step in (0.001, 0.01, 0.03, 0.1, 0.3)]
    for cheap, dear in pairwise(points):
        assert dear.entropy < cheap.entropy - 0.05 and dear.distortion(weights) > cheap.distortion(weights)
    assert points[-1].entropy < 0.6 * points[0].entropy


def test_dear_enough_bits_leave_one_value() -> None:
    one = ecsq_constrained(gaussian(), 256, 1e3)
    assert one.entropy == 0 and one.codebook == pytest.approx([gaussian().mean()], abs=1e-7)
    with pytest.raises(InputError, match="trade_off -1 is negative"):
        ecsq_constrained(gaussian(), 256, -1)


def at_entropy(weights: Floats, k: int, bits: float) -> Quantized:
    """The constrained quantiser whose λ gives this many bits, or just fewer."""
    low, high = 1e-6, 1.0
    for _ in range(25):
        middle = (low * high) ** 0.5
        one = ecsq_constrained(weights, k, trade_off_of(middle))
        low, high = (low, middle) if one.entropy <= bits else (middle, high)
    return ecsq_constrained(weights, k, trade_off_of(high))


@SHAPES
@pytest.mark.parametrize("k", [32, 256])
def test_at_equal_entropy_it_beats_uniform_quantisation(weights: Floats, k: int) -> None:
    uniform = uq(weights, k)
    ours = at_entropy(weights, k, uniform.entropy)
    assert ours.entropy <= uniform.entropy
    assert ours.distortion(weights) < 0.995 * uniform.distortion(weights)


def test_lambda_is_the_slope_of_uniform_quantisation() -> None:
    weights, step = gaussian(), 0.02
    points = []
    for one in (step * 0.9, step * 1.1):
        values, places = np.unique(np.rint(weights / one), return_inverse=True)
        points.append(Quantized((values * one).astype(np.float32), places.astype(np.uint8)))
    fine, coarse = points
    slope = (coarse.distortion(weights) - fine.distortion(weights)) / (fine.entropy - coarse.entropy)
    assert slope == pytest.approx(trade_off_of(step), rel=0.05)
    assert step_of(trade_off_of(step)) == pytest.approx(step)
