"""How stained tissue absorbs light: Beer–Lambert, one absorption vector per stain."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Vector = tuple[float, float, float]


class Absorbers(Protocol):
    """Whatever three stains colour a section."""

    def matrix(self) -> Floats:
        """Their absorption vectors as rows, in the order of the concentration planes."""
        ...


@dataclass(frozen=True)
class Stains:
    """Unit optical-density vectors (red, green, blue) of what colours a field: they differ between labs and slides."""

    haematoxylin: Vector
    dab: Vector
    ground: Vector

    def matrix(self) -> Floats:
        """The three vectors as rows, in the order of the concentration planes."""
        return np.asarray([self.haematoxylin, self.dab, self.ground], dtype=np.float32)


def unit(values: NDArray[np.float64]) -> Vector:
    """A direction of absorption; how much there is of it is the concentration's part."""
    length = np.maximum(values, 0.02)
    length = length / np.linalg.norm(length)
    return float(length[0]), float(length[1]), float(length[2])


def jittered(vector: Vector, spread: float, rng: np.random.Generator) -> Vector:
    """A nearby stain: another batch, another thickness, another filter in the light path."""
    return unit(np.asarray(vector) * np.exp(rng.normal(0.0, spread, 3)))


def transmitted(concentrations: Floats, stains: Absorbers) -> Floats:
    """The share of white light that passes, (3, h, w): 10 to the minus sum of concentration times vector."""
    planes = concentrations.reshape(3, -1)
    density = stains.matrix().T @ planes
    np.multiply(density, np.float32(-np.log(10.0)), out=density)
    return np.asarray(np.exp(density, out=density).reshape(concentrations.shape), dtype=np.float32)
