"""Networks that run while they stay compressed: the same output, and nothing of four bytes a weight behind it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import keras
import pytest
from engine_network import CLOSE, apart, by_layer, graph, network, on_int8_grid, output, pictures, together
from keras import layers

from ki67.base.errors import InputError
from ki67.compression.keras_models import put_shared
from ki67.container.shared import SharedWeights
from ki67.engine import index_map as run
from ki67.engine.graphs import Network, folded, kernel_named
from ki67.engine.index_map import expanded, index_map, stacks
from ki67.models.export import openvino_model


def test_the_engine_computes_what_keras_does() -> None:
    theirs = network().predict(pictures(), verbose=0)
    assert theirs.max() > 0.1
    assert apart(output(Network(folded(graph()))), theirs) < CLOSE
    assert apart(output(Network(graph())), theirs) < CLOSE


@pytest.mark.parametrize(
    "share", [together, partial(together, 1000), by_layer], ids=["one byte", "two bytes", "a codebook a layer"]
)
def test_the_index_map_gives_what_the_expanded_network_gives(share: Callable[[], SharedWeights]) -> None:
    shared = share()
    whole = output(expanded(graph(), shared))
    assert apart(output(index_map(graph(), shared)), whole) < CLOSE
    assert apart(whole, output(Network(folded(graph())))) > CLOSE


def test_the_expanded_network_is_that_of_keras() -> None:
    twin = keras.models.clone_model(network())
    twin.set_weights(network().get_weights())
    put_shared(twin, together(16))
    assert apart(output(expanded(graph(), together(16))), twin.predict(pictures(), verbose=0)) < CLOSE


def test_nothing_is_folded_back_to_floats() -> None:
    kept = {name: way(graph(), together()).running(*pictures().shape).widest_constant for name, way in WAYS.items()}
    largest = max(kernel.indices.size for kernel in together().kernels)
    assert kept["expanded"] == largest
    assert kept["index map"] < min(kernel.indices.size for kernel in together().kernels)


WAYS = {"expanded": expanded, "index map": index_map}


@pytest.mark.parametrize(("k", "size"), [(256, 1), (257, 2)])
def test_indices_are_fed_in_as_few_bytes_as_they_need(k: int, size: int) -> None:
    shared = together(k)
    feeds = index_map(graph(), shared).feeds
    places = [feed for name, feed in feeds.items() if not name.startswith("codebook")]
    assert sum(feed.nbytes for feed in places) == size * shared.weights
    assert sum(feed.nbytes for feed in feeds.values()) == size * shared.weights + shared.codebooks[0].nbytes


@pytest.mark.parametrize("at_once", [700, 40_000])
def test_large_kernels_are_read_in_parts_and_small_ones_together(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = output(expanded(graph(), together()))
    monkeypatch.setattr(run, "AT_ONCE", at_once)
    network = index_map(graph(), together())
    assert apart(output(network), whole) < CLOSE
    longest = max(kernel.indices.size // kernel.indices.shape[-1] for kernel in together().kernels)
    assert max(feed.size for name, feed in network.feeds.items() if name != "codebook0") <= max(at_once, 2 * longest)


def test_kernels_read_together_have_rows_of_one_length_and_one_codebook() -> None:
    names = [[kernel.name for kernel in stack] for stack in stacks(together().kernels)]
    assert ["plain/kernel", "dilated/kernel"] in names
    assert all(len(stack) == 1 for stack in stacks(by_layer().kernels))


def test_a_stored_network_runs_as_before(tmp_path: Path) -> None:
    for name, one in {"map": index_map(graph(), together()), "grid": on_int8_grid()}.items():
        one.save(tmp_path / name)
        assert apart(output(Network.load(tmp_path / name)), output(one)) < CLOSE


def test_compressed_weights_of_another_network_are_refused() -> None:
    with pytest.raises(InputError, match="no kernel other/kernel; the compressed weights belong to another network"):
        kernel_named(graph(), "other/kernel")


def test_a_layer_that_the_engine_is_not_told_of_is_named() -> None:
    pixels = keras.Input((8, 8, 3))
    model = keras.Model(pixels, layers.UnitNormalization(name="odd")(layers.Conv2D(2, 1)(pixels)))
    with pytest.raises(InputError, match="odd: a layer of kind UnitNormalization is not known here"):
        openvino_model(model)


# The int8 grid
