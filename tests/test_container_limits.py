"""Reading takes no more memory than the cap and no more time than a file is worth, whatever the file declares."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_containers import network, same

from ki67.base.errors import InputError
from ki67.bench.specimen import resealed, small_network, specimen
from ki67.container.container import Compressed, packed, read, read_bytes

CAP = 64 << 20


def forged(header: dict[str, Any], words: int, k: int = 16) -> bytes:
    """A file that declares what it likes, with a codebook of k values and noise for streams, and a checksum that fits."""
    noise = np.random.default_rng(2).integers(1, 2**32, words, dtype=np.uint32)
    book = np.linspace(-1, 1, k, dtype=np.float32)
    whole = specimen().with_header(
        {"architecture": None, "description": {}, "codebooks": [k], "kernels": [], "vectors": []} | header
    )
    return resealed(
        whole.with_tensor("indices", noise).with_tensor("vectors", noise).with_tensor("codebooks", book).data, whole.digits
    )


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def smallest_cap(data: bytes) -> int:
    """To a hundredth: the cap from which on a file is read."""
    low, high = 1, 1 << 32
    while high > 1.01 * low:
        middle = int((low * high) ** 0.5) + 1
        try:
            read_bytes(data, "net", middle)
            high = middle
        except InputError:
            low = middle
    return high


@pytest.mark.parametrize(
    "compressed",
    [
        network([(300, 300)], 16),
        network([(300_000, 1)], 4096),
        network([(40, 4000)], 300),
        network([(10, 10)], 2, embedding=np.random.default_rng(6).normal(size=300_000).astype(np.float32)),
        replace(small_network(), description={"x": [{"a": {}}] * 30_000}),
        replace(small_network(), vectors={f"v{i}/gamma": np.zeros((), np.float32) for i in range(5000)}),
    ],
    ids=["k 16", "k 4096", "wide", "vector", "deep description", "many names"],
)
def test_reading_stays_under_the_smallest_cap_that_lets_it(compressed: Compressed) -> None:
    data = packed(compressed, "net")
    cap = smallest_cap(data)
    assert peak_of(lambda: read_bytes(data, "net", cap)) < cap
    with pytest.raises(InputError, match=r"cap|header"):
        read_bytes(data, "net", cap // 2)


FORGED = {
    "long kernel": forged({"kernels": [{"name": "a", "shape": [20_000, 64], "codebook": 0, "contexts": 8}]}, 4800),
    "wide kernel": forged({"kernels": [{"name": "a", "shape": [20, 65_000], "codebook": 0, "contexts": 8}]}, 4800),
    "long vector": forged({"vectors": [{"name": "a", "shape": [320_000]}]}, 4800),
    "many kernels": forged({"kernels": [{"name": f"{i}", "shape": [1], "codebook": 0} for i in range(2000)]}, 10),
    "many kinds": forged({"vectors": [{"name": f"{i}", "shape": [1]} for i in range(2000)]}, 1000),
    "large codebook": forged(
        {"kernels": [{"name": f"{i}", "shape": [9], "codebook": 0} for i in range(400)], "codebooks": [4000]}, 99, 4000
    ),
    "most of all": forged({"kernels": [{"name": f"{i}", "shape": [2**28], "codebook": 0} for i in range(3000)]}, 99),
    "one value": forged({"kernels": [{"name": "a", "shape": [2**28], "codebook": 0}], "codebooks": [1]}, 0, 1),
}


@pytest.mark.parametrize("data", FORGED.values(), ids=FORGED.keys())
def test_no_file_of_fifty_kilobytes_takes_more_than_the_cap(data: bytes) -> None:
    def attempt() -> None:
        with pytest.raises(InputError, match=r"^net: (damaged|needs)"):
            read_bytes(data, "net", CAP)

    assert peak_of(attempt) < CAP and len(data) < 50_000


def test_a_file_larger_than_the_cap_is_not_even_loaded(tmp_path: Path) -> None:
    with (tmp_path / "net.ki67").open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(InputError, match=r"net\.ki67: needs up to 4295 MB, over the cap of 67 MB; raise the cap"):
        read(tmp_path / "net.ki67", CAP)


def test_the_bound_on_work_leaves_room_for_real_networks() -> None:
    """Many small depthwise kernels in a large codebook are the least favourable that is in use."""
    compressed = network([(3, 3, 64, 1)] * 120, 4096)
    assert same(read_bytes(packed(compressed, "net"), "net"), compressed)
