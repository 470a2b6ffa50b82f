"""The encoder: ResNet-34's count and strides, ELU before BatchNorm."""

import keras
import numpy as np
import pytest

from ki67.cellularity.resnet import TRAINABLE, resnet34_levels


def made(width: float = 1.0) -> keras.Model:
    pixels = keras.Input((None, None, 3))
    return keras.Model(pixels, resnet34_levels(pixels, width).thirty_second)


@pytest.fixture(scope="module")
def encoder() -> keras.Model:
    return made()


def read_by(layer: keras.Layer) -> list[keras.Layer]:
    return [node.operation for node in layer._outbound_nodes]


def test_the_order_of_elu_and_batchnorm_costs_no_parameter(encoder: keras.Model) -> None:
    trainable = sum(int(np.prod(weight.shape)) for weight in encoder.trainable_weights)
    assert trainable == TRAINABLE == 21_797_672 - 1000 * (512 + 1)
    convolutions = [layer for layer in encoder.layers if isinstance(layer, keras.layers.Conv2D)]
    assert len([c for c in convolutions if not c.name.endswith("shortcut")]) == 33  # and the head makes 34
    assert not any(c.use_bias for c in convolutions)


def test_every_elu_is_followed_by_batchnorm_and_none_follows_one(encoder: keras.Model) -> None:
    elus = [layer for layer in encoder.layers if isinstance(layer, keras.layers.ELU)]
    assert len(elus) == 33  # one for each convolution that is no shortcut
    for elu in elus:
        assert isinstance(elu.input._keras_history.operation, keras.layers.Conv2D | keras.layers.Add)
        assert [type(reader) for reader in read_by(elu)] == [keras.layers.BatchNormalization]
    for layer in encoder.layers:
        if isinstance(layer, keras.layers.BatchNormalization) and "shortcut" not in layer.name:
            assert isinstance(layer.input._keras_history.operation, keras.layers.ELU)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_levels_halve_the_picture_five_times(channels: int) -> None:
    levels = resnet34_levels(keras.Input((64, 96, channels)), width=0.25)
    shapes = [level.shape[1:] for level in (levels.half, levels.quarter, levels.eighth, levels.sixteenth, levels.thirty_second)]
    assert shapes == [(32, 48, 16), (16, 24, 16), (8, 12, 32), (4, 6, 64), (2, 3, 128)]


def test_a_fresh_encoder_keeps_its_signal_in_bounds() -> None:
    keras.utils.set_random_seed(1)
    noise = np.random.default_rng(1).normal(size=(2, 64, 64, 3)).astype(np.float32)
    deepest = keras.ops.convert_to_numpy(made(0.25)(noise, training=True))
    assert 0.5 < deepest.std() < 2
