"""A compressed network in one file. Reading it runs no code, and takes no more memory than its caller allows.

The file is a safetensors file with four tensors: `header` (deflated JSON), `codebooks` (all of them end to end), `indices`
(the places of all kernels, one rANS stream) and `vectors` (everything else, another).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ki67.base.errors import InputError
from ki67.base.files import write_bytes
from ki67.container import coding
from ki67.container.adaptive import Message, Symbols
from ki67.container.codebook import Floats
from ki67.container.header import Header, Kernel, Part, deflated, inflated, parsed, reason
from ki67.container.limits import (
    CONTEXTS,
    DEFAULT_CAP,
    HEADER_SHARE,
    WIDEST,
    Refused,
    check_file,
    check_memory,
    check_messages,
    damaged,
)
from ki67.container.seal import blank_metadata, check_seal, sealed
from ki67.container.shared import SharedKernel, SharedWeights
from ki67.container.vectors import to_planes, to_vectors

WORTH = 1024  # weights from which on it is tried to tell a kernel's columns apart


@dataclass(frozen=True)
class Compressed:
    """A network as it is shipped: shared kernels, all other values, and what it takes to build and to use it."""

    shared: SharedWeights
    vectors: dict[str, Floats]
    architecture: JsonValue
    description: dict[str, JsonValue]


def write(compressed: Compressed, path: Path) -> None:
    """Write a container, in place when it is whole. The same network is the same bytes."""
    write_bytes(path, packed(compressed, str(path)))


def packed(compressed: Compressed, source: str) -> bytes:
    """The bytes of a container; `source` is what a refusal calls it."""
    shared = compressed.shared
    try:
        plain = _header(compressed)
        _check_values(compressed)
        header = _with_contexts(plain, shared)
        kernels, vectors = header.kernel_messages(shared.codebooks), header.vector_messages()
        tensors = {
            "header": np.frombuffer(deflated(header), np.uint8),
            "codebooks": np.concatenate([np.zeros(0, np.float32), *shared.codebooks]),
            "indices": coding.encode(kernels, [kernel.indices.ravel() for kernel in shared.kernels]),
            "vectors": coding.encode(vectors, to_planes(compressed.vectors)),
        }
        data = sealed(save(tensors, blank_metadata()))
        check_messages([*kernels, *vectors], len(data))
    except ValueError as error:
        raise InputError(f"{source}: cannot be stored ({reason(error)})") from error
    return data


def _check_values(compressed: Compressed) -> None:
    shared = compressed.shared
    floats = {**_by_number(shared.codebooks), **compressed.vectors}
    for name, values in floats.items():
        if values.dtype != np.float32:
            raise ValueError(f"{name} is {values.dtype}, not float32")
    if odd := _not_finite(floats):
        raise ValueError(f"{odd} holds NaN or infinity")
    for kernel in shared.kernels:
        if kernel.indices.max() >= len(shared.codebooks[kernel.codebook]):
            raise ValueError(f"{kernel.name} has a place that is not in its codebook")


def _header(compressed: Compressed) -> Header:
    shared = compressed.shared
    return Header(
        architecture=compressed.architecture,
        description=compressed.description,
        codebooks=tuple(map(len, shared.codebooks)),
        kernels=tuple(Kernel(name=k.name, shape=k.indices.shape, codebook=k.codebook) for k in shared.kernels),
        vectors=tuple(Part(name=name, shape=values.shape) for name, values in compressed.vectors.items()),
    )


def _with_contexts(header: Header, shared: SharedWeights) -> Header:
    messages = header.kernel_messages(shared.codebooks)
    contexts = [_contexts(m, kernel.indices.ravel()) for m, kernel in zip(messages, shared.kernels, strict=True)]
    kernels = [k.model_copy(update={"contexts": number}) for k, number in zip(header.kernels, contexts, strict=True)]
    return header.model_copy(update={"kernels": tuple(kernels)})


def _contexts(message: Message, symbols: Symbols) -> int:
    """Whether it pays to tell a kernel's columns apart."""
    if message.size < WORTH or not 2 * CONTEXTS <= message.columns <= WIDEST:
        return 1
    return min((1, CONTEXTS), key=lambda contexts: coding.bits(replace(message, contexts=contexts), symbols))


