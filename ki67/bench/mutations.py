"""Ways to damage a container: bytes anywhere, safetensors' own header, ours, codebooks and streams."""

import json
import math
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from ki67.bench.specimen import Specimen

NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 2, 3, 7, 9, 255, 256, 257, 65535, 65536, 65537, 2**28, 2**28 + 1, 2**31, 2**32, 2**63, 2**64, -(2**63), 10**400,
    0.5, 1e308, True, None, "1", [], {},
)  # fmt: skip
NAMES = ("", "a" * 257, "\0", "../../etc/passwd", "\ud800", "0", "ключ", "__metadata__", "a/b/c/d")
FLOATS = (math.nan, math.inf, -math.inf, 3.4e38, 1e-45, -0.0)
VERSIONS: tuple[Any, ...] = (0, -1, 2, 3, 10**9, 1.0, "1", None)
Mutation = Callable[[Specimen, Random], bytes]


def bits_flipped(whole: Specimen, random: Random) -> bytes:
    """One to eight bits anywhere."""
    data = bytearray(whole.data)
    for _ in range(random.randint(1, 8)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def bytes_overwritten(whole: Specimen, random: Random) -> bytes:
    """A stretch anywhere, with noise or one value."""
    data, length = bytearray(whole.data), random.randint(1, 64)
    start = random.randrange(len(data))
    noise = random.randbytes(length) if random.random() < 0.5 else bytes([random.choice((0, 1, 127, 128, 255))]) * length
    data[start : start + length] = noise
    return bytes(data)


def cut_short(whole: Specimen, random: Random) -> bytes:
    """The end is missing."""
    data = whole.data
    return data[: random.choice((random.randrange(len(data)), random.randrange(16), len(data) - random.randint(1, 16)))]


def drawn_out(whole: Specimen, random: Random) -> bytes:
    """Something follows the end."""
    return whole.data + random.choice((bytes(random.randint(1, 64)), random.randbytes(random.randint(1, 4096)), whole.data))


def stretch_moved(whole: Specimen, random: Random) -> bytes:
    """A stretch is taken out, doubled, or put somewhere else."""
    data = whole.data
    start, length, to = random.randrange(len(data)), random.randint(1, 256), random.randrange(len(data))
    piece, rest = data[start : start + length], data[:start] + data[start + length :]
    return random.choice((rest, data[:to] + piece + data[to:], rest[:to] + piece + rest[to:]))


def head_changed(whole: Specimen, random: Random) -> bytes:
    """A byte or a number of safetensors' own header, its length included."""
    data = bytearray(whole.data)
    size = int.from_bytes(data[:8], "little")
    if random.random() < 0.2:
        data[:8] = random.choice((0, 1, size - 1, size + 1, size + 8, 4096, 4097, len(data), 2**32, 2**63, 2**64 - 1)).to_bytes(
            8, "little"
        )
        return bytes(data)
    digits = [place for place in range(8, 8 + size) if chr(data[place]).isdigit()]
    place = random.choice(digits) if random.random() < 0.7 else random.randrange(8, 8 + size)
    data[place] = random.choice(b'0123456789-.eE[]{},:"x ')
    return bytes(data)


def key_twice(whole: Specimen, random: Random) -> bytes:
    """A key of our header, or of safetensors', comes a second time."""
    if random.random() < 0.5:
        text = json.dumps(whole.header)
        key = random.choice(["architecture", "codebooks", "kernels", "vectors", "name", "shape"])
        return whole.with_text(
            text.replace(f'"{key}":', f'"{key}": {random.choice(("0", "[]", "null"))}, "{key}":', 1).encode()
        ).data
    data = whole.data
    size = int.from_bytes(data[:8], "little")
    extra = random.choice((b'"header":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},', b'"__metadata__":{"ki67":"x"},'))
    return (size + len(extra)).to_bytes(8, "little") + data[8:9] + extra + data[9:]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield from _places(item, (*path, key))


def _at(header: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        header = header[step]
    return header


def number_changed(whole: Specimen, random: Random) -> bytes:
    """A number of the header is another, near or far, or no number."""
    header = deepcopy(whole.header)
    numbers = [path for path in _places(header) if isinstance(_at(header, path), int | float)]
    *path, last = random.choice(numbers)
    near = _at(header, (*path, last)) + random.choice((-8, -1, 1, 8))
    _at(header, tuple(path))[last] = random.choice(
        (near, near, random.randrange(2 ** random.randint(1, 40)), random.choice(NUMBERS))
    )
    return whole.with_header(header).data


def name_changed(whole: Specimen, random: Random) -> bytes:
    """A kernel or a vector has another name, a used one perhaps."""
    header = deepcopy(whole.header)
    parts = header["kernels"] + header["vectors"]
    random.choice(parts)["name"] = random.choice((*NAMES, *NUMBERS[:3], random.choice(parts)["name"]))
    return whole.with_header(header).data


def structure_changed(whole: Specimen, random: Random) -> bytes:
    """A part of the header is gone, doubled, swapped, of another kind, or unknown."""
    header = deepcopy(whole.header)
    *path, last = random.choice(list(_places(header)))
    parent = _at(header, tuple(path))
    match random.randrange(4):
        case 0:
            del parent[last]
        case 1 if isinstance(parent, list):
            parent.insert(last, deepcopy(random.choice(parent)))
        case 1:
            parent[random.choice(("new", "Name", "codebook", "contexts"))] = random.choice(NUMBERS)
        case 2 if isinstance(parent, list):
            random.shuffle(parent)
        case _:
            parent[last] = random.choice((*NUMBERS, *NAMES, [parent[last]], {"a": parent[last]}, [parent[last]] * 300))
    return whole.with_header(header).data


def text_changed(whole: Specimen, random: Random) -> bytes:
    """The header's text: a byte, a cut, NaN for a number, thousands of brackets."""
    text = json.dumps(whole.header).encode()
    place = random.randrange(len(text))
    match random.randrange(4):
        case 0:
            text = text[:place] + random.randbytes(1) + text[place + 1 :]
        case 1:
            text = text[:place]
        case 2:
            text = text.replace(b"0.135", random.choice((b"NaN", b"-Infinity", b"1e999", b"0" * 5000, b"9" * 5000)))
        case _:
            text = text[:place] + random.choice((b"[", b'{"a":', b'"')) * random.choice((1, 300, 100_000)) + text[place:]
    return whole.with_text(text).data


def deflate_changed(whole: Specimen, random: Random) -> bytes:
    """The deflated header: noise, a cut, something behind it, or far more text than it looks."""
    deflated = bytearray(whole.tensors["header"].tobytes())
    match random.randrange(4):
        case 0:
            deflated[random.randrange(len(deflated))] ^= 1 << random.randrange(8)
        case 1:
            del deflated[random.randrange(len(deflated)) :]
        case 2:
            deflated += random.randbytes(random.randint(1, 9))
        case _:
            deflated = bytearray(BOMB)
    return whole.with_tensor("header", np.frombuffer(bytes(deflated), np.uint8)).data


def codebook_changed(whole: Specimen, random: Random) -> bytes:
    """Values of the codebooks: not finite, out of order, too many or too few."""
    values = whole.tensors["codebooks"].copy()
    place = random.randrange(len(values))
    match random.randrange(4):
        case 0:
            values[place] = random.choice(FLOATS)
        case 1:
            values.view(np.uint32)[place] ^= np.uint32(1 << random.randrange(32))
        case 2:
            values = values[:place] if random.random() < 0.5 else np.append(values, values[:place])
        case _:
            values = values[::-1].copy()
    return whole.with_tensor("codebooks", values).data


def stream_changed(whole: Specimen, random: Random) -> bytes:
    """The words of a stream: bits, words taken out, put in, or all of them others."""
    name = random.choice(("indices", "vectors"))
    words = whole.tensors[name].copy()
    place, noise = random.randrange(len(words)), np.frombuffer(random.randbytes(4 * random.randint(1, 50)), np.uint32)
    match random.randrange(5):
        case 0:
            words[place] ^= np.uint32(1 << random.randrange(32))
        case 1:
            words = words[:place]
        case 2:
            words = np.concatenate([words[:place], noise, words[place:]])
        case 3:
            words[place : place + 50] = random.choice((0, 1, 2**32 - 1))
        case _:
            words = noise
    return whole.with_tensor(name, words).data


def tensor_changed(whole: Specimen, random: Random) -> bytes:
    """A tensor is of another type or shape, under another name, missing, or one too many."""
    name = random.choice(list(whole.tensors))
    tensor, tensors = whole.tensors[name], dict(whole.tensors)
    match random.randrange(5):
        case 0:
            tensors[name] = tensor.astype(random.choice((np.uint8, np.int64, np.float64)))
        case 1:
            tensors[name] = tensor.reshape(1, -1)
        case 2:
            tensors[random.choice(NAMES[2:4])] = tensors.pop(name)
        case 3:
            del tensors[name]
        case _:
            tensors["more"] = tensor
    return replace(whole, tensors=tensors).data


def version_changed(whole: Specimen, random: Random) -> bytes:
    """The version is another, or none."""
    return replace(whole, version=random.choice(VERSIONS)).data


BOMB = zlib.compress(bytes(2**24))
MUTATIONS: tuple[Mutation, ...] = (
    bits_flipped, bytes_overwritten, cut_short, drawn_out, stretch_moved, head_changed, key_twice, number_changed, name_changed,
    structure_changed, text_changed, deflate_changed, codebook_changed, stream_changed, tensor_changed, version_changed,
)  # fmt: skip
