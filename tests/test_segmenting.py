"""Segmentation networks: their shapes, a training that learns and survives a kill, a model that describes itself."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.cellularity.discs import CHANNELS, discs
from ki67.cellularity.fpn import fpn, sigmoid_maps
from ki67.cellularity.resnet import basic_block, convolution
from ki67.cellularity.segmenting import (
    DECODERS,
    fresh,
    load_segmentation,
    masks_of,
    predict_maps,
    result,
    train_and_save,
    train_decoder,
)
from ki67.cellularity.store import load_network
from ki67.cellularity.unet import unet
from ki67.data.patches import Nuclei, Patches
from ki67.models.experiment import Data
from ki67.models.training import Checkpoint, Epoch, Recipe, layer_precision, learning_rates
from ki67.settings.cellularity import Segment
from ki67.settings.params import values_of

ROOT = Path(__file__).parents[1]
COLOURS = ((60, 60, 160), (20, 20, 60), (130, 40, 120))


def spotted(count: int, seed: int = 1) -> Patches:
    """Patches with spots of three colours, a kind each, on pale ground."""
    rng = np.random.default_rng(seed)
    images, nuclei = np.full((count, 256, 256, 3), 225, np.uint8), []
    for image in images:
        xy, kind = rng.uniform(4, 252, (150, 2)).astype(np.float32), rng.integers(0, 3, 150).astype(np.uint8)
        nuclei.append(Nuclei(xy, kind))
        masks = discs(nuclei[-1])
        for number, colour in enumerate(COLOURS):
            image[masks[..., number] > 0] = colour
    names = tuple(f"{i}" for i in range(count))
    return Patches(names, names, images, np.full(count, np.nan, np.float32), tuple(nuclei))


def settings(**changes: object) -> Segment:
    values = values_of(Segment, ROOT / "params.yaml") | {"width": 0.1, "crop": 64, "epochs": 2, "crops_per_patch": 4, "batch": 4}
    return Segment(**(values | changes))


@pytest.fixture(scope="module")
def networks() -> dict[str, keras.Model]:
    keras.utils.set_random_seed(1)
    return {"fpn": fpn(0.1), "unet": unet(0.1)}


@pytest.mark.parametrize("decoder", ["fpn", "unet"])
def test_maps_have_the_patch_s_size_four_channels_and_lie_between_zero_and_one(networks, decoder: str) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 96, 3), np.uint8)
    maps = predict_maps(networks[decoder], images, batch=2)
    assert maps.shape == (3, 64, 96, 4)
    assert maps.dtype == np.float32
    assert 0 <= maps.min() < maps.max() <= 1
    np.testing.assert_allclose(maps[2:], predict_maps(networks[decoder], images[2:]), atol=1e-5)


def test_the_pyramid_joins_four_blocks_of_64_maps_and_drops_whole_ones(networks) -> None:
    network = networks["fpn"]
    assert network.get_layer("join").output.shape[-1] == 4 * 64
    dropping = keras.Model(network.input, network.get_layer("drop_maps").output)
    seen = keras.ops.convert_to_numpy(dropping(np.ones((1, 64, 64, 3), np.float32), training=True))[0]
    gone = (seen == 0).all(axis=(0, 1))
    assert 64 < gone.sum() < 192
    assert not (seen[..., ~gone] == 0).any()


def test_a_weak_label_is_one_channel_a_pixel() -> None:
    masks = masks_of(spotted(2))
    assert (masks.sum(axis=-1) == 1).all()
    assert masks[..., -1].mean() > 0.8


def test_imagenet_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="no ImageNet weights are public for a ResNet-34 with ELU before BatchNorm; set it"):
        fresh(settings(weights="imagenet"), "fpn")


def test_the_linear_schedule_falls_to_a_tenth() -> None:
    rate = learning_rates(Recipe(150, 1e-4, "linear", 0), steps=10)
    assert [float(rate(step)) for step in (0, 750, 1500)] == pytest.approx([1e-4, 5.5e-5, 1e-5])


def little(width: float) -> keras.Model:
    """What the trainings below need of a segmentation network, and no more: it is traced in a second."""
    pixels = keras.Input((None, None, 3), name="pixels")
    x = convolution(pixels, 16, 3, "stem")
    x = basic_block(x, 16, 1, "block")
    x = keras.layers.SpatialDropout2D(0.1, dtype="float32", name="drop_maps")(x)
    return keras.Model(pixels, sigmoid_maps(x), name="little")


def test_a_training_finds_spots_of_other_patches_and_the_network_comes_back_from_its_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(DECODERS, "fpn", little)
    monkeypatch.chdir(tmp_path)
    chosen = settings(epochs=3, crops_per_patch=12, learning_rate=0.02)
    parts = spotted(6), spotted(2, seed=2)
    data = Data(1.0, "simulated", "abc")
    model, curve = train_and_save(chosen, "fpn", parts, [], tmp_path, data)
    found = result(chosen, "fpn", model, curve, parts[1])
    assert found["validation"]["jaccard"]["mean"] > 0.6 > 10 * found["validation"]["everything_marked"]["mean"]
    assert found["validation"]["jaccard"]["mean"] == pytest.approx(curve["validation_jaccard"].iloc[-1], abs=0.02)
    assert found["imagenet"]["jaccard"] is None
    again, described = load_segmentation(tmp_path / "fpn")
    assert (described.width, described.recipe["epochs"], described.um_per_px) == (0.1, 3, 1.0)
    assert described.output.endswith(", ".join(CHANNELS))
    np.testing.assert_array_equal(predict_maps(again, parts[1].images), predict_maps(model, parts[1].images))
    with pytest.raises(InputError, match="holds a network 'fpn'; wanted is one of unet"):
        load_network(tmp_path / "fpn", ["unet"], lambda described: unet(described.width))


class Killed(Exception):
    pass


def test_a_killed_training_ends_as_an_unbroken_one(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(DECODERS, "fpn", little)
    parts, chosen = (spotted(2), spotted(1)), settings(crops_per_patch=2, precision="mixed_bfloat16")
    unbroken, curve = train_decoder(chosen, "fpn", *parts, tmp_path / "unbroken")
    save = Checkpoint.save

    def save_and_die(checkpoint: Checkpoint, model: keras.Model, curve: list[Epoch]) -> None:
        save(checkpoint, model, curve)
        raise Killed

    monkeypatch.setattr(Checkpoint, "save", save_and_die)
    with pytest.raises(Killed):
        train_decoder(chosen, "fpn", *parts, tmp_path / "broken")
    monkeypatch.setattr(Checkpoint, "save", save)
    resumed, curve_again = train_decoder(chosen, "fpn", *parts, tmp_path / "broken")
    assert curve_again.equals(curve)
    for one, other in zip(unbroken.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_layer_of_the_networks_is_stored_with_its_arithmetic() -> None:
    for build in DECODERS.values():
        with layer_precision("mixed_bfloat16"):
            network = build(0.1)
        again = keras.Model.from_config(network.get_config())
        kept, meant = ([layer.compute_dtype for layer in model.layers[1:]] for model in (again, network))  # after the input
        assert kept == meant
