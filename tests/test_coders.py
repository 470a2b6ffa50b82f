"""The same network by every coder: nothing is lost on the way, whole files are weighed, and what cannot run says why."""

import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_containers import network, same
from some_weights import laplacian

from ki67.base.tables import read_json
from ki67.bench import coders
from ki67.bench.coders import CODERS, NNC, OURS, NotRun, Written, by_coder, by_nnc, integers, order_zero, through_nnc
from ki67.bench.equal_f1 import ALIKE, QPS, Benchmark, Rung, descend, step_of, with_step
from ki67.container.codebook import Floats
from ki67.container.vectors import shortened

HALF_PRECISION = shortened(np.random.default_rng(3).normal(0, 1, 500).astype(np.float32), 11)
NETWORK = network([(3, 3, 40, 60), (3, 3, 60, 40)], 100, **{"bn/gamma": HALF_PRECISION})


def floats_of(bits: np.ndarray) -> Floats:
    """What a receiver makes of `coders.bits`."""
    zeros, whole = int(bits[0]), bits[1:]
    sizes = (np.abs(whole) << zeros).astype(np.int32).view(np.float32)
    return np.where(whole < 0, -sizes, sizes)


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_floats_sent_as_whole_numbers_come_back(values: list[float]) -> None:
    sent = np.array(values, np.float32)
    assert np.array_equal(floats_of(coders.bits(sent)), sent)


def test_zeros_behind_short_floats_are_not_sent() -> None:
    assert np.abs(coders.bits(HALF_PRECISION)).max() < 2**18  # 8 bits of exponent, 10 of mantissa
    assert np.abs(coders.bits(np.array([1 + 2**-23], np.float32))).max() > 2**29
    assert not coders.bits(np.zeros(5, np.float32))[1:].any()


def test_places_are_counted_from_the_value_nearest_to_zero() -> None:
    shared = NETWORK.shared
    sent = integers(NETWORK)
    for kernel in shared.kernels:
        values, places = shared.values(kernel), sent[kernel.name]
        assert np.abs(values[places == 0]).max() == np.abs(shared.codebooks[0]).min()
        assert np.array_equal(np.argsort(places.ravel(), kind="stable"), np.argsort(values.ravel(), kind="stable"))


def test_all_of_a_network_is_in_every_file() -> None:
    raw, first = coders.end_to_end(NETWORK), NETWORK.shared.kernels[0].indices.tobytes()
    lists = [CODERS["lzma_pickle"].decode(file) for file in CODERS["lzma_pickle"].encode(NETWORK)]
    assert len(lists) == 3 and first in lists[0] and HALF_PRECISION.tobytes() in lists[2]
    for name in ("zstd_19", "zstd_22"):
        assert [CODERS[name].decode(file) for file in CODERS[name].encode(NETWORK)] == [raw]
    [file] = CODERS[OURS].encode(NETWORK)
    assert same(CODERS[OURS].decode(file), NETWORK)
    whole = sum(array.size for array in integers(NETWORK).values())
    assert whole == NETWORK.shared.weights + 100 + HALF_PRECISION.size + 2  # weights, codebook, vectors, two counts of zeros


def test_weights_without_memory_cost_every_coder_their_entropy_and_ours_little_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    written = {one.coder: one for one in by_coder("made", NETWORK, 4 * NETWORK.shared.weights)}
    bound = order_zero(NETWORK)
    assert written["order_zero"].file_bytes == bound
    assert all(written[name].file_bytes > bound for name in CODERS)
    assert written[OURS].file_bytes < 1.03 * bound
    assert written[OURS].ratio == 4 * NETWORK.shared.weights / written[OURS].file_bytes
    assert all(one.decode_s >= 0 for one in written.values() if one.decode_s is not None)
    constant = replace(network([(3, 3, 40, 60)], 1), vectors={})
    assert order_zero(constant) == 4


def pretended(folder: Path, does: str) -> str:
    """A `uv` that does this in place of the codec, with `sent`, `folder` and numpy at hand."""
    script = (
        "import json, sys, numpy as np\nfrom pathlib import Path\nsent, folder = dict(np.load(sys.argv[5])), Path(sys.argv[6])\n"
    )
    (folder / "uv").write_text(f"#!{sys.executable}\n{script}{does}\n")
    (folder / "uv").chmod(0o755)
    return str(folder)


