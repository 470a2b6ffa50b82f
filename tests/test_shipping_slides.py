"""Networks of sections for `ki67 slide`: what is shipped answers as Keras does, weighs half, is always the same."""

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from slide_networks import UM, outlined, section, write_slide
from typer.testing import CliRunner

from ki67.base.errors import InputError
from ki67.cli.main import app
from ki67.models.store import save_model
from ki67.slides.model import load_slide_model
from ki67.tumour.agunet import build_agunet
from ki67.tumour.mobilenetv2 import build_mobilenetv2
from ki67.tumour.shipping import NEAR_HALVED, described, export_onnx, furthest, shares, ship, ship_trained, trials
from ki67.tumour.store import SectionNetwork, built
from ki67.tumour.unet import build_unet

FILTERS = [4, 8, 8]
COMMON = {"rule": "as_coded", "trained_on": "simulated", "data_hash": "0", "source": "a test"}
OF_PATCHES = SectionNetwork.model_validate(COMMON | {"architecture": "mobilenetv2", "side": 64, "width": 0.125})
OF_WHOLE = SectionNetwork.model_validate(COMMON | {"architecture": "unet", "side": 64, "filters": FILTERS})


def used(model: keras.Model) -> keras.Model:
    """As after a training: BatchNorm knows what it is shown, so that answers differ."""
    normalised = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    for layer in normalised:
        layer.momentum = 0.0
    model(np.concatenate(trials(model)), training=True)
    return model


def trained(words: SectionNetwork) -> keras.Model:
    keras.utils.set_random_seed(1)
    return used(built(words))


def plain(weight: float = 1.0, middle: float = 0.0) -> keras.Model:
    """A network of patches that asks for light alone."""
    picture = keras.Input((64, 64, 3))
    answer = layers.Dense(2, activation="softmax")
    network = keras.Model(picture, answer(layers.GlobalAveragePooling2D()(picture)))
    answer.set_weights([np.array([[0, weight]] * 3, np.float32), np.array([0, -weight * middle], np.float32)])
    return network


@pytest.fixture(scope="module")
def networks() -> tuple[keras.Model, keras.Model]:
    return trained(OF_PATCHES), trained(OF_WHOLE)


@pytest.fixture(scope="module")
def folders(networks: tuple[keras.Model, keras.Model], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where the study leaves them."""
    root = tmp_path_factory.mktemp("trained")
    for network, words, name in zip(networks, (OF_PATCHES, OF_WHOLE), ("patchwise", "refiner"), strict=True):
        save_model(network, words, root / name)
    return root / "patchwise", root / "refiner"


@pytest.fixture(scope="module")
def shipped(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("shipped")
    done = CliRunner().invoke(app, ["ship-slides", *map(str, folders), "--out", str(out)])
    assert done.exit_code == 0 and done.output.startswith(f"{out}: 0.4 MB; shares at most ")
    return out


def test_both_networks_answer_as_in_keras_and_weigh_half(networks: tuple[keras.Model, keras.Model], shipped: Path) -> None:
    model = load_slide_model(shipped)
    for network, found in zip(networks, (model.patchwise, model.refiner), strict=True):
        answers = np.concatenate([shares(network, trial).reshape(-1, 2) for trial in trials(network)])
        assert np.ptp(answers[:, 1]) > 0.001
        assert answers.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert 0 < furthest(network, found) < NEAR_HALVED
    weights, stored = sum(n.count_params() for n in networks), sum(file.stat().st_size for file in shipped.glob("*.bin"))
    assert 1.6 * weights < stored < 2.1 * weights
    words = model.description
    assert (words.patchwise, words.refiner, words.shrink, words.side) == ("mobilenetv2", "unet", 4, 64)
    assert words.tissue.wrapped and list(words.parameters.values()) == [network.count_params() for network in networks]


def test_what_is_shipped_outlines_a_slide(shipped: Path, tmp_path: Path) -> None:
    write_slide(tmp_path / "a.tif", section(4), UM)
    (result,) = outlined([tmp_path / "a.tif"], tmp_path / "out", shipped).results
    assert result.patches > 0 and (tmp_path / "out/a.geojson").is_file()


def test_the_same_weights_give_the_same_bytes(folders: tuple[Path, Path], shipped: Path, tmp_path: Path) -> None:
    ship_trained(*folders, tmp_path)
    for file in sorted(shipped.iterdir()):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name


def test_of_several_answers_the_first_is_shipped(tmp_path: Path) -> None:
    keras.utils.set_random_seed(2)
    network = used(build_agunet(64, FILTERS))
    words = SectionNetwork.model_validate(COMMON | {"architecture": "agunet", "side": 64, "filters": [*FILTERS, 8]})
    assert len(network.outputs) > 1 and built(words).output.shape == (None, 64, 64, 2)
    assert ship(plain(), network, described(OF_PATCHES, words, {}), tmp_path).off < 1e-5
    assert furthest(network, load_slide_model(tmp_path).refiner) < NEAR_HALVED


@pytest.mark.parametrize("order", [(1, 0), (0, 0), (1, 1)])
def test_networks_of_the_wrong_kind_are_refused(folders: tuple[Path, Path], tmp_path: Path, order: tuple[int, int]) -> None:
    with pytest.raises(InputError, match="name a network of patches and one that refines its heat map"):
        ship_trained(folders[order[0]], folders[order[1]], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_network_that_halving_spoils_is_refused(networks: tuple[keras.Model, keras.Model], tmp_path: Path) -> None:
    weight = 2048 + 0.9  # in half precision, the next to 2048 is 2050
    spoilt = plain(weight, float(trials(plain())[0].mean(axis=(0, 1, 2)).sum()))
    with pytest.raises(InputError, match="with halved weights; do not ship it"):
        ship(spoilt, networks[1], described(OF_PATCHES, OF_WHOLE, {}), tmp_path)


@pytest.mark.parametrize("number", [0, 1])
def test_as_onnx_both_answer_as_in_keras(networks: tuple[keras.Model, keras.Model], tmp_path: Path, number: int) -> None:
    assert export_onnx(networks[number], tmp_path / "network.onnx") < 1e-4


def test_builders_are_those_of_the_study(networks: tuple[keras.Model, keras.Model]) -> None:
    assert networks[0].count_params() == build_mobilenetv2(0.125, 64).count_params()
    assert networks[1].count_params() == build_unet(64, FILTERS).count_params()
