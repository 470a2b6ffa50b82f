"""A container: what goes in comes out to the bit, small, the same everywhere, and for any reader."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import plain_reader
from made_containers import network, same
from safetensors import safe_open

from ki67.bench.coders import pickled, zstd
from ki67.bench.specimen import Specimen, resealed, small_network
from ki67.container.container import packed, read, read_bytes, write
from ki67.container.shared import SharedWeights


def test_what_goes_in_comes_out_to_the_bit(tmp_path: Path) -> None:
    write(small_network(), tmp_path / "net.ki67")
    assert same(read(tmp_path / "net.ki67"), small_network())
    assert not same(read(tmp_path / "net.ki67"), small_network(seed=1))


def test_any_float_is_kept(tmp_path: Path) -> None:
    odd = np.array([0.0, -0.0, 1e-45, -3.4028235e38, np.pi, 1 + 2**-23], np.float32)
    write(replace(small_network(), vectors={"odd": odd, "none/of/that": odd[::-1].reshape(2, 3)}), tmp_path / "net.ki67")
    assert {name: v.tobytes() for name, v in read(tmp_path / "net.ki67").vectors.items()} == {
        "odd": odd.tobytes(),
        "none/of/that": odd[::-1].tobytes(),
    }


def test_a_network_without_kernels_and_one_without_vectors() -> None:
    vectors_only = replace(small_network(), shared=SharedWeights((), ()))
    kernels_only = replace(small_network(), vectors={})
    for compressed in (vectors_only, kernels_only):
        assert same(read_bytes(packed(compressed, "net"), "net"), compressed)


def test_the_same_network_is_the_same_bytes_in_another_process() -> None:
    code = "from ki67.bench.specimen import *; import hashlib; print(hashlib.sha256(specimen().data).hexdigest())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert other == hashlib.sha256(packed(small_network(), "net")).hexdigest()


def test_the_reader_loads_no_network_library() -> None:
    code = "import sys, ki67.container.container as c; print([m for m in ('keras', 'tensorflow', 'pickle5') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_it_is_a_safetensors_file(tmp_path: Path) -> None:
    write(small_network(), tmp_path / "net.ki67")
    with safe_open(tmp_path / "net.ki67", "np") as file:
        assert set(file.keys()) == {"header", "codebooks", "indices", "vectors"}
        assert set(file.metadata()) == {"ki67"}
        assert np.array_equal(file.get_tensor("codebooks"), np.concatenate(small_network().shared.codebooks))


def test_a_reader_made_from_the_book_alone_reads_the_same(tmp_path: Path) -> None:
    write(small_network(), tmp_path / "net.ki67")
    plain, network = plain_reader.read(tmp_path / "net.ki67"), small_network()
    assert plain.kernels == {kernel.name: kernel.indices.ravel().tolist() for kernel in network.shared.kernels}
    assert plain.vectors == {name: values.ravel().tolist() for name, values in network.vectors.items()}
    assert plain.codebooks == [codebook.tolist() for codebook in network.shared.codebooks]
    assert {kernel.get("contexts", 1) for kernel in plain.header["kernels"]} == {1, 8}


def test_indices_take_hardly_more_than_their_entropy() -> None:
    compressed = network([(3, 3, 64, 64), (3, 3, 64, 128), (1, 1, 128, 16)], 64)
    ideal = compressed.shared.entropy * compressed.shared.weights / 8
    assert ideal < len(packed(compressed, "net")) < 1.01 * ideal + 1500


def test_smaller_than_what_general_compressors_make_of_the_arrays_alone() -> None:
    compressed = network([(3, 3, 64, 64), (3, 3, 64, 128)], 64)
    others = [zstd(compressed, 19), pickled(compressed)]
    assert len(packed(compressed, "net")) < min(sum(map(len, files)) for files in others)


def test_a_specimen_put_together_again_is_the_same_file() -> None:
    data = packed(small_network(), "net")
    assert Specimen.of(data).data == data
    assert resealed(data, Specimen.of(data).digits) == data
    assert len(data) <= 20_000 and json.loads(json.dumps(Specimen.of(data).header)) == Specimen.of(data).header