def read(path: Path, cap: int = DEFAULT_CAP) -> Compressed:
    """Read a container, in at most `cap` bytes of memory."""
    try:
        check_file(path.stat().st_size, cap)
        data = path.read_bytes()
    except Refused as error:
        raise InputError(f"{path}: {error}") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give a file that `ki67 compress` wrote") from error
    return read_bytes(data, str(path), cap)


def read_bytes(data: bytes, source: str, cap: int = DEFAULT_CAP) -> Compressed:
    """What `read` does with a file's content; `source` is what a refusal calls it."""
    try:
        check_file(len(data), cap)
        check_seal(data)
        return _unpacked(data, cap)
    except Refused as error:
        raise InputError(f"{source}: {error}") from error


def _unpacked(data: bytes, cap: int) -> Compressed:
    tensors = _loaded(data)
    text = inflated(tensors["header"].tobytes(), cap // HEADER_SHARE)
    header = parsed(text)
    codebooks = _codebooks(tensors["codebooks"], header.codebooks)
    kernels, vectors = header.kernel_messages(codebooks), header.vector_messages()
    for name, messages in (("indices", kernels), ("vectors", vectors)):
        if not coding.fits(messages, tensors[name].size):
            raise damaged(f"more {name} than their stream can hold")
    with _refusal_of("its header"):
        check_messages([*kernels, *vectors], len(data))
    check_memory(kernels, header.values, len(text), len(data), cap)
    indices = _decoded("indices", kernels, tensors["indices"])
    values = to_vectors(header.vector_shapes, _decoded("vectors", vectors, tensors["vectors"]))
    _check_finite(values)
    shared = [SharedKernel(k.name, i.reshape(k.shape), k.codebook) for k, i in zip(header.kernels, indices, strict=True)]
    return Compressed(SharedWeights(codebooks, tuple(shared)), values, header.architecture, header.description)


def _loaded(data: bytes) -> dict[str, NDArray[Any]]:
    with _refusal_of("as a safetensors file"):
        tensors = load(data)
    if any(tensor.ndim != 1 for tensor in tensors.values()):
        raise damaged("a tensor of more than one axis")
    return tensors


def _codebooks(values: Floats, lengths: Sequence[int]) -> tuple[Floats, ...]:
    if sum(lengths) != len(values):
        raise damaged("its codebooks are not as long as declared")
    codebooks = tuple(np.split(values, np.cumsum(lengths)[:-1])) if lengths else ()
    _check_finite(_by_number(codebooks))
    return codebooks


def _decoded(name: str, messages: Sequence[Message], words: coding.Words) -> list[Symbols]:
    with _refusal_of(name):
        return coding.decode(messages, words)


@contextmanager
def _refusal_of(what: str) -> Iterator[None]:
    """Both libraries are written in Rust: should one of them panic, what comes is not even an Exception."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, ValueError | SafetensorError) or type(error).__name__ == "PanicException":
            raise damaged(f"{what}: {error}") from error
        raise


def _check_finite(values: Mapping[str, Floats]) -> None:
    if odd := _not_finite(values):
        raise damaged(f"{odd} holds what is no finite number")


def _not_finite(values: Mapping[str, Floats]) -> str | None:
    """The first array that holds NaN or infinity."""
    return next((name for name, array in values.items() if not np.isfinite(array).all()), None)


def _by_number(codebooks: Sequence[Floats]) -> dict[str, Floats]:
    return {f"codebook {number}": codebook for number, codebook in enumerate(codebooks)}
