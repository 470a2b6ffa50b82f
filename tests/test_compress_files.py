"""Any Keras model into one small file and back; what cannot be compressed is kept and listed, what is foreign is refused."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from ki67.base.errors import InputError
from ki67.compression.files import built, compress_file, expand_file, load_keras_file
from ki67.compression.keras_models import kernels, left_whole, put_shared
from ki67.container.container import read


def convolutional() -> keras.Model:
    pixels = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, activation="relu")(pixels)
    x = layers.DepthwiseConv2D(3)(x)
    x = layers.SeparableConv2D(8, 3)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Conv2DTranspose(4, 2)(x)
    return keras.Model(pixels, layers.Dense(5)(layers.GlobalAveragePooling2D()(x)), name="convolutional")


def recurrent() -> keras.Model:
    words = keras.Input((7,), dtype="int32")
    x = layers.Embedding(50, 8)(words)
    x = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x)
    x = layers.GRU(5, return_sequences=True)(x)
    x = layers.Conv1D(6, 3)(x)
    return keras.Model(words, layers.Dense(2)(layers.Flatten()(x)), name="recurrent")


def nested() -> keras.Model:
    """Two inner networks whose layers have the same names."""
    volume = keras.Input((6, 6, 6, 1))
    inner = [
        keras.Sequential([keras.Input((6, 6, 6, 1)), layers.Conv3D(4, 3, name="same")], name=name) for name in ("one", "other")
    ]
    both = layers.Add()([part(volume) for part in inner])
    return keras.Model(volume, layers.Dense(1)(layers.Flatten()(both)), name="nested")


INPUTS = {
    convolutional: np.random.default_rng(0).random((2, 16, 16, 3)).astype(np.float32),
    recurrent: np.random.default_rng(0).integers(0, 50, (2, 7)),
    nested: np.random.default_rng(0).random((2, 6, 6, 6, 1)).astype(np.float32),
}


def saved(model: keras.Model, folder: Path) -> Path:
    path = folder / f"{model.name}.keras"
    model.save(path)
    return path


@pytest.mark.parametrize("build", INPUTS)
@pytest.mark.parametrize("codebook", ["global", "layer"])
def test_the_expanded_model_predicts_what_its_shared_weights_say(build, codebook: str, tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    model = build()
    report = compress_file(saved(model, tmp_path), tmp_path / "m.ki67", "cws", 16, codebook)
    expand_file(tmp_path / "m.ki67", tmp_path / "back.keras")
    back = keras.models.load_model(tmp_path / "back.keras")
    limit = 16 if codebook == "global" else 16 * len(kernels(model))
    assert len(np.unique(np.concatenate([kernel.ravel() for kernel in kernels(back).values()]))) <= limit
    expected = load_keras_file(tmp_path / f"{model.name}.keras")
    put_shared(expected, read(tmp_path / "m.ki67").shared)
    assert np.array_equal(back(INPUTS[build]), expected(INPUTS[build]))
    assert not np.array_equal(back(INPUTS[build]), model(INPUTS[build]))
    assert report.bytes_after == (tmp_path / "m.ki67").stat().st_size


def test_with_as_many_values_as_weights_nothing_is_lost(tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    model = recurrent()
    count = sum(kernel.size for kernel in kernels(model).values())
    compress_file(saved(model, tmp_path), tmp_path / "m.ki67", "cws", count, "global")
    expand_file(tmp_path / "m.ki67", tmp_path / "back.keras")
    back = keras.models.load_model(tmp_path / "back.keras")
    assert np.array_equal(back(INPUTS[recurrent]), model(INPUTS[recurrent]))


@keras.saving.register_keras_serializable(package="tests")
class Odd(layers.Layer):
    def build(self, shape) -> None:
        self.matrix = self.add_weight(shape=(shape[-1], 3), name="matrix")

    def call(self, x):
        return x @ self.matrix


def test_a_layer_that_cannot_be_shared_is_listed() -> None:
    pixels = keras.Input((4,))
    model = keras.Model(pixels, layers.Dense(2)(Odd(name="odd")(pixels)))
    assert left_whole(model) == ["odd (Odd)"]
    assert left_whole(convolutional()) == left_whole(recurrent()) == []


def test_what_cannot_be_done_is_one_line(tmp_path: Path) -> None:
    path = saved(convolutional(), tmp_path)
    bare = keras.Sequential([keras.Input((4,)), layers.BatchNormalization()], name="bare")
    (tmp_path / "text.keras").write_text("no model")
    for wrong, says in (
        ((path, "kmeans", 16, "global"), "quantizer 'kmeans': unknown"),
        ((path, "csw", 16, "global"), "did you mean 'cws'"),
        ((path, "cws", 1, "global"), "k = 1"),
        ((path, "cws", 10**6, "global"), "weights to share"),
        ((saved(bare, tmp_path), "cws", 16, "global"), "no layer to compress"),
        ((tmp_path / "none.keras", "cws", 16, "global"), "none.keras"),
        ((tmp_path / "text.keras", "cws", 16, "global"), "Keras cannot load it"),
        ((tmp_path / "weights.h5", "cws", 16, "global"), "not a .keras file"),
    ):
        source, *rest = wrong
        with pytest.raises(InputError, match=says.replace("(", r"\(")) as refused:
            compress_file(source, tmp_path / "out.ki67", *rest)
        assert "\n" not in str(refused.value)
        assert not (tmp_path / "out.ki67").exists()


def test_a_container_is_replaced_by_a_newer_one_and_a_model_never(tmp_path: Path) -> None:
    source, out = saved(recurrent(), tmp_path), tmp_path / "m.ki67"
    sizes = [compress_file(source, out, "cws", k, "global").bytes_after for k in (4, 64)]
    assert sizes[0] < sizes[1] == out.stat().st_size
    expand_file(out, tmp_path / "back.keras")
    before = (tmp_path / "back.keras").read_bytes()
    with pytest.raises(InputError, match="there already"):
        expand_file(out, tmp_path / "back.keras")
    assert (tmp_path / "back.keras").read_bytes() == before


def test_weights_that_are_no_numbers_are_refused_by_layer(tmp_path: Path) -> None:
    model = convolutional()
    kernel = model.layers[1].kernel
    kernel.assign(np.full(kernel.shape, np.nan))
    with pytest.raises(InputError, match="NaN or infinite"):
        compress_file(saved(model, tmp_path), tmp_path / "out.ki67", "cws", 16, "global")


FOREIGN = [("module", "os"), ("module", "kerasx.layers"), ("class_name", "Lambda"), ("registered_name", "x>Y")]


@pytest.mark.parametrize("place", FOREIGN)
def test_an_architecture_that_names_foreign_code_is_refused(place: tuple[str, str]) -> None:
    config = json.loads(convolutional().to_json())
    config["config"]["layers"][1][place[0]] = place[1]
    with pytest.raises(InputError, match="not a layer of Keras"):
        built({"keras": config}, "m.ki67")
    assert isinstance(built({"keras": json.loads(convolutional().to_json())}, "m.ki67"), keras.Model)
