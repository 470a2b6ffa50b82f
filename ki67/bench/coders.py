"""The same compressed network written by each coder: what is decoded is the same, so is every F1, and only the bytes differ."""

import json
import lzma
import math
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from ki67.container.codebook import Floats, Quantized
from ki67.container.container import Compressed, packed, read_bytes
from ki67.container.vectors import by_kind, to_planes

Integers = NDArray[np.int32]
Arrays = Mapping[str, NDArray[Any]]
SCRIPT = Path(__file__).with_name("nnc.py")
OURS, NNC = "container", "nnc"


class NotRun(Exception):
    """What could not be measured here; the message says why."""


@dataclass(frozen=True)
class Written:
    """A network by one coder: whole bytes and CPU seconds, or why there are none."""

    network: str
    coder: str
    file_bytes: int | None = None
    ratio: float | None = None  # float32 parameters against these bytes
    encode_s: float | None = None
    decode_s: float | None = None
    not_run: str = ""

    @property
    def round_megabytes(self) -> float | None:
        """Of one round of federated training, for one site: the network goes there and comes back."""
        return None if self.file_bytes is None else 2 * self.file_bytes / 1e6


@dataclass(frozen=True)
class Coder:
    """How a network becomes files, and how each of them becomes its content again."""

    encode: Callable[[Compressed], list[bytes]]
    decode: Callable[[bytes], object]


def lists(compressed: Compressed) -> list[list[NDArray[Any]]]:
    """All that is to be sent: indices, codebooks, everything else."""
    shared = compressed.shared
    return [[kernel.indices for kernel in shared.kernels], [*shared.codebooks], [*compressed.vectors.values()]]


def pickled(compressed: Compressed) -> list[bytes]:
    """As published, each list a pickle inside lzma. Pickles are written here to be weighed, and never read."""
    return [lzma.compress(ForkingPickler.dumps(part)) for part in lists(compressed)]


def end_to_end(compressed: Compressed) -> bytes:
    """All arrays without names and shapes, which a receiver is taken to know."""
    return b"".join(np.ascontiguousarray(array).tobytes() for part in lists(compressed) for array in part)


def zstd(compressed: Compressed, level: int) -> list[bytes]:
    """The arrays end to end in Zstandard."""
    return [zstandard.ZstdCompressor(level).compress(end_to_end(compressed))]


CODERS = {
    "lzma_pickle": Coder(pickled, lzma.decompress),
    "zstd_19": Coder(partial(zstd, level=19), zstandard.ZstdDecompressor().decompress),
    "zstd_22": Coder(partial(zstd, level=22), zstandard.ZstdDecompressor().decompress),
    OURS: Coder(lambda compressed: [packed(compressed, OURS)], partial(read_bytes, source=OURS)),
}


def by_coder(network: str, compressed: Compressed, float32_bytes: int) -> Iterator[Written]:
    """A network by every coder, and what an ideal coder without memory needs."""
    for name, coder in CODERS.items():
        start = time.process_time()
        files = coder.encode(compressed)
        middle = time.process_time()
        for file in files:
            coder.decode(file)
        end = time.process_time()
        size = sum(map(len, files))
        yield Written(network, name, size, float32_bytes / size, middle - start, end - middle)
    yield by_nnc(network, compressed, float32_bytes)
    bound = order_zero(compressed)
    yield Written(network, "order_zero", bound, float32_bytes / bound)


def by_nnc(network: str, compressed: Compressed, float32_bytes: int) -> Written:
    """A network by the ISO codec, or why not."""
    try:
        run = through_nnc(integers(compressed))
    except NotRun as error:
        return Written(network, NNC, not_run=str(error))
    return Written(network, NNC, run.file_bytes, float32_bytes / run.file_bytes, run.encode_s, run.decode_s)


def order_zero(compressed: Compressed) -> int:
    """Bytes by the entropy of each kernel's indices, and of the other values byte by byte; codebooks as they are."""
    every_byte = np.arange(256, dtype=np.float32)
    vectors = sum(Quantized(every_byte, plane).entropy * plane.size for plane in to_planes(compressed.vectors))
    shared = compressed.shared
    return math.ceil((shared.entropy * shared.weights + vectors) / 8) + 4 * sum(map(len, shared.codebooks))


def integers(compressed: Compressed) -> dict[str, Integers]:
    """A network in whole numbers, which the ISO codec keeps: places counted from that of zero, and the bits of floats."""
    shared = compressed.shared
    centres = [np.int32(np.abs(codebook).argmin()) for codebook in shared.codebooks]
    kernels = {kernel.name: kernel.indices.astype(np.int32) - centres[kernel.codebook] for kernel in shared.kernels}
    return kernels | {f"codebook {n}": bits(codebook) for n, codebook in enumerate(shared.codebooks)} | joined(compressed.vectors)


def joined(vectors: Mapping[str, Floats]) -> dict[str, Integers]:
    """Vectors kind by kind, as the container has them: fewer units for the codec, each with more to learn from."""
    kinds = [np.concatenate([vectors[name].ravel() for name in names]) for names in by_kind(vectors)]
    return {f"vectors {number}": bits(values) for number, values in enumerate(kinds)}


def bits(values: Floats) -> Integers:
    """Floats as signed whole numbers, without the zero bits that all of them end in; how many these are comes first."""
    sizes = np.abs(values).view(np.int32)
    zeros = next((n for n in range(23, 0, -1) if not (sizes % (1 << n)).any()), 0)
    whole = sizes >> zeros
    return np.concatenate([np.array([zeros], np.int32), np.where(values < 0, -whole, whole)])


@dataclass(frozen=True)
class NncRun:
    """What the ISO codec made of some arrays."""

    file_bytes: int
    encode_s: float
    decode_s: float
    decoded: dict[str, NDArray[Any]]


def through_nnc(sent: Arrays, qp: int = 0) -> NncRun:
    """Arrays through the ISO codec in its own environment; its whole numbers are checked to be those that were sent."""
    uv = shutil.which("uv")
    if not uv:
        raise NotRun("uv is not on the path, so the codec has no environment to run in")
    with TemporaryDirectory() as name:
        folder = Path(name)
        numbered: dict[str, Any] = {str(number): array for number, array in enumerate(sent.values())}
        np.savez(folder / "sent.npz", **numbered)
        command: list[str | Path] = [uv, "run", "--quiet", "--script", SCRIPT, folder / "sent.npz", folder, str(qp)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotRun(f"nncodec: {(done.stderr.strip().splitlines() or ['it gives no reason'])[-1]}")
        run = _run_in(folder, list(sent))
    if odd := [name for name, array in sent.items() if array.dtype == np.int32 and not np.array_equal(array, run.decoded[name])]:
        raise NotRun(f"nncodec: {odd[0]} did not come back as it was sent")
    return run


def _run_in(folder: Path, names: list[str]) -> NncRun:
    with np.load(folder / "decoded.npz", allow_pickle=False) as stored:
        decoded = {name: stored[str(number)] for number, name in enumerate(names)}
    costs = json.loads((folder / "costs.json").read_text())
    return NncRun((folder / "stream.nnc").stat().st_size, costs["encode_s"], costs["decode_s"], decoded)
