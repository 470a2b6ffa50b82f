"""A small container taken apart, so that fuzzing can change a part and put the rest together around it."""

import json
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue
from safetensors.numpy import load, save

from ki67.container.codebook import smallest_index
from ki67.container.container import Compressed, packed
from ki67.container.seal import BLANK, VERSION, sealed
from ki67.container.shared import SharedKernel, SharedWeights


@dataclass(frozen=True)
class Specimen:
    """The parts of a container; those of another are made by changing some."""

    tensors: dict[str, NDArray[Any]]
    header: dict[str, Any]
    digits: str
    version: int = VERSION

    @classmethod
    def of(cls, data: bytes) -> "Specimen":
        """The parts of a container."""
        tensors = dict(sorted(load(data).items()))
        place = data.index(b"sha256") + len('sha256\\":\\"')
        return cls(tensors, json.loads(zlib.decompress(tensors["header"].tobytes())), data[place : place + len(BLANK)].decode())

    @property
    def data(self) -> bytes:
        """The whole file, its checksum that of the undamaged one."""
        seal = json.dumps({"version": self.version, "sha256": self.digits}, separators=(",", ":"))
        return bytes(save(self.tensors, {"ki67": seal}))

    def with_tensor(self, name: str, values: NDArray[Any]) -> "Specimen":
        """With another tensor in its place."""
        return replace(self, tensors={**self.tensors, name: values})

    def with_text(self, text: bytes) -> "Specimen":
        """With another header text."""
        return self.with_tensor("header", np.frombuffer(zlib.compress(text), np.uint8))

    def with_header(self, header: Any) -> "Specimen":
        """The same file with a header that says something else."""
        return self.with_text(json.dumps(header, separators=(",", ":")).encode())


def resealed(data: bytes, digits: str) -> bytes:
    """The file with a checksum that fits, where it still has a place for one."""
    return sealed(data.replace(digits.encode(), BLANK, 1)) if digits.encode() in data else data


def small_network(seed: int = 0) -> Compressed:
    """A made-up network that uses all that the format has: kernels of every rank, codebooks small, large and of one value."""
    rng = np.random.default_rng(seed)
    shapes = {
        "conv": (3, 3, 3, 8),
        "point": (1, 1, 8, 24),
        "dense": (45, 24),
        "recurrent": (6, 20),
        "line": (5, 4),
        "still": (2, 3),
    }
    lengths, places = (16, 300, 1), (0, 0, 0, 1, 1, 2)
    codebooks = tuple(np.sort(rng.normal(size=length)).astype(np.float32) for length in lengths)
    kernels = []
    for (name, shape), place in zip(shapes.items(), places, strict=True):
        middle, spread = lengths[place] / 2, lengths[place] * rng.uniform(0.02, 0.3, shape[-1])
        indices = np.clip(rng.normal(middle, spread, shape), 0, lengths[place] - 1).astype(smallest_index(lengths[place]))
        kernels.append(SharedKernel(f"{name}/kernel", indices, place))
    vectors = {f"{name}/bias": rng.normal(size=shapes[name][-1]).astype(np.float32) for name in ("conv", "dense")}
    vectors |= {
        "bn/gamma": np.ones(8, np.float32),
        "bn/count": np.full((), 3, np.float32),
        "left/whole": np.zeros((4, 5), np.float32),
    }
    description: dict[str, JsonValue] = {"um_per_px": 0.135, "thresholds": [90.0, 85.0, 60.0], "trained_on": "nothing"}
    return Compressed(SharedWeights(codebooks, tuple(kernels)), vectors, {"builder": "made up"}, description)


def specimen() -> Specimen:
    """A small file that holds all that a file can hold: the one that mutations start from."""
    return Specimen.of(packed(small_network(), "specimen"))
