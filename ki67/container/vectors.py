"""Floats that are not shared (biases, BatchNorm, embeddings left whole), kept bit for bit in as few bits as they need."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ki67.container.codebook import Floats, Indices

Plane = NDArray[np.uint8]
PLANES = 4


def planes(values: Floats) -> list[Plane]:
    """Four bytes of each value: exponent, upper, middle, and lower mantissa with the sign. Alike values share a byte."""
    bits = values.view(np.uint32)
    turned = (bits << 1) | (bits >> 31)
    return [(turned >> shift).astype(np.uint8) for shift in (24, 16, 8, 0)]


def from_planes(parts: Sequence[Indices]) -> Floats:
    """The values put together again from their four planes of bytes: undoes `planes`."""
    turned = parts[0].astype(np.uint32)
    for part in parts[1:]:
        turned <<= 8
        turned |= part
    return ((turned >> 1) | (turned << 31)).view(np.float32)


def by_kind(names: Iterable[str]) -> list[list[str]]:
    """Names that end alike, as `gamma` in `stem1_bn/gamma`, in the order in which they come: their values are coded together."""
    kinds: dict[str, list[str]] = {}
    for name in names:
        kinds.setdefault(name.rpartition("/")[2], []).append(name)
    return list(kinds.values())


def to_planes(vectors: Mapping[str, Floats]) -> list[Plane]:
    """The planes of all vectors, kind by kind."""
    kinds = [np.concatenate([vectors[name].ravel() for name in names]) for names in by_kind(vectors)]
    return [plane for values in kinds for plane in planes(values)]


def to_vectors(shapes: Mapping[str, tuple[int, ...]], parts: Sequence[Indices]) -> dict[str, Floats]:
    """The vectors of these shapes, in their order, from the planes of all of them."""
    found: dict[str, Floats] = {}
    for number, names in enumerate(by_kind(shapes)):
        values = from_planes(parts[PLANES * number : PLANES * (number + 1)])
        ends = np.cumsum([0, *(np.prod(shapes[name], dtype=int) for name in names)])
        found |= {name: values[a:b].reshape(shapes[name]) for name, (a, b) in zip(names, pairwise(ends), strict=True)}
    return {name: found[name] for name in shapes}


def shortened(values: Floats, bits: int) -> Floats:
    """The nearest values of so many significant bits. The zeros behind them cost nothing; 11 bits are those of half precision."""
    mantissa, exponent = np.frexp(values)
    return np.asarray(np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits), np.float32)
