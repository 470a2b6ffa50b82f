"""Representatives on an int8 grid: whose arithmetic runs, and how far values move."""

import numpy as np
import pytest
from engine_network import CLOSE, SIDE, by_layer, graph, network, on_int8_grid, output, pictures, together
from hypothesis import given
from hypothesis import strategies as st

from ki67.base.errors import InputError
from ki67.compression.keras_models import kernels
from ki67.engine.graphs import kernel_named
from ki67.engine.grids import LEAST, ends_with_zero, read_together
from ki67.engine.index_map import expanded
from ki67.engine.int8_grid import int8_grid, on_grid
from ki67.engine.saturation import FULL, SAFE


def test_int8_kernels_run_all_that_is_on_the_grid() -> None:
    count = len(by_layer().kernels)
    assert on_int8_grid().running(*pictures().shape).arithmetic == {"i8": count}
    assert on_int8_grid("maps/kernel").running(*pictures().shape).arithmetic == {"i8": count - 1, "f32": 1}
    assert expanded(graph(), by_layer()).running(*pictures().shape).arithmetic == {"f32": count}


def test_the_int8_grid_changes_the_output_a_little() -> None:
    whole, coarse = output(expanded(graph(), by_layer())), output(on_int8_grid())
    error = np.sqrt(np.mean((coarse - whole) ** 2) / np.mean(whole**2))
    assert CLOSE < error < 0.05


def test_more_representatives_than_a_byte_holds_are_refused() -> None:
    with pytest.raises(InputError, match="257 representatives are more than a byte holds; run it as an index map"):
        int8_grid(graph(), together(257), np.zeros((1, SIDE, SIDE, 3), np.uint8))


@given(st.sets(st.integers(-FULL, FULL), min_size=1), st.floats(1e-6, 1e3))
def test_multiples_of_a_step_are_on_the_grid_already(multiples: set[int], step: float) -> None:
    codebook = np.array(sorted(multiples), np.float32) * np.float32(step)
    found, places = on_grid(codebook, np.ones(len(codebook), np.int64), FULL)
    assert np.abs(found * places - codebook).max() <= 1e-5 * max(np.abs(codebook).max(), 1e-30)


@pytest.mark.parametrize("top", [SAFE, FULL])
@given(values=st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=40), seed=st.integers(0, 2**32 - 1))
def test_no_representative_in_use_moves_more_than_half_a_step(top: int, values: list[float], seed: int) -> None:
    codebook, counts = np.array(values, np.float32), np.random.default_rng(seed).integers(0, 3, len(values))
    step, places = on_grid(codebook, counts, top)
    assert np.abs(places).max() <= top
    assert np.all(np.abs(step * places - codebook)[counts > 0] <= step * 0.5001)
    assert np.all(places[counts == 0] == 0)


@given(st.floats(-1e3, 1e3), st.floats(0, 1e3))
def test_nought_is_a_value_of_every_grid(low: float, width: float) -> None:
    start, end = ends_with_zero(low, low + width)
    step = (end - start) / 255
    assert start / step == pytest.approx(round(start / step), abs=1e-6)
    assert start <= min(low, 0) + step and end >= max(low + width, 0) - step
    assert end - start <= max(max(low + width, 0) - min(low, 0), 255 * LEAST) * 1.0001


def test_what_a_kernel_reads_side_by_side_shares_a_grid() -> None:
    readers = {name: kernel_named(graph(), name).output(0) for name in kernels(network())}
    read = [next(iter(kernel.get_target_inputs())).get_node().input_value(0) for kernel in readers.values()]
    sizes = sorted(map(len, read_together(read)))
    assert sizes == [1, 1, 2]  # pixels; the sum; the stem's pictures, also pooled, beside those that came up


# Memory, time, pictures
