"""Weights to quantise, as networks have them."""

import numpy as np
import pytest

from ki67.container.codebook import Floats


def gaussian(count: int = 40_000, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(0, 0.05, count).astype(np.float32)


def laplacian(count: int = 40_000, seed: int = 2) -> Floats:
    return np.random.default_rng(seed).laplace(0, 0.05, count).astype(np.float32)


def with_outliers() -> Floats:
    """Many small weights and a few large ones, as a network with an unscaled last layer has them."""
    return np.concatenate([gaussian(20_000), np.linspace(-160, 160, 24, dtype=np.float32)])


SHAPES = pytest.mark.parametrize("weights", [gaussian(), laplacian(), with_outliers()], ids=["gaussian", "laplacian", "outliers"])
