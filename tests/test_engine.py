"""The fast engine finds what Keras finds, in fewer steps, and takes a model from wherever it lies."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from made import RECIPE
from model_folders import folder_of

from ki67.base.errors import InputError
from ki67.cells.density import Stamp
from ki67.container.container import read, write
from ki67.engine.description import LAYERS, Description, Thresholds
from ki67.engine.graphs import PIXELS, Floats, Network, folded, kernels, ov
from ki67.engine.model import COMPRESSED, load_model
from ki67.engine.names import PRECISIONS
from ki67.engine.pathonet import pathonet
from ki67.engine.precision import network
from ki67.models import pathonet as in_keras
from ki67.models.export import openvino_model
from ki67.models.store import save_model, weights_by_name
from ki67.weights import NETWORK, fields

ROOT = Path(__file__).parents[1]
CLOSE = 1e-5


@cache
def trained() -> keras.Model:
    """PathoNet with BatchNorm as training leaves it, and a last layer without a limit, so that nothing is hidden by it."""
    keras.utils.set_random_seed(1)
    model, rng = in_keras.pathonet("linear", 0.0), np.random.default_rng(2)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            n = layer.gamma.shape[0]
            layer.set_weights([rng.uniform(0.5, 1.5, n), rng.normal(0, 0.1, n), rng.normal(0, 0.1, n), rng.uniform(0.5, 2, n)])
    return model


def described(**changes: object) -> Description:
    values = {
        "architecture": "pathonet", "activation": "linear", "um_per_px": 0.135, "trained_on": "simulated", "data_hash": "x",
        "recipe": RECIPE, "thresholds": Thresholds(positive=95, negative=80, til=55),
    }  # fmt: skip
    return Description.model_validate(values | changes)


def apart(ones: Floats, others: Floats) -> float:
    return float(np.abs(ones - others).max() / np.abs(others).max())


@pytest.mark.parametrize("shape", [(1, 32, 32), (2, 64, 48)], ids=["least", "two, not square"])
def test_the_rewritten_network_gives_the_same_maps(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(3).random((*shape, 3), dtype=np.float32)
    maps = Network(folded(pathonet(weights_by_name(trained()).__getitem__, "linear"))).running(*pixels.shape)(pixels)
    theirs = trained().predict(pixels, verbose=0)
    assert np.abs(theirs).max() > 0.1
    assert apart(maps, theirs) < CLOSE


def gigaflop(graph: ov.Model) -> float:
    """Of one 256×256 picture: two for each weight of each convolution at each place."""
    graph.reshape({PIXELS: ov.PartialShape([1, 256, 256, 3])})
    convolutions = [node for node in graph.get_ordered_ops() if node.get_type_name() == "Convolution"]
    return (
        sum(2 * np.prod(node.input_value(1).get_shape()) * np.prod(node.get_output_shape(0)[2:]) for node in convolutions) / 1e9
    )


def test_the_rewritten_network_computes_a_fifth_less() -> None:
    assert gigaflop(openvino_model(trained())) == pytest.approx(10.48, abs=0.005)
    assert gigaflop(pathonet(weights_by_name(trained()).__getitem__, "linear")) == pytest.approx(8.21, abs=0.005)


def test_dilation_matters_to_the_rewritten_network() -> None:
    """Two-sided: one wrong dilation would show."""
    weights, pixels = weights_by_name(trained()), np.random.default_rng(3).random((1, 64, 64, 3), dtype=np.float32)
    wrong = {**weights, "decoder1_dilated1/kernel": weights["decoder1_dilated1/kernel"][::-1]}
    maps = Network(folded(pathonet(wrong.__getitem__, "linear"))).running(*pixels.shape)(pixels)
    assert apart(maps, trained().predict(pixels, verbose=0)) > 100 * CLOSE


@pytest.mark.parametrize(("precision", "most"), [("float32", 1e-5), ("bfloat16", 0.1), ("int8", 0.25)])
def test_other_numbers_change_the_shipped_networks_maps_a_little(precision: str, most: float) -> None:
    model, pixels = load_model(NETWORK), np.divide(fields().images[:1], np.float32(255), dtype=np.float32)
    exact = Network(folded(model.graph())).running(*pixels.shape)(pixels)
    maps = model.network(precision, lambda: fields().images).running(*pixels.shape)(pixels)
    assert apart(maps, exact) < most
    assert np.corrcoef(maps.ravel(), exact.ravel())[0, 1] > 0.99


def test_in_whole_numbers_all_kernels_but_the_last_are_bytes() -> None:
    model = load_model(NETWORK)
    running = model.network("int8", lambda: fields().images).running(1, 256, 256, 3)
    convolutions, whole = len(kernels(model.graph())), len(model.architecture.whole)
    assert running.arithmetic["i8"] == convolutions - whole > whole > 0
    assert sum(running.arithmetic.values()) == convolutions


def test_how_far_values_reach_comes_with_the_shipped_network() -> None:
    def never() -> None:
        raise AssertionError("no picture is needed")

    assert load_model(NETWORK).network("int8", never)


def test_a_network_that_does_not_say_how_far_values_reach_is_shown_pictures() -> None:
    model = load_model(NETWORK)
    silent = replace(model, shipped=replace(model.shipped, reach={}))
    told, shown = model.reach(lambda: fields().images), silent.reach(lambda: fields().images)
    assert told.keys() == shown.keys()
    assert told != shown


def test_a_folder_and_a_container_of_one_network_give_the_same_maps(tmp_path: Path) -> None:
    folder = folder_of(load_model(NETWORK), tmp_path / "folder")
    pixels = np.divide(fields().images[:1, :64, :64], np.float32(255), dtype=np.float32)
    one, other = (load_model(path).network("float32", lambda: fields().images) for path in (NETWORK, folder))
    assert apart(one.running(*pixels.shape)(pixels), other.running(*pixels.shape)(pixels)) < CLOSE


@pytest.mark.parametrize(
    ("written", "unit"),
    [(ROOT / "release/pathonet/model.json", (255.0, 255.0, 127.5)), (NETWORK, (255.0, 127.5, 127.5))],
    ids=["folder", "container"],
)
def test_a_stored_description_is_read_and_written_as_it_was(written: Path, unit: tuple[float, ...]) -> None:
    """Those that earlier runs stored must open, and what stages write must stay the same bytes."""
    told = json.loads(written.read_text()) if written.suffix == ".json" else read(written).description
    stored = {name: told[name] for name in Description.model_fields}
    description = Description.model_validate(stored)
    assert description.model_dump_json(indent=2) == json.dumps(stored, indent=2, ensure_ascii=False)
    assert description.recipe.stamp == Stamp() and description.recipe.unit == unit


def test_a_hash_tells_one_network_from_another(tmp_path: Path) -> None:
    stored = read(NETWORK)
    write(replace(stored, description=stored.description | {"data_hash": "y"}), tmp_path / "b.ki67")
    assert load_model(NETWORK).digest == load_model(NETWORK).digest
    assert load_model(tmp_path / "b.ki67").digest != load_model(NETWORK).digest


def test_a_network_without_thresholds_is_refused(tmp_path: Path) -> None:
    save_model(trained(), described(thresholds=None), tmp_path / "untuned")
    with pytest.raises(InputError, match="untuned: its thresholds were never tuned"):
        load_model(tmp_path / "untuned")


def test_an_architecture_that_the_engine_does_not_know_is_named(tmp_path: Path) -> None:
    save_model(trained(), described(architecture="pathonett"), tmp_path / "other")
    (tmp_path / "other" / LAYERS).unlink()
    with pytest.raises(InputError, match="does not know the network 'pathonett'; did you mean 'pathonet'"):
        load_model(tmp_path / "other").graph()


def test_a_container_that_is_no_network_for_cells_is_refused(tmp_path: Path) -> None:
    stored = read(NETWORK)
    write(replace(stored, description={"made_from": "mine.keras"}), tmp_path / "mine.ki67")
    with pytest.raises(InputError, match=r"mine\.ki67: no network for cells"):
        load_model(tmp_path / "mine.ki67")


def test_ranges_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    stored = read(NETWORK)
    write(replace(stored, description=stored.description | {"familiar": {"blur": 3}}), tmp_path / "odd.ki67")
    with pytest.raises(InputError, match=r"odd\.ki67: what it says of training pictures makes no sense"):
        load_model(tmp_path / "odd.ki67")


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_can_be_asked_for(precision: str) -> None:
    model = load_model(NETWORK)
    assert network(model.graph(), precision, model.architecture.whole, model.reach(lambda: fields().images))


def test_a_network_from_a_study_tells_its_maps_in_the_units_of_the_labels(tmp_path: Path) -> None:
    """A study compresses in the units it trained in; without them no pixel would reach a threshold."""
    stored = read(NETWORK)
    plain = {name: value for name, value in stored.description.items() if name != COMPRESSED}
    paths = {name: tmp_path / f"{name}.ki67" for name in ("told", "untold")}
    write(replace(stored, description=plain | {COMPRESSED: {}}), paths["told"])
    write(replace(stored, description=plain), paths["untold"])
    pixels = np.divide(fields().images[:1], np.float32(255), dtype=np.float32)
    told, untold = (load_model(path).network("float32", dict) for path in paths.values())
    ratio = told.running(*pixels.shape)(pixels).max((0, 1, 2)) / untold.running(*pixels.shape)(pixels).max((0, 1, 2))
    assert ratio == pytest.approx(stored.description["recipe"]["unit"], rel=1e-3)
