"""Made-up compressed networks, and whether two are the same."""

import numpy as np

from ki67.container.codebook import smallest_index
from ki67.container.container import Compressed
from ki67.container.shared import SharedKernel, SharedWeights


def network(shapes: list[tuple[int, ...]], k: int, spread: float = 0.15, **vectors: np.ndarray) -> Compressed:
    """Bell-shaped kernels in one codebook."""
    rng = np.random.default_rng(1)
    indices = [np.clip(rng.normal(k / 2, spread * k, s), 0, k - 1).astype(smallest_index(k)) for s in shapes]
    kernels = tuple(SharedKernel(f"layer{i}/kernel", places, 0) for i, places in enumerate(indices))
    return Compressed(SharedWeights((np.linspace(-1, 1, k, dtype=np.float32),), kernels), dict(vectors), None, {})


def same(one: Compressed, other: Compressed) -> bool:
    """Equal to the last bit, types and order included."""
    pairs = [
        *zip(one.shared.codebooks, other.shared.codebooks, strict=True),
        *((a.indices, b.indices) for a, b in zip(one.shared.kernels, other.shared.kernels, strict=True)),
        *zip(one.vectors.values(), other.vectors.values(), strict=True),
    ]
    return (
        all(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in pairs)
        and [(k.name, k.codebook) for k in one.shared.kernels] == [(k.name, k.codebook) for k in other.shared.kernels]
        and list(one.vectors) == list(other.vectors)
        and (one.architecture, one.description) == (other.architecture, other.description)
    )
