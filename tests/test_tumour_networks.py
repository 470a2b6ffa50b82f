"""The networks of H2G-Net: every printed size, at any side; narrower where asked; the same again from the same seed."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.models.store import set_weights_by_name, weights_by_name
from ki67.models.training import layer_precision
from ki67.tumour import agunet, dagunet, doubleunet, inceptionv3, mobilenetv2, unet
from ki67.tumour.agunet import build_agunet
from ki67.tumour.counts import renormalised, saved
from ki67.tumour.dagunet import build_dagunet
from ki67.tumour.doubleunet import build_doubleunet
from ki67.tumour.head import features_of, patch_network
from ki67.tumour.inceptionv3 import build_inceptionv3
from ki67.tumour.mobilenetv2 import build_mobilenetv2
from ki67.tumour.unet import build_unet

PATCHWISE = {
    build_mobilenetv2: (mobilenetv2.PARAMETERS, 2_386_686, 32),
    build_inceptionv3: (inceptionv3.PARAMETERS, 22_008_286, inceptionv3.SMALLEST),
}
REFINERS = {  # and with renormalisation; how often a side is halved; how many answers
    build_unet: (unet.PARAMETERS, 11_572_562, 11_581_782, 8, 1),
    build_agunet: (agunet.PARAMETERS, 7_668_537, 7_677_275, 7, 7),
    build_dagunet: (dagunet.PARAMETERS, 9_992_680, 10_002_904, 7, 7),
    build_doubleunet: (doubleunet.PARAMETERS, 16_025_076, 16_040_204, 8, 2),
}
NARROW = (16, 16, 32)
FORGETS = 0.9
Build = Callable[..., keras.Model]


def small(build: Build, seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build(side=80, width=0.25, momentum=FORGETS) if build in PATCHWISE else build(32, NARROW, momentum=FORGETS)


@cache
def narrow(build: Build) -> keras.Model:
    return small(build, seed=1)


def answers(model: keras.Model, seed: int = 0) -> list[Any]:
    pixels = np.random.default_rng(seed).uniform(size=(2, *model.input_shape[1:])).astype(np.float32)
    return [keras.ops.convert_to_numpy(output) for output in keras.tree.flatten(model(pixels))]


def normalisations(model: keras.Model) -> list[keras.layers.BatchNormalization]:
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


@pytest.mark.parametrize("build", PATCHWISE)
@pytest.mark.parametrize("larger", [0, 33])
def test_a_patch_network_has_the_printed_size_at_any_side(build: Build, larger: int) -> None:
    constant, parameters, side = PATCHWISE[build]
    model = build(side=side + larger)
    assert model.count_params() == constant == parameters
    assert model.output_shape == (None, 2)


@pytest.mark.parametrize("build", PATCHWISE)
def test_a_narrower_patch_network_is_much_smaller_and_works_in_sixteens(build: Build) -> None:
    model = narrow(build)
    assert model.count_params() < PATCHWISE[build][0] / 8
    convolutions = [layer for layer in model.layers if type(layer) is keras.layers.Conv2D]
    assert {layer.filters % 16 for layer in convolutions} == {0}
    for shares in answers(model):
        assert shares.shape == (2, 2) and np.allclose(shares.sum(axis=-1), 1)


@pytest.mark.parametrize("build", [*PATCHWISE, *REFINERS])
def test_batchnorm_forgets_as_quickly_as_asked(build: Build) -> None:
    assert {layer.momentum for layer in normalisations(narrow(build))} == {FORGETS}


def test_features_are_what_the_head_reads() -> None:
    model = narrow(build_mobilenetv2)
    features = features_of(model)
    assert features.output_shape == (None, 320)
    head = keras.Model(features.output, model.output)
    pixels = np.random.default_rng(1).uniform(-1, 1, (2, 80, 80, 3)).astype(np.float32)
    assert np.allclose(head(features(pixels)), model(pixels), atol=1e-6)


def test_published_weights_go_into_the_backbone_unchanged() -> None:
    theirs: list[keras.Model] = []

    def backbone(include_top: bool, weights: str | None, input_shape: tuple[int, ...]) -> keras.Model:
        made = keras.applications.MobileNetV2(include_top=include_top, weights=None, input_shape=input_shape, alpha=0.35)
        if weights == "imagenet":
            theirs.append(made)
        return made

    model = patch_network(backbone, "mobilenetv2", 1.0, 32, "imagenet", 0.99)
    ours = model.get_weights()[: len(theirs[0].weights)]
    assert all(np.array_equal(a, b) for a, b in zip(ours, theirs[0].get_weights(), strict=True))
    assert len(model.get_weights()) == len(ours) + 8  # the head: two Dense layers and a BatchNorm


def test_a_narrower_network_has_no_published_weights() -> None:
    with pytest.raises(InputError, match=r"width 1, not 0\.5"):
        build_mobilenetv2(width=0.5, side=32, weights="imagenet")


@pytest.mark.parametrize("build", REFINERS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_refiner_has_the_printed_size_at_any_side(build: Build, times: int) -> None:
    constant, parameters, with_renormalisation, halvings, outputs = REFINERS[build]
    model = build(side=times * 2**halvings)
    assert saved(model) == constant == parameters
    assert renormalised(model) == with_renormalisation
    assert len(model.outputs) == outputs


@pytest.mark.parametrize("build", REFINERS)
def test_a_refiner_answers_each_pixel_with_two_shares_and_the_full_size_comes_first(build: Build) -> None:
    model = narrow(build)
    shares = answers(model)
    assert model.get_layer("tumour").output is model.outputs[0]
    assert shares[0].shape == (2, 32, 32, 2)
    for output in shares:
        assert np.allclose(output.sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("build", [build_agunet, build_dagunet])
def test_deep_answers_halve_level_by_level(build: Build) -> None:
    deep = build(side=32, filters=(16, 16, 16, 16))
    assert [output.shape[1] for output in deep.outputs] == [32, 16, 8]
    assert deep.output_names == ["tumour", "tumour_2", "tumour_4"]


def test_both_answers_of_doubleunet_have_the_full_size_and_the_second_sees_the_first() -> None:
    model = narrow(build_doubleunet)
    assert [output.shape for output in model.outputs] == [(None, 32, 32, 2)] * 2
    assert model.get_layer("beside_guess").output.shape[-1] == 4 + 2


def test_attention_adds_nothing_before_it_has_learnt() -> None:
    model = narrow(build_dagunet)
    bottom = model.get_layer("position_sum")
    before, after = keras.Model(model.input, [bottom.input[0], bottom.output])(np.ones((1, 32, 32, 4), np.float32))
    assert np.array_equal(before, after)


def test_position_attention_gives_each_pixel_a_mean_of_all() -> None:
    x = keras.Input((4, 4, 16))
    attend = keras.Model(x, dagunet.position_attention(x))
    value = np.eye(16, dtype=np.float32)[None, None]
    attend.get_layer("position_value").set_weights([value])
    attend.get_layer("position_query").set_weights([np.zeros((1, 1, 16, 2), np.float32)])  # all are alike
    maps = np.random.default_rng(1).normal(size=(2, 4, 4, 16)).astype(np.float32)
    expected = np.broadcast_to(maps.mean(axis=(1, 2), keepdims=True), maps.shape)
    assert np.allclose(attend(maps), expected, atol=1e-6)


def test_channel_attention_weighs_maps_by_how_alike_they_are() -> None:
    x = keras.Input((4, 4, 3))
    attend = keras.Model(x, dagunet.channel_attention(x))
    maps = np.random.default_rng(2).normal(size=(1, 4, 4, 3)).astype(np.float32)
    rows = maps.reshape(16, 3).T
    weights = np.exp(rows @ rows.T)
    expected = (weights / weights.sum(axis=1, keepdims=True)) @ rows
    assert np.allclose(attend(maps), expected.T.reshape(1, 4, 4, 3), atol=1e-5)


def test_a_gate_lets_through_between_nothing_and_all_of_what_was_seen() -> None:
    model = narrow(build_agunet)
    skip, passed = keras.Model(model.input, [model.get_layer("down1_2_relu").output, model.get_layer("gate1_weighed").output])(
        np.random.default_rng(3).uniform(size=(1, 32, 32, 4)).astype(np.float32)
    )
    share = np.asarray(passed)[np.asarray(skip) > 0.1] / np.asarray(skip)[np.asarray(skip) > 0.1]
    assert 0 < share.min() < share.max() < 1


@pytest.mark.parametrize("build", REFINERS)
def test_a_stored_refiner_answers_as_before(build: Build, tmp_path: Path) -> None:
    model = narrow(build)
    model.save(tmp_path / "model.keras")
    for before, after in zip(answers(model), answers(keras.models.load_model(tmp_path / "model.keras")), strict=True):
        assert np.array_equal(before, after)


@pytest.mark.parametrize("build", REFINERS)
def test_a_refiner_refuses_a_side_that_cannot_be_halved_so_often(build: Build) -> None:
    with pytest.raises(InputError, match=r"a side of 1000 cannot be halved . times; take a multiple of"):
        build(side=1000)


def test_a_unet_without_a_heat_map_takes_three_channels() -> None:
    assert build_unet(side=32, filters=NARROW).count_params() - build_unet(32, NARROW, 3).count_params() == 9 * NARROW[0]


@pytest.mark.parametrize("build", [build_mobilenetv2, *REFINERS])
def test_the_seed_alone_decides_where_training_starts(build: Build) -> None:
    first, same, other = (model.get_weights() for model in (narrow(build), small(build, 1), small(build, 2)))
    assert all(np.array_equal(a, b) for a, b in zip(first, same, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("build", [*PATCHWISE, *REFINERS])
def test_layers_compute_in_bfloat16_where_asked_and_the_answer_stays_exact(build: Build) -> None:
    with layer_precision("mixed_bfloat16"):
        model = small(build, seed=1)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D) and "tumour" not in layer.name]
    assert {layer.compute_dtype for layer in convolutions} == {"bfloat16"}
    assert {output.dtype for output in model.outputs} == {"float32"}


@pytest.mark.parametrize("build", [build_mobilenetv2, build_inceptionv3])
def test_a_network_built_again_takes_the_weights_of_the_first(build) -> None:
    first, again = (build(width=0.1, side=96) for _ in range(2))
    set_weights_by_name(again, weights_by_name(first))
    patch = np.random.default_rng(5).uniform(-1, 1, (1, 96, 96, 3)).astype(np.float32)
    np.testing.assert_array_equal(first.predict_on_batch(patch), again.predict_on_batch(patch))
