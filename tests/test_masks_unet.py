"""The app's network: its size, its loss, the ways it sees a field, a training that learns and survives a kill."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from keras import layers
from made_masks import mask_fields
from pydantic import ValidationError

from ki67.base.errors import InputError
from ki67.cellularity.augmentation import turned
from ki67.cellularity.resnet50 import resnet50_features
from ki67.masks import learning, store
from ki67.masks.dice import dice_loss
from ki67.masks.fields import MaskFields
from ki67.masks.flips import WAYS, random_way, seen_another_way
from ki67.masks.learning import MaskCrops, iou_on, one_hot, predicted_classes, train_unet
from ki67.masks.names import BACKGROUND, NEGATIVE, POSITIVE
from ki67.masks.pixels import class_maps
from ki67.masks.predicted import PredictedMasks
from ki67.masks.store import described, load_mask_network
from ki67.masks.training_pictures import learning_curve
from ki67.masks.training_summary import iou_of_nothing, parameters_that_learn, trained
from ki67.masks.unet_resnet50 import (
    DECODER,
    ENCODER,
    MAPS,
    build_unet_resnet50,
    class_shares,
    copy_without_biases,
    decoded,
    resnet50,
    start_from_imagenet,
)
from ki67.models.experiment import Data
from ki67.models.store import save_model
from ki67.models.training import Checkpoint, Epoch
from ki67.settings.masks import MasksUnet
from ki67.settings.params import values_of

ROOT = Path(__file__).parents[1]


def settings(**changes: object) -> MasksUnet:
    values = values_of(MasksUnet, ROOT / "params.yaml")
    small = {"crop": 64, "epochs": 2, "crops_per_field": 4, "batch": 4, "learning_rate": 0.01, "precision": "float32"}
    return MasksUnet(**(values | small | changes))


def little(width: float = 1.0, weights: str = "random") -> keras.Model:
    """What a training needs of the network, and no more: it is traced in a second."""
    pixels = keras.Input((None, None, 3), name="pixels")
    return keras.Model(pixels, class_shares(decoded(pixels, 16, "decoder")), name="little")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "build_unet_resnet50", little)
    monkeypatch.setattr(store, "build_unet_resnet50", little)


def painted(count: int, seed: int = 1) -> MaskFields:
    """Fields with brown and blue squares on pale ground, and their masks; both splits are the same."""
    rng, made = np.random.default_rng(seed), mask_fields(1)
    images, masks = np.full((count, 256, 256, 3), 225, np.uint8), np.zeros((count, 256, 256), np.uint8)
    for image, mask in zip(images, masks, strict=True):
        for grey, colour in ((NEGATIVE, (70, 80, 160)), (POSITIVE, (120, 70, 30))):
            for y, x in rng.integers(0, 240, (40, 2)):
                mask[y : y + 16, x : x + 16], image[y : y + 16, x : x + 16] = grey, colour
    names = tuple(f"p{number}_0001_1" for number in range(count))
    parts = tuple(("train", "train", "validation", "test")[number % 4] for number in range(count))
    return MaskFields(names, names, images, masks, made.cells * count, parts, parts)


def test_the_published_network_has_32_521_395_parameters_that_learn() -> None:
    assert ENCODER + DECODER + MAPS == 32_521_395
    network = build_unet_resnet50()
    assert parameters_that_learn(network) == 32_521_395
    assert parameters_that_learn(keras.Model(network.input, network.get_layer("conv5_block3_out_relu").output)) == ENCODER
    assert sum(int(np.prod(weight.shape)) for weight in network.layers[-1].weights) == MAPS


def test_every_pixel_gets_shares_that_sum_to_one_at_any_size_that_halves_five_times() -> None:
    shares = keras.ops.convert_to_numpy(build_unet_resnet50(0.25)(np.zeros((2, 32, 64, 3), np.float32)))
    assert shares.shape == (2, 32, 64, 3)
    np.testing.assert_allclose(shares.sum(axis=-1), 1, atol=1e-5)


def test_an_encoder_without_biases_says_what_the_one_with_them_said() -> None:
    rng, pixels = np.random.default_rng(0), keras.Input((None, None, 3))
    source, target = keras.Model(pixels, resnet50_features(pixels, 0.25)), resnet50(0.25)
    for variable in source.weights:
        variable.assign(np.abs(rng.normal(0.5 * ("variance" in variable.path), 0.1, variable.shape)))
    image = rng.normal(0, 1, (1, 32, 32, 3)).astype(np.float32)
    wanted = keras.ops.convert_to_numpy(source(image))
    assert np.abs(keras.ops.convert_to_numpy(target(image)) - wanted).max() > 0.01
    copy_without_biases(source, target)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(target(image)), wanted, rtol=1e-3)
    assert [layer.name for layer in target.layers if isinstance(layer, layers.Conv2D) and layer.use_bias] == []


def test_imagenet_fits_the_published_width_alone_and_says_so_in_one_line() -> None:
    with pytest.raises(InputError, match=r"masks_unet.width = 0.25: ImageNet weights are those of width 1; set it to 1"):
        start_from_imagenet(resnet50(0.25), 0.25)


@pytest.mark.parametrize(("name", "value"), [("crop", 48), ("width", 0.125)])
def test_squares_that_cannot_be_halved_and_widths_that_cannot_be_told_apart_are_refused_as_settings(
    name: str, value: float
) -> None:
    with pytest.raises(ValidationError, match=name):
        settings(**{name: value})


def test_dice_is_counted_over_a_whole_batch_and_background_counts_as_a_class() -> None:
    masks = np.zeros((2, 8, 8), np.uint8)
    masks[0, :4] = POSITIVE
    truth, background = one_hot(masks), one_hot(np.zeros_like(masks))
    assert float(dice_loss(truth, truth)) == 0
    assert float(dice_loss(truth, background)) == pytest.approx(1 - (2 * 96 + 1) / (128 + 128 + 1))
    by_field = [float(dice_loss(truth[i : i + 1], background[i : i + 1])) for i in range(2)]
    assert float(dice_loss(truth, background)) != pytest.approx(np.mean(by_field), abs=1e-4)


def test_a_mask_becomes_a_map_a_class_in_the_network_s_order() -> None:
    maps = one_hot(np.array([[BACKGROUND, NEGATIVE, POSITIVE]], np.uint8))
    np.testing.assert_array_equal(maps[0], np.eye(3))


def test_a_field_is_mirrored_or_turned_three_times_in_four_and_its_mask_goes_with_it() -> None:
    rng = np.random.default_rng(1)
    ways = [random_way(rng) for _ in range(4000)]
    assert {way: ways.count(way) / 1000 for way in set(ways)} == pytest.approx(dict.fromkeys((0, *WAYS), 1), abs=0.1)
    mask = np.arange(16, dtype=np.uint8).reshape(4, 4)
    views = {seen_another_way(np.stack([mask] * 3, -1), mask, rng)[1].tobytes() for _ in range(60)}
    assert views == {part.tobytes() for part in (mask, mask[:, ::-1], mask[::-1], np.rot90(mask))}
    image, laid = seen_another_way(np.stack([mask] * 3, -1), mask, rng)
    np.testing.assert_array_equal(image[..., 0], laid)
    assert len({turned(mask, way).tobytes() for way in (0, *WAYS)}) == 4


def test_an_example_is_a_crop_of_a_field_with_its_own_mask() -> None:
    fields = painted(1)
    pixels, maps = MaskCrops(fields, 32)(0, np.random.default_rng(0))
    assert pixels.shape == maps.shape == (32, 32, 3)
    brown = (pixels[..., 0] < 0.5) & (pixels[..., 2] < 0)
    np.testing.assert_array_equal(brown, maps[..., 2] > 0)


def test_a_training_finds_the_masks_of_other_fields_and_its_network_comes_back_from_a_folder(quick, tmp_path: Path) -> None:
    fields, chosen = painted(8), settings(epochs=4)
    learnt, validation, test = (fields.part("patient", part) for part in ("train", "validation", "test"))
    model, curve = train_unet(chosen, learnt, validation, tmp_path / "state")
    assert iou_on(test)(model) > 0.8 > iou_of_nothing(test)
    assert iou_on(validation)(model) == pytest.approx(curve["validation_iou"].max(), abs=1e-6)
    save_model(model, described(chosen, "patient", Data(0.135, "simulated", "abc")), tmp_path / "network")
    again, words = load_mask_network(tmp_path / "network")
    assert (words.split, words.side, words.recipe["epochs"]) == ("patient", 256, 4)
    np.testing.assert_array_equal(predicted_classes(again, test.images), predicted_classes(model, test.images))


class Killed(Exception):
    pass


def test_a_killed_training_ends_as_an_unbroken_one(quick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields, chosen = painted(2), settings(crops_per_field=2, precision="mixed_bfloat16")
    unbroken, curve = train_unet(chosen, fields, fields, tmp_path / "unbroken")
    save = Checkpoint.save

    def save_and_die(checkpoint: Checkpoint, model: keras.Model, curve: list[Epoch]) -> None:
        save(checkpoint, model, curve)
        raise Killed

    monkeypatch.setattr(Checkpoint, "save", save_and_die)
    with pytest.raises(Killed):
        train_unet(chosen, fields, fields, tmp_path / "broken")
    monkeypatch.setattr(Checkpoint, "save", save)
    resumed, curve_again = train_unet(chosen, fields, fields, tmp_path / "broken")
    assert curve_again.equals(curve)
    for one, other in zip(unbroken.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_epoch_that_stood_highest_is_told_and_what_no_network_at_all_scores() -> None:
    curve = pd.DataFrame({"epoch": [1, 2, 3], "loss": [0.3, 0.2, 0.1], "validation_iou": [0.5, 0.8, 0.7]})
    told = trained(little(), curve, painted(2), "patient")
    assert (told.best_epoch, told.epochs, told.iou, told.published.parameters) == (2, 3, 0.8, 32_521_395)
    assert 0.3 < told.iou_all_background < 0.8
    (axes,) = learning_curve(curve, told).axes
    assert [float(x) for x in axes.lines[2].get_xdata()] == [2]


def test_predicted_masks_come_back_as_they_were_saved_a_part_at_a_time(tmp_path: Path) -> None:
    classes = class_maps(painted(4).masks)
    found = PredictedMasks(("a", "b", "c", "d"), ("train", "train", "validation", "test"), classes)
    found.save(tmp_path / "predicted.npz")
    again = PredictedMasks.load(tmp_path / "predicted.npz")
    assert (again.names, again.parts, len(again)) == (found.names, found.parts, 4)
    np.testing.assert_array_equal(again.of_part("train").classes, classes[:2])
    assert again.of_part("test").names == ("d",)
    with pytest.raises(InputError, match="missing; the stage `masks_unet` writes it"):
        PredictedMasks.load(tmp_path / "none.npz")
