"""The six backends: their counts, their maps, the same in Keras and in the engine, and any of them wherever PathoNet goes."""

from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from made import RECIPE

from ki67.base.errors import InputError
from ki67.compression.files import compress_file
from ki67.engine.description import LAYERS, Description, Thresholds
from ki67.engine.graphs import Floats, Network, folded
from ki67.engine.model import load_model
from ki67.models.deeplab_mobilenetv2 import BLOCKS
from ki67.models.export import openvino_model
from ki67.models.store import BACKENDS, save_model
from ki67.weights import fields

COUNTS = {
    "pathonet": 3_236_907,
    "fcrn_a": 1_365_888,
    "fcrn_b": 3_142_208,
    "deeplab_mobilenetv2": 2_142_019,
    "deeplab_xception": 41_253_587,
    "unet": 31_059_907,
}
SMALL = ("fcrn_a", "deeplab_mobilenetv2")
CLOSE = 1e-4


@cache
def network(name: str) -> keras.Model:
    """A backend whose BatchNorm has seen pictures, so that what comes out depends on what goes in."""
    keras.utils.set_random_seed(1)
    model, rng = BACKENDS[name]("linear", 0.0), np.random.default_rng(2)
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0
    model(rng.random((3, 64, 64, 3), dtype=np.float32), training=True)
    for layer in norms:
        layer.momentum = 0.99
    return model


def picture() -> Floats:
    return np.random.default_rng(3).random((1, 32, 48, 3), dtype=np.float32)


@cache
def maps(name: str) -> Floats:
    return np.asarray(network(name)(picture(), training=False))


def described(name: str, **changes: object) -> Description:
    values = {
        "architecture": name, "activation": "linear", "um_per_px": 0.135, "trained_on": "simulated", "data_hash": "x",
        "recipe": RECIPE, "thresholds": Thresholds(positive=95, negative=80, til=55),
    }  # fmt: skip
    return Description.model_validate(values | changes)


def apart(ones: Floats, others: Floats) -> float:
    return float(np.abs(ones - others).max() / np.abs(others).max())


@pytest.mark.parametrize("name", COUNTS)
def test_a_backend_has_the_parameters_that_the_paper_printed_for_it_or_for_another(name: str) -> None:
    assert list(COUNTS) == list(BACKENDS)
    assert network(name).count_params() == COUNTS[name]


@pytest.mark.parametrize("name", COUNTS)
def test_maps_are_three_of_the_pictures_size_and_may_be_negative(name: str) -> None:
    assert maps(name).shape == (1, 32, 48, 3)
    assert maps(name).dtype == np.float32
    assert maps(name).min() < 0
    assert maps(name).std(axis=(0, 1, 2)).min() > 0.02


@pytest.mark.parametrize("name", COUNTS)
def test_layers_have_names_of_their_own_and_the_last_is_called_maps(name: str) -> None:
    names = [layer.name for layer in network(name).layers]
    assert len(set(names)) == len(names)
    assert not [one for one in names if one.startswith(("conv2d", "batch_normalization", "re_lu", "add_"))]
    last = [layer for layer in network(name).layers if isinstance(layer, layers.Conv2D)][-1]
    assert (last.name, last.filters, last.activation.__name__) == ("maps", 3, "linear")


@pytest.mark.parametrize("name", COUNTS)
def test_a_rectified_backend_never_goes_below_nought(name: str) -> None:
    model = BACKENDS[name]("relu", 0.0)
    model.set_weights(network(name).get_weights())
    np.testing.assert_allclose(model(picture(), training=False), np.maximum(maps(name), 0), atol=1e-6)


@pytest.mark.parametrize("name", COUNTS)
def test_the_engine_gives_the_same_maps(name: str) -> None:
    engine = Network(folded(openvino_model(network(name)))).running(*picture().shape)
    assert apart(engine(picture()), maps(name)) < CLOSE


def test_a_pixel_of_padding_would_show_in_the_engine() -> None:
    """Two-sided: the tolerance is far below what a shifted kernel makes."""
    model = BACKENDS["deeplab_mobilenetv2"]("linear", 0.0)
    model.set_weights(network("deeplab_mobilenetv2").get_weights())
    kernel = model.get_layer("block_3_depthwise").kernel
    kernel.assign(np.roll(kernel.numpy(), 1, axis=0))
    engine = Network(folded(openvino_model(model))).running(*picture().shape)
    assert apart(engine(picture()), maps("deeplab_mobilenetv2")) > 100 * CLOSE


@pytest.mark.parametrize("name", SMALL)
def test_a_model_folder_needs_no_keras_to_run(name: str, tmp_path: Path) -> None:
    save_model(network(name), described(name), tmp_path)
    running = load_model(tmp_path).network("float32", lambda: fields().images).running(*picture().shape)
    assert apart(running(picture()), maps(name)) < CLOSE


def test_a_folder_without_its_layers_says_what_is_missing(tmp_path: Path) -> None:
    save_model(network("fcrn_a"), described("fcrn_a"), tmp_path)
    (tmp_path / LAYERS).unlink()
    with pytest.raises(InputError, match=r"does not know the network 'fcrn_a'.*network\.json"):
        load_model(tmp_path).graph()
    (tmp_path / LAYERS).write_text("{}")
    with pytest.raises(InputError, match=r"network\.json: describes no network"):
        load_model(tmp_path)


def test_layers_that_do_not_fit_their_weights_are_one_line(tmp_path: Path) -> None:
    save_model(network("fcrn_a"), described("fcrn_a"), tmp_path)
    text = (tmp_path / LAYERS).read_text()
    wrong = {"MinPooling2D": "a layer of kind MinPooling2D", "UpSampling2D": "lacks .interpolation.; train or copy"}
    for kind, says in wrong.items():
        (tmp_path / LAYERS).write_text(text.replace('"MaxPooling2D"', f'"{kind}"'))
        with pytest.raises(InputError, match=says):
            load_model(tmp_path).graph()


def test_in_whole_numbers_the_kernels_on_single_channels_and_the_last_stay_whole(tmp_path: Path) -> None:
    save_model(network("deeplab_mobilenetv2"), described("deeplab_mobilenetv2"), tmp_path)
    model = load_model(tmp_path)
    assert len(model.architecture.whole) == len(BLOCKS) + 1
    running = model.network("int8", lambda: fields().images[:2]).running(*picture().shape)
    assert running.arithmetic["i8"] > 30
    assert np.corrcoef(running(picture()).ravel(), maps("deeplab_mobilenetv2").ravel())[0, 1] > 0.9


@pytest.mark.parametrize("name", SMALL)
def test_a_compressed_backend_is_smaller_and_runs_in_the_engine(name: str, tmp_path: Path) -> None:
    save_model(network(name), described(name), tmp_path / "whole")
    report = compress_file(tmp_path / "whole", tmp_path / "small.ki67", "cws", 256, "global")
    assert report.whole == []
    assert report.bytes_before > 3.5 * report.bytes_after
    running = load_model(tmp_path / "small.ki67").network("float32", lambda: fields().images).running(*picture().shape)
    assert np.corrcoef(running(picture()).ravel(), maps(name).ravel())[0, 1] > 0.9
