"""Damaging a container a great many times: every damaged file is refused in one line, or read as what it declares."""

import json
import time
import tracemalloc
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain
from random import Random
from typing import Any

import numpy as np
from safetensors.numpy import load
from tqdm import tqdm

from ki67.base.errors import InputError
from ki67.base.workers import pool
from ki67.bench.mutations import MUTATIONS
from ki67.bench.specimen import resealed, specimen
from ki67.container.codebook import smallest_index
from ki67.container.container import Compressed, read_bytes

CAP = 64 << 20
LONGEST = 1.0  # seconds of processor time
WEIGHED = 101  # of so many one is read with its memory measured; odd, so that half of them have a checksum that fits
BATCH = 1000
ENDS = ("refused", "read", "unchanged")  # all else is a failure
whole = cache(specimen)


@dataclass
class Report:
    """How often each kind of damage ended how. A failure is kept by its number: `mutant` makes its file again."""

    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)
    recomputed: int = 0
    slowest_s: float = 0.0
    peak_bytes: int = 0

    def add(self, other: "Report") -> None:
        """Take in what was found elsewhere."""
        self.ends += other.ends
        self.failures += other.failures
        self.recomputed += other.recomputed
        self.slowest_s, self.peak_bytes = max(self.slowest_s, other.slowest_s), max(self.peak_bytes, other.peak_bytes)

    def figures(self) -> dict[str, Any]:
        """For `metrics/`: the same numbers from the same seed, so neither times nor memory."""
        totals = {end: sum(n for (_, other), n in self.ends.items() if other == end) for end in ENDS}
        kinds = {kind: {end: self.ends[kind, end] for end in ENDS} for kind in (m.__name__ for m in MUTATIONS)}
        return {
            "mutations": self.ends.total(),
            "recomputed": self.recomputed,
            "container_bytes": len(whole().data),
            "ways": len(MUTATIONS),
            "weighed_one_in": WEIGHED,
            "cap_mb": CAP >> 20,
            **totals,
            "failures": len(self.failures),
            "kinds": kinds,
        }

    def costs(self) -> dict[str, float]:
        """The longest that reading a file took, and the most memory: for `measurements/`."""
        return {"slowest_ms": round(1000 * self.slowest_s, 1), "peak_mb": round(self.peak_bytes / 1e6, 2)}


def fuzz(count: int, seed: int = 0, processes: int = 1) -> Report:
    """Make so many damaged files and read each. The report does not depend on how many processes share the work."""
    starts = range(0, count, BATCH)
    ends = [min(start + BATCH, count) for start in starts]
    report, run = Report(), partial(_batch, seed)
    with tqdm(total=count, unit="file", disable=None) as bar:
        for found in _shared(run, starts, ends, processes):
            report.add(found)
            bar.update(found.ends.total())
    return report


def _shared(run: Any, starts: range, ends: list[int], processes: int) -> Iterator[Report]:
    if processes == 1:
        yield from map(run, starts, ends)
        return
    with pool(processes) as workers:
        yield from workers.map(run, starts, ends)


def _batch(seed: int, start: int, stop: int) -> Report:
    report = Report()
    for number in range(start, stop):
        kind, data, fits = mutant(seed, number)
        end, seconds, peak = _timed(data, fits, weighed=number % WEIGHED == 0)
        report.ends[kind, end] += 1
        report.recomputed += fits
        report.slowest_s, report.peak_bytes = max(report.slowest_s, seconds), max(report.peak_bytes, peak)
        if end not in ENDS:
            report.failures.append((number, end))
    return report


def mutant(seed: int, number: int) -> tuple[str, bytes, bool]:
    """A damaged file, the kind of its damage, and whether its checksum was made to fit: every other one's is."""
    random = Random(f"{seed}/{number}")
    mutation, fits = random.choice(MUTATIONS), number % 2 == 1
    data = mutation(whole(), random)
    return mutation.__name__, resealed(data, whole().digits) if fits else data, fits


def _timed(data: bytes, fits: bool, weighed: bool) -> tuple[str, float, int]:
    """How reading a file ends, its processor time, and its peak of memory if that is weighed, which takes time itself."""
    if weighed:
        tracemalloc.start()
    start = time.process_time()
    end = ending(data, fits)
    seconds = time.process_time() - start
    peak = 0
    if weighed:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    if end in ENDS and seconds > LONGEST:
        return "hung", seconds, peak
    return (f"over the cap: {peak}" if end in ENDS and peak > CAP else end), seconds, peak


def ending(data: bytes, fits: bool) -> str:
    """How reading a file ends; a checksum that does not fit leaves one way only."""
    try:
        result = read_bytes(data, "file", CAP)
    except InputError as error:
        return "refused" if "\n" not in str(error) else f"not one line: {error}"
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in a Rust library is no Exception
        return f"crashed: {error!r}"
    if data == whole().data:
        return "unchanged"
    if not fits:
        return "stale checksum read"
    return "read" if as_declared(result, data) else "read as something else than declared"


def as_declared(result: Compressed, data: bytes) -> bool:
    """Whether what was read has the names, shapes and lengths of the header, and only finite values."""
    header = json.loads(zlib.decompress(load(data)["header"].tobytes()))
    lengths, books = header["codebooks"], result.shared.codebooks
    declared = [(k["name"], tuple(k["shape"]), k["codebook"], smallest_index(lengths[k["codebook"]])) for k in header["kernels"]]
    found = [(k.name, k.indices.shape, k.codebook, k.indices.dtype) for k in result.shared.kernels]
    vectors = [(v["name"], tuple(v["shape"])) for v in header["vectors"]]
    return (
        found == declared
        and [(name, values.shape) for name, values in result.vectors.items()] == vectors
        and [len(book) for book in books] == lengths
        and all(kernel.indices.max() < lengths[kernel.codebook] for kernel in result.shared.kernels)
        and all(np.isfinite(values).all() for values in chain(books, result.vectors.values()))
    )
