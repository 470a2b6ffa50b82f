"""BatchNorm made simpler: once trained it is one factor and one term a channel, so mean and variance need not be kept."""

from collections.abc import Mapping

import numpy as np

from ki67.container.codebook import Floats

PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


def folded(vectors: Mapping[str, Floats], epsilons: Mapping[str, float]) -> dict[str, Floats]:
    """The same vectors with mean 0 and variance 1 in the layers named, and scale and offset that make up for it.

    A layer that lacks one of the four stays as it is: without a scale there is nothing to hold the variance.
    """
    result = dict(vectors)
    for layer, epsilon in epsilons.items():
        names = [f"{layer}/{part}" for part in PARTS]
        if all(name in vectors for name in names):
            result.update(zip(names, _folded(epsilon, *(vectors[name] for name in names)), strict=True))
    return result


def _folded(epsilon: float, gamma: Floats, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, ...]:
    # γ (x − μ) / √(σ² + ε) + β  =  γ' x / √(1 + ε) + β'
    factor = gamma.astype(np.float64) / np.sqrt(variance.astype(np.float64) + epsilon)
    scale, offset = factor * np.sqrt(1 + epsilon), beta - factor * mean
    return scale.astype(np.float32), offset.astype(np.float32), np.zeros_like(mean), np.ones_like(variance)
