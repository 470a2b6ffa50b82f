"""Weights as places in a codebook: what every quantiser makes and everything after it works on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.unsignedinteger[Any]]  # one byte wide or two
MOST = 65536  # representatives that an index of two bytes can tell apart


@dataclass(frozen=True)
class Quantized:
    """A codebook, ascending, and for every weight the place of its representative, in the shape of the weights."""

    codebook: Floats
    indices: Indices

    @property
    def values(self) -> Floats:
        """The weights that are left."""
        return self.codebook[self.indices]

    def distortion(self, weights: Floats) -> float:
        """Mean squared error against the weights that were there before."""
        return float(np.mean((weights.astype(np.float64) - self.values) ** 2))

    @property
    def entropy(self) -> float:
        """Bits an index, by how often each is used: what an ideal code of independent indices needs."""
        counts = np.bincount(self.indices.ravel(), minlength=len(self.codebook))
        shares = counts[counts > 0] / self.indices.size
        return float(-np.sum(shares * np.log2(shares)))


def smallest_index(k: int) -> np.dtype[np.unsignedinteger[Any]]:
    """One byte up to 256 representatives, two beyond."""
    return np.dtype(np.uint8 if k <= 256 else np.uint16)


def tidy(codebook: NDArray[np.floating], indices: NDArray[np.integer]) -> Quantized:
    """The same weights with the codebook ascending, each value once and each one used."""
    used, inverse = np.unique(indices, return_inverse=True)
    values, place = np.unique(codebook[used].astype(np.float32), return_inverse=True)
    kept = place[inverse].astype(smallest_index(len(values)))
    return Quantized(values, kept.reshape(indices.shape))
