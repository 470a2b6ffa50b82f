"""What is not shared: kept to the bit, cheap where it is constant or short; BatchNorm folded to the same function."""

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load

from ki67.bench.specimen import small_network
from ki67.compression.batchnorm import folded
from ki67.container.container import packed
from ki67.container.vectors import shortened


def test_constant_vectors_cost_next_to_nothing_and_half_precision_half() -> None:
    rng = np.random.default_rng(3)
    values = {f"l{i}_bn/gamma": rng.normal(1, 0.2, 256).astype(np.float32) for i in range(30)}
    still = {f"l{i}_bn/moving_mean": np.zeros(256, np.float32) for i in range(30)}

    def stored(vectors: dict[str, np.ndarray]) -> int:
        return load(packed(replace(small_network(), vectors=vectors), "net"))["vectors"].nbytes

    whole = stored(values)
    assert whole < 4 * 30 * 256 * 0.95
    assert stored({**values, **still}) - whole < 120
    assert stored({name: shortened(v, 11) for name, v in values.items()}) < 0.55 * whole


@pytest.mark.parametrize("bits", [1, 8, 11])
def test_shortened_values_have_so_many_bits_and_are_the_nearest(bits: int) -> None:
    values = np.random.default_rng(4).normal(size=1000).astype(np.float32) * np.float32(10.0) ** np.arange(-10, 10).repeat(50)
    short = shortened(values.astype(np.float32), bits)
    assert (np.abs(short - values) <= np.abs(values) * 2.0**-bits).all()
    mantissa = np.ldexp(np.frexp(short)[0], bits)
    assert np.array_equal(mantissa, np.round(mantissa))
    assert not np.array_equal(short, shortened(values.astype(np.float32), bits + 1))


def test_folding_keeps_what_batch_norm_computes_and_leaves_the_rest() -> None:
    rng = np.random.default_rng(5)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    ours = dict(zip((f"a_bn/{name}" for name in names), rng.uniform(0.1, 3, (4, 64)).astype(np.float32), strict=True))
    rest = {"maps/bias": np.ones(3, np.float32), "b_bn/beta": np.ones(3, np.float32), "b_bn/moving_mean": np.ones(3, np.float32)}
    after = folded({**ours, **rest}, {"a_bn": 1e-3, "b_bn": 1e-3})
    x = rng.normal(size=(500, 64)).astype(np.float32)

    def computed(vectors: dict[str, np.ndarray]) -> np.ndarray:
        gamma, beta, mean, variance = (vectors[f"a_bn/{name}"] for name in names)
        return gamma * (x - mean) / np.sqrt(variance + np.float32(1e-3)) + beta

    assert computed(after) == pytest.approx(computed(ours), rel=1e-5, abs=1e-5)
    assert (after["a_bn/moving_mean"] == 0).all() and (after["a_bn/moving_variance"] == 1).all()
    assert all(after[name] is rest[name] for name in rest) and list(after) == [*ours, *rest]
