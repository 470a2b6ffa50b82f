"""Networks that read the score: their sizes, how scores become targets and come back, what ImageNet weights need."""

import socket
from typing import get_args

import keras
import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.cellularity import imagenet
from ki67.cellularity.regressors import BINS, REGRESSORS, as_classes, expectation, likeliest
from ki67.cellularity.resnet import TRAINABLE
from ki67.models.imagenet import WAIT, impatient
from ki67.settings.networks import ROWS, NetworkName

APPLICATIONS = {"resnet50": keras.applications.ResNet50, "xception": keras.applications.Xception}


def features(network: keras.Model) -> keras.Model:
    return keras.Model(network.input, network.get_layer("pooled").input)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_at_full_width_a_network_is_the_library_s_and_says_the_same_with_its_weights(name: str) -> None:
    ours, theirs = features(REGRESSORS[name].build(name)), APPLICATIONS[name](include_top=False, weights=None)
    assert ours.count_params() == theirs.count_params()
    rng = np.random.default_rng(0)
    # Weights as after a training: biases, means and variances are neither 0 nor 1.
    theirs.set_weights([w + abs(rng.normal(0, 0.1, w.shape)) if w.ndim == 1 else w for w in theirs.get_weights()])
    ours.set_weights(theirs.get_weights())
    pixels = rng.uniform(-1, 1, (1, 96, 96, 3)).astype(np.float32)
    said = keras.ops.convert_to_numpy(theirs(pixels))
    assert said.std() > 0.01
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours(pixels)), said, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "trainable"),
    # The bodies' published counts, and a last layer of 512 or 2048 weights and a bias, or 101 times as many.
    [("resnet34", TRAINABLE + 513), ("resnet50", 23_534_592 + 2049), ("xception", 20_806_952 + 2049),
     ("xception_classes", 20_806_952 + 2049 * 101)],
)  # fmt: skip
def test_full_width_has_the_published_parameters(name: str, trainable: int) -> None:
    network = REGRESSORS[name].build(name)
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == trainable


def test_a_row_of_table_2_is_a_name_for_a_network_and_its_start() -> None:
    assert ROWS.keys() == set(get_args(NetworkName))
    assert {row.architecture for row in ROWS.values()} == {"sr", *REGRESSORS}
    assert ROWS["sr"].answers == ("sr_frozen", "sr")
    assert ROWS["xception_classes_imagenet"].answers == ("xception_classes_imagenet", "xception_argmax_imagenet")
    answers = [answer for row in ROWS.values() for answer in row.answers]
    assert len(set(answers)) == len(answers)


def test_a_narrow_network_has_the_same_layers() -> None:
    for name in APPLICATIONS:
        whole, narrow = REGRESSORS[name].build(name), REGRESSORS[name].build(name, 0.25)
        assert [layer.name for layer in narrow.layers] == [layer.name for layer in whole.layers]
        assert narrow.count_params() < whole.count_params() / 12


def test_a_network_that_shrinks_reads_averages() -> None:
    keras.utils.set_random_seed(0)
    whole = REGRESSORS["resnet34"].build("resnet34", 0.1)
    shrinking = REGRESSORS["resnet34"].build("resnet34", 0.1, shrink=2)
    shrinking.set_weights(whole.get_weights())
    large = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype(np.float32)
    small = large.reshape(2, 32, 2, 32, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(shrinking.predict_on_batch(large), whole.predict_on_batch(small), atol=1e-5)


def test_expectation_and_likeliest_by_hand() -> None:
    shares = np.zeros((2, 101))
    shares[0, [0, 50, 100]] = 0.5, 0.3, 0.2
    shares[1, 7] = 1
    assert expectation(shares) == pytest.approx([0.35, 0.07])
    assert likeliest(shares) == pytest.approx([0.0, 0.07])


def test_a_score_comes_back_from_its_class() -> None:
    for score in (0.0, 0.01, 0.29, 0.57, 1.0):  # 100 × 0.29 and 100 × 0.57 lie below 29 and 57
        assert expectation(as_classes(score)[None]) == pytest.approx([score], abs=1e-6)
    assert as_classes(0.333).sum() == 1 and BINS[as_classes(0.333).argmax()] == pytest.approx(0.33)


class TestImageNet:
    """Weights that are not there are refused in one line."""

    def refused(self, network: str) -> str:
        model = REGRESSORS[network].build(network, 0.1)
        with pytest.raises(InputError) as error:
            imagenet.start_from_imagenet(model, network)
        assert "\n" not in str(error.value)
        return str(error.value)

    def test_there_are_some_for_every_row_that_starts_there_and_none_for_elu_before_batchnorm(self) -> None:
        starting = {row.architecture for row in ROWS.values() if row.start == "imagenet"}
        assert starting == imagenet.APPLICATIONS.keys() == {"resnet50", "xception", "xception_classes"}

    def test_without_a_file_and_a_connection_it_says_what_to_do(self, monkeypatch) -> None:
        def unreachable(**_: object) -> None:
            raise OSError("URL fetch failure on\n https://some.where/xception.h5: no route")

        monkeypatch.setitem(imagenet.APPLICATIONS, "xception", unreachable)
        says = self.refused("xception")
        assert "regress.networks: xception_imagenet" in says
        assert "xception.h5: no route); put that file into ~/.keras/models" in says
        assert says.endswith("connect this machine once, or take the name out")

    def test_nobody_waits_for_ever_and_the_limit_is_taken_back(self) -> None:
        with impatient():
            assert socket.getdefaulttimeout() == WAIT
        assert socket.getdefaulttimeout() is None

    def test_weights_that_are_found_stand_in_the_network(self, monkeypatch) -> None:
        def found(include_top: bool, weights: str) -> keras.Model:
            assert (include_top, weights) == (False, "imagenet")
            return theirs

        theirs = features(REGRESSORS["xception"].build("xception", 0.1))
        model = REGRESSORS["xception_classes"].build("xception_classes", 0.1)
        monkeypatch.setitem(imagenet.APPLICATIONS, "xception_classes", found)
        imagenet.start_from_imagenet(model, "xception_classes")
        for one, other in zip(features(model).get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)

    def test_resnet50_reads_our_pixels_as_it_read_caffe_s(self) -> None:
        rng = np.random.default_rng(1)
        kernel, bias = rng.normal(size=(7, 7, 3, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)
        ours = rng.uniform(-1, 1, (1, 7, 7, 3)).astype(np.float32)
        theirs = 127.5 * (ours[..., ::-1] + 1) - np.array(imagenet.CAFFE_MEANS)
        moved = imagenet.for_our_pixels([kernel, bias])
        wanted = np.einsum("byxc,yxcf->f", theirs, kernel) + bias
        np.testing.assert_allclose(np.einsum("byxc,yxcf->f", ours, moved[0]) + moved[1], wanted, rtol=1e-4)
