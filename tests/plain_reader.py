"""A container read with nothing but the standard library, as the book's page describes the format: slow, and independent."""

import hashlib
import json
import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Stack:
    """rANS: a state and the words under it, last word on top."""

    words: list[int]
    state: int = 0

    def __post_init__(self) -> None:
        self.refill()

    def refill(self) -> None:
        while self.state < 2**32 and self.words:
            self.state = self.state << 32 | self.words.pop()

    def pop(self, frequencies: list[int]) -> int:
        place, symbol = self.state % 2**24, 0
        while place >= frequencies[symbol]:
            place -= frequencies[symbol]
            symbol += 1
        self.state = (self.state >> 24) * frequencies[symbol] + place
        self.refill()
        return symbol


def shares(weights: list[int], total: int) -> list[int]:
    found = [weight * (total - len(weights)) // sum(weights) + 1 for weight in weights]
    found[weights.index(max(weights))] += total - sum(found)
    return found


def blocks(size: int) -> Iterator[range]:
    start = 0
    while start < size:
        stop = min(start + min(max(64, start // 4), 65536), size)
        yield range(start, stop)
        start = stop


def message(stack: Stack, size: int, family: list[int], columns: int, contexts: int, centre: int) -> list[int]:
    """The next symbols of a stream; what comes in them is added to the family's counts."""
    alphabet = len(family)
    if alphabet == 1:
        return [0] * size
    start = shares([16 * count + 1 for count in family], 2**18)
    counts = [[0] * alphabet for _ in range(contexts)]
    sums, symbols = [0] * columns, []
    for block in blocks(size):
        group = [0] * columns
        if contexts > 1 and block.start >= columns:
            for rank, column in enumerate(sorted(range(columns), key=lambda c: sums[c])):
                group[column] = rank * contexts // columns
        own = [sum(column) for column in zip(*counts, strict=True)]
        middle = shares([4096 * count + first for count, first in zip(own, start, strict=True)], 2**18)
        tables = [shares([512 * c + m for c, m in zip(row, middle, strict=True)], 2**24) for row in counts]
        found = {}
        for context in range(contexts):
            for place in block:
                if group[place % columns] == context:
                    found[place] = stack.pop(tables[context])
        for place in block:
            counts[group[place % columns]][found[place]] += 1
            sums[place % columns] += abs(found[place] - centre)
            symbols.append(found[place])
    for symbol in symbols:
        family[symbol] += 1
    return symbols


def tensors_of(data: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    size = struct.unpack("<Q", data[:8])[0]
    head, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    metadata = head.pop("__metadata__")
    return metadata, {name: body[slice(*entry["data_offsets"])] for name, entry in head.items()}


def unpacked(kind: str, data: bytes) -> list[Any]:
    return list(struct.unpack(f"<{len(data) // 4}{kind}", data))


@dataclass
class Plain:
    """What is in a container: header, kernels by name as flat lists of places, vectors by name as flat lists of floats."""

    header: dict[str, Any]
    codebooks: list[list[float]]
    kernels: dict[str, list[int]]
    vectors: dict[str, list[float]]


def read(path: Path) -> Plain:
    data = path.read_bytes()
    metadata, tensors = tensors_of(data)
    digits = json.loads(metadata["ki67"])["sha256"].encode()
    assert hashlib.sha256(data.replace(digits, b"0" * 64, 1)).hexdigest().encode() == digits
    header = json.loads(zlib.decompress(tensors["header"]))
    values, codebooks = unpacked("f", tensors["codebooks"]), []
    for length in header["codebooks"]:
        codebooks.append(values[:length])
        values = values[length:]
    kernels = read_kernels(header["kernels"], codebooks, Stack(unpacked("I", tensors["indices"])))
    return Plain(header, codebooks, kernels, read_vectors(header["vectors"], Stack(unpacked("I", tensors["vectors"]))))


def read_kernels(declared: list[Any], codebooks: list[list[float]], stack: Stack) -> dict[str, list[int]]:
    families = [[0] * len(codebook) for codebook in codebooks]
    found = {}
    for kernel in declared:
        number, shape = kernel["codebook"], kernel["shape"]
        sizes = [abs(value) for value in codebooks[number]]
        centre = sizes.index(min(sizes))
        found[kernel["name"]] = message(stack, math.prod(shape), families[number], shape[-1], kernel.get("contexts", 1), centre)
    return found


def read_vectors(declared: list[Any], stack: Stack) -> dict[str, list[float]]:
    families = [[0] * 256 for _ in range(4)]
    kinds: dict[str, list[Any]] = {}
    for vector in declared:
        kinds.setdefault(vector["name"].split("/")[-1], []).append(vector)
    found = {}
    for members in kinds.values():
        total = sum(math.prod(vector["shape"]) for vector in members)
        planes = [message(stack, total, family, 1, 1, 0) for family in families]
        turned = [int.from_bytes(bytes(four), "big") for four in zip(*planes, strict=True)]
        values = [struct.unpack("<f", struct.pack("<I", word >> 1 | (word & 1) << 31))[0] for word in turned]
        for vector in members:
            size = math.prod(vector["shape"])
            found[vector["name"]], values = values[:size], values[size:]
    return found
