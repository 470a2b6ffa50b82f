"""Networks stored in few bytes: nearly the same answers, from a much smaller file."""

from pathlib import Path

import numpy as np
import pytest

from ki67.engine.few_bytes import LARGE, TOP, in_few_bytes
from ki67.engine.graphs import KERNEL, PIXELS, Floats, Network, engine, op, ov

WIDE = 128  # channels, so that a kernel on each pixel alone is a large one
SHAPE = (1, 8, 8, 3)


def convolved(x: ov.Output, kernel: Floats, name: str) -> ov.Output:
    return op.convolution(x, op.constant(kernel, name=name + KERNEL), [1, 1], [0, 0], [0, 0], [1, 1]).output(0)


def graph(silent: int | None = None) -> ov.Model:
    """A small kernel, then a large one; one of its channels may give nothing."""
    rng = np.random.default_rng(4)
    first, second = (rng.normal(0, 0.1, (WIDE, depth, 1, 1)).astype(np.float32) for depth in (3, WIDE))
    assert first.size < LARGE <= second.size
    if silent is not None:
        second[silent] = 0
    pixels = op.parameter([-1, -1, -1, 3], np.float32, name=PIXELS)
    pixels.output(0).get_tensor().set_names({PIXELS})
    x = op.transpose(pixels, np.array([0, 3, 1, 2])).output(0)
    return ov.Model([convolved(convolved(x, first, "first"), second, "second")], [pixels], "two")


def answers(graph: ov.Model) -> Floats:
    return Network(graph).running(*SHAPE)(np.random.default_rng(5).random(SHAPE, np.float32))


def saved(graph: ov.Model, path: Path) -> int:
    ov.save_model(graph, path, compress_to_fp16=False)
    return path.with_suffix(".bin").stat().st_size


def test_answers_stay_within_what_a_byte_can_tell() -> None:
    whole, stored = answers(graph()), answers(in_few_bytes(graph()))
    assert 0 < np.abs(stored - whole).max() < np.abs(whole).max() / TOP


def test_a_file_is_small_and_reads_the_same(tmp_path: Path) -> None:
    whole, stored = saved(graph(), tmp_path / "whole.xml"), saved(in_few_bytes(graph()), tmp_path / "stored.xml")
    assert stored < 0.3 * whole
    assert np.array_equal(answers(engine().read_model(tmp_path / "stored.xml")), answers(in_few_bytes(graph())))


def test_small_kernels_are_halved_only() -> None:
    stored = {node.get_friendly_name(): node.get_element_type() for node in in_few_bytes(graph()).get_ordered_ops()}
    assert stored[f"first{KERNEL}/halved"] == ov.Type.f16
    assert stored[f"second{KERNEL}/bytes"] == ov.Type.i8


def test_a_channel_of_noughts_stays_one() -> None:
    found = answers(in_few_bytes(graph(silent=7)))
    assert np.all(found[:, 7] == 0) and np.all(np.isfinite(found))


@pytest.mark.parametrize("ending", [".xml", ".bin"])
def test_the_same_network_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    network = graph()
    for name in ("one", "other"):
        saved(in_few_bytes(network), tmp_path / f"{name}.xml")
    assert (tmp_path / f"one{ending}").read_bytes() == (tmp_path / f"other{ending}").read_bytes()
