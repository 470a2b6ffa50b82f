"""What is damaged, newer, or no container is refused in one line; what could not be read is not written."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.bench.specimen import resealed, small_network, specimen
from ki67.container import coding
from ki67.container.container import Compressed, packed, read, read_bytes, write
from ki67.container.shared import SharedWeights


def test_every_changed_byte_is_noticed() -> None:
    data = packed(small_network(), "net")
    for place in range(0, len(data), 7):
        with pytest.raises(InputError) as refusal:
            read_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], "net")
        assert "\n" not in str(refusal.value) and str(refusal.value).startswith("net: ")


def test_a_newer_version_asks_for_an_update() -> None:
    newer = replace(specimen(), version=2)
    with pytest.raises(InputError, match=r"^net: made by a newer ki67 \(container version 2, this reads 1\); update ki67$"):
        read_bytes(resealed(newer.data, newer.digits), "net")


def test_a_stale_checksum_says_damaged() -> None:
    data = bytearray(packed(small_network(), "net"))
    data[-1] ^= 1
    with pytest.raises(InputError, match=r"^net: damaged \(its checksum does not fit\); copy it again from where it came$"):
        read_bytes(bytes(data), "net")


@pytest.mark.parametrize("data", [b"", b"\0" * 8, b"PK\3\4" + b"x" * 100, b"\2\0\0\0\0\0\0\0{}", b"\2\0\0\0\0\0\0\0[]"])
def test_what_is_no_container_is_said_to_be_none(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "net.ki67").write_bytes(data)
    with pytest.raises(InputError, match=r"net\.ki67: not a ki67 container; give a file that `ki67 compress` wrote"):
        read(tmp_path / "net.ki67")


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"net\.ki67: cannot be read \(No such file or directory\)"):
        read(tmp_path / "net.ki67")


def changed(**changes: Any) -> dict[str, Any]:
    return {**specimen().header, **changes}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (changed(codebooks=[16, 299, 1]), "codebooks are not as long as declared"),
        (changed(kernels=[{"name": "a", "shape": [4], "codebook": 9}]), "a codebook that is not there"),
        (changed(kernels=[{"name": "a", "shape": [4], "codebook": 0}] * 2), "a name comes twice"),
        (changed(kernels=[{"name": "a", "shape": [0], "codebook": 0}]), "kernels.0.shape.0"),
        (changed(kernels=[{"name": "a", "shape": [4], "codebook": "0"}]), "kernels.0.codebook"),
        (changed(code="print()"), "code: Extra inputs are not permitted"),
        (changed(vectors=[{"name": "a", "shape": [10**7]}]), "more vectors than their stream can hold"),
        (changed(vectors=[{"name": "a", "shape": [3]}]), "vectors: it does not end where its symbols do"),
        (changed(**{"new\nline\x1b[31m": 0}), "new line"),
    ],
)
def test_a_header_that_lies_is_refused_though_its_checksum_fits(header: dict[str, Any], said: str) -> None:
    whole = specimen().with_header(header)
    with pytest.raises(InputError, match=r"^net: damaged") as refusal:
        read_bytes(resealed(whole.data, whole.digits), "net")
    assert said in str(refusal.value) and str(refusal.value).isprintable()


@pytest.mark.parametrize(
    "text", ['{"architecture":1,"architecture":2}', '{"description":{"a":NaN}}', '{"description":{"a":1e999}}', "[" * 10**5]
)
def test_a_header_that_is_no_proper_json_is_refused(text: str) -> None:
    whole = specimen().with_text(text.encode())
    with pytest.raises(InputError, match=r"^net: damaged"):
        read_bytes(resealed(whole.data, whole.digits), "net")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_codebook_or_vector_that_is_not_finite_is_refused_both_ways(value: float, tmp_path: Path) -> None:
    whole = specimen()
    book = np.append(whole.tensors["codebooks"][:-1], value).astype(np.float32)
    with pytest.raises(InputError, match="codebook 2 holds what is no finite number"):
        read_bytes(resealed(whole.with_tensor("codebooks", book).data, whole.digits), "net")
    odd = replace(small_network(), vectors={"bn/gamma": np.array([1, value], np.float32)})
    with pytest.raises(InputError, match=r"net\.ki67: cannot be stored \(bn/gamma holds NaN or infinity\)"):
        write(odd, tmp_path / "net.ki67")
    assert list(tmp_path.iterdir()) == []


def with_kernel(**changes: Any) -> Compressed:
    network = small_network()
    first, *others = network.shared.kernels
    return replace(network, shared=SharedWeights(network.shared.codebooks, (replace(first, **changes), *others)))


@pytest.mark.parametrize(
    ("compressed", "said"),
    [
        (with_kernel(indices=np.full((2, 2), 16, np.uint8)), "conv/kernel has a place that is not in its codebook"),
        (with_kernel(name="point/kernel"), "a name comes twice"),
        (with_kernel(name=""), "name: String should have"),
        (with_kernel(codebook=3), "a codebook that is not there"),
        (replace(small_network(), description={"a": float("nan")}), "not JSON compliant"),
        (replace(small_network(), vectors={"a": np.zeros(3)}), "a is float64, not float32"),
    ],
)
def test_what_could_not_be_read_is_not_written(compressed: Compressed, said: str, tmp_path: Path) -> None:
    (tmp_path / "net.ki67").write_text("the one before")
    with pytest.raises(InputError, match=r"net\.ki67: cannot be stored") as refusal:
        write(compressed, tmp_path / "net.ki67")
    assert said in str(refusal.value)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the one before"]


def test_a_panic_in_the_coder_is_a_line_and_an_interrupt_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As a Rust library raises it."""

    def failing(error: BaseException) -> Callable[..., None]:
        def decode(*_: object) -> None:
            raise error

        return decode

    data = packed(small_network(), "net")
    monkeypatch.setattr(coding, "decode", failing(PanicException("index out of bounds")))
    with pytest.raises(InputError, match=r"^net: damaged"):
        read_bytes(data, "net")
    monkeypatch.setattr(coding, "decode", failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        read_bytes(data, "net")