ANSWER = """
(folder / "stream.nnc").write_bytes(bytes(77))
(folder / "costs.json").write_text(json.dumps({"encode_s": 1.5, "decode_s": 0.5}))
np.savez(folder / "decoded.npz", **sent)
"""


def test_the_stream_of_the_iso_codec_is_weighed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", pretended(tmp_path, ANSWER))
    assert by_nnc("made", NETWORK, 770) == Written("made", NNC, 77, 10.0, 1.5, 0.5)
    assert np.array_equal(through_nnc({"a/kernel": HALF_PRECISION}).decoded["a/kernel"], HALF_PRECISION)


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("sys.exit('no such package')", "nncodec: no such package"),
        ("sys.exit(1)", "nncodec: it gives no reason"),
        (f"sent['0'][0] += 1\n{ANSWER}", "nncodec: layer0/kernel did not come back as it was sent"),
    ],
)
def test_a_codec_that_fails_is_a_row_that_says_why(does: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", pretended(tmp_path, does))
    assert by_nnc("made", NETWORK, 1) == Written("made", NNC, not_run=says)


def test_without_uv_the_codec_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "uv is not on the path" in by_nnc("made", NETWORK, 1).not_run


def test_the_iso_codec_keeps_whole_numbers_and_its_quantiser_errs_as_ours_by_a_longer_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    weights = laplacian(20_000).reshape(100, 200)
    try:
        run = through_nnc({"weights": weights, "whole": np.arange(-300, 300, dtype=np.int32)}, qp=-24)
    except NotRun as error:
        pytest.skip(str(error))
    assert run.file_bytes < weights.nbytes / 4
    theirs = float(np.mean((run.decoded["weights"] - weights) ** 2))
    assert 0.7 < with_step(ALIKE * step_of(-24))(weights, 256).distortion(weights) / theirs < 1.4


def test_four_of_the_codecs_numbers_halve_its_step() -> None:
    assert [step_of(qp) for qp in (0, 1, 2, 3, 4, -4)] == [1, 1.25, 1.5, 1.75, 2, 0.5]
    assert all(step_of(coarse) > step_of(fine) for coarse, fine in pairwise(QPS))


def rung(qp: int, kept: bool) -> Rung:
    return Rung(OURS, step_of(qp), -qp, 1.0, 0.0, 0.9, 0.8, 0.4, 0.0, kept)


def test_the_ladder_ends_at_the_first_step_that_keeps_every_f1() -> None:
    third = QPS[2]
    assert [one.kept for one in descend(lambda qp: rung(qp, qp <= third))] == [False, False, True]
    assert len([*descend(lambda qp: rung(qp, False))]) == len(QPS)


def test_what_was_not_run_is_a_gap_and_times_are_no_metrics(tmp_path: Path) -> None:
    written = [
        Written("first", OURS, 500_000, 8.0, 0.2, 0.1), Written("first", NNC, not_run="no codec"),
        Written("another", OURS, 1_000_000, 4.0, 0.4, 0.3), Written("another", NNC, not_run="no codec"),
    ]  # fmt: skip
    result = Benchmark(written, [rung(-26, False), rung(-27, True)])
    result.keep(tmp_path)
    assert (tmp_path / "metrics/coders.csv").read_text() == "network,container,nnc\nfirst,8,\nanother,4,\n"
    assert (tmp_path / "measurements/coders.csv").read_text() == "coder,encode_s,decode_s\ncontainer,0.3,0.2\n"
    figures = read_json(tmp_path / "metrics/coders.json")
    assert figures["networks"]["first"][OURS]["round_megabytes"] == 1.0
    assert figures["networks"]["first"][NNC] == {
        "file_bytes": None,
        "ratio": None,
        "round_megabytes": None,
        "not_run": "no codec",
    }
    assert figures["equal_f1"][OURS]["file_bytes"] == 27
    assert figures["equal_f1"][NNC] == dict.fromkeys(figures["equal_f1"][OURS])
