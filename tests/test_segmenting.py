"""Segmentation networks: their shapes, a training that learns and survives a kill, a model that describes itself."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ki67.cellularity.discs import CHANNELS, discs
from ki67.cellularity.fpn import fpn
from ki67.cellularity.segmenting import (
    describe,
    fresh,
    judged,
    load_segmentation,
    masks_of,
    predict_maps,
    result,
    train_decoder,
)
from ki67.cellularity.store import load_network
from ki67.cellularity.unet import unet
from ki67.data.patches import Nuclei, Patches
from ki67.errors import InputError
from ki67.models.experiment import Data
from ki67.models.store import save_model
from ki67.models.training import Checkpoint, Epoch, Recipe, learning_rates
from ki67.params import Segment, read

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
    values = read(ROOT / "params.yaml")["segment"] | {"width": 0.1, "crop": 64, "epochs": 2, "crops_per_patch": 4}
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


def test_a_training_finds_spots_of_other_patches_and_the_network_comes_back_from_its_folder(tmp_path: Path) -> None:
    chosen = settings(epochs=3, crops_per_patch=12, batch=4)
    parts = spotted(8), spotted(2, seed=2)
    model, curve = train_decoder(chosen, "unet", *parts, tmp_path / "state")
    found = result(chosen, "unet", model, curve, parts[1])
    assert found["validation"]["jaccard"]["mean"] > 0.3 > 4 * found["validation"]["everything_marked"]["mean"]
    assert found["imagenet"]["jaccard"] is None
    save_model(model, describe(chosen, "unet", Data(1.0, "simulated", "abc")), tmp_path / "model")
    again, described = load_segmentation(tmp_path / "model")
    assert (described.width, described.recipe["epochs"], described.um_per_px) == (0.1, 3, 1.0)
    assert described.output.endswith(", ".join(CHANNELS))
    np.testing.assert_array_equal(predict_maps(again, parts[1].images), predict_maps(model, parts[1].images))
    assert judged(again, parts[1]) == found["validation"]
    with pytest.raises(InputError, match="holds a network 'unet'; wanted is one of fpn"):
        load_network(tmp_path / "model", {"fpn": fpn})


class Killed(Exception):
    pass


def test_a_killed_training_ends_as_an_unbroken_one(tmp_path: Path, monkeypatch) -> None:
    parts = spotted(2), spotted(1)
    chosen = settings(crops_per_patch=2)
    unbroken, curve = train_decoder(chosen, "fpn", *parts, tmp_path / "unbroken")
    save = Checkpoint.save

    def save_and_die(checkpoint: Checkpoint, model: keras.Model, curve: list[Epoch]) -> None:
        save(checkpoint, model, curve)
        raise Killed

    monkeypatch.setattr(Checkpoint, "save", save_and_die)
    with pytest.raises(Killed):
        train_decoder(chosen, "fpn", *parts, tmp_path / "broken")
    monkeypatch.undo()
    resumed, curve_again = train_decoder(chosen, "fpn", *parts, tmp_path / "broken")
    assert curve_again.equals(curve)
    for one, other in zip(unbroken.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
