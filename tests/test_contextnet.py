"""Contextnet: how large it is, how far it sees, and the same maps in Keras and in the engine."""

import json

import keras
import numpy as np
import pytest

from ki67.app.browser.plan import plan_of
from ki67.engine.graphs import Floats, Network, folded, ov
from ki67.engine.layers import graph_of
from ki67.models.contextnet import STRIDE, contextnet
from ki67.models.pathonet import PARAMETERS
from ki67.models.store import weights_by_name

CLOSE = 1e-4


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """One whose BatchNorm has seen pictures, so that what comes out depends on what goes in."""
    keras.utils.set_random_seed(1)
    model = contextnet("linear")
    model(np.random.default_rng(2).random((3, 64, 64, 3), dtype=np.float32), training=True)
    return model


@pytest.fixture(scope="module")
def graph(network: keras.Model) -> ov.Model:
    return graph_of(json.loads(network.to_json()), weights_by_name(network).__getitem__)


def maps(network: keras.Model, pixels: Floats) -> Floats:
    return np.asarray(network(pixels, training=False))


def test_it_has_a_quarter_of_pathonets_parameters(network: keras.Model) -> None:
    assert network.count_params() == 721_187
    assert network.count_params() < PARAMETERS / 4


def test_what_lies_two_nuclei_away_is_seen(network: keras.Model) -> None:
    """A nucleus is ten to fourteen pixels of the frame; what lies beyond a map's reach changes nothing."""
    plain, middle = np.full((1, 512, 512, 3), 0.9, np.float32), 256
    before, moved = maps(network, plain)[0, middle, middle], {}
    for away in (28, 80, 240):
        marked = plain.copy()
        marked[:, middle + away : middle + away + STRIDE, middle : middle + STRIDE] = 0
        moved[away] = float(np.abs(maps(network, marked)[0, middle, middle] - before).max())
    assert moved[28] > 0 and moved[80] > 0
    assert moved[240] == pytest.approx(0, abs=1e-5)


def test_the_engine_gives_its_maps(network: keras.Model, graph: ov.Model) -> None:
    pixels = np.random.default_rng(3).random((1, 32, 48, 3), dtype=np.float32)
    given = Network(folded(graph)).running(*pixels.shape)(pixels)
    assert np.abs(given - maps(network, pixels)).max() < CLOSE
    assert np.abs(given).max() > 100 * CLOSE


def test_a_browser_runs_it_without_a_new_kind_of_layer(graph: ov.Model) -> None:
    kinds = [layer.kind for layer in plan_of(graph).layers]
    assert set(kinds) == {"convolve", "sum", "pool", "double"}
    assert kinds.count("convolve") == sum(node.get_type_name() == "Convolution" for node in graph.get_ordered_ops())
