"""PathoNet and its training: the published count, and a killed training that ends where an unbroken one does."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from ki67.base.errors import InputError
from ki67.cells.cells import Cells
from ki67.cells.density import Stamp
from ki67.cells.detect import Tuning
from ki67.cells.metrics import Counts
from ki67.data.frames import Frames
from ki67.engine.networks import first_network, networks_in
from ki67.models import experiment, tuning
from ki67.models.batches import VIEWS, Feed, stored_maps
from ki67.models.experiment import Data, describe
from ki67.models.pathonet import PARAMETERS, pathonet, plain_unet
from ki67.models.store import load_keras, predict_maps, save_model, weights_by_name
from ki67.models.training import Checkpoint, Epoch, Recipe, fit, learning_rates, loss_on, scale_output
from ki67.settings.detection import Train, Tune
from ki67.settings.params import settings_of

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(1)
    return pathonet()


def dotted_frames(count: int) -> Frames:
    rng = np.random.default_rng(count)
    images = np.full((count, 256, 256, 3), 220, np.uint8)
    cells = []
    for image in images:
        xy = rng.integers(8, 248, (40, 2))
        for x, y in xy:
            image[y - 3 : y + 4, x - 3 : x + 4] = (120, 70, 30)
        cells.append(Cells.of_points(xy, np.ones(40), "network"))
    return Frames(tuple(f"f{i}" for i in range(count)), tuple(f"p{i}" for i in range(count)), images, tuple(cells))


def small_feed(count: int, crops: int = 2) -> Feed:
    frames = dotted_frames(count)
    return Feed(frames.images, stored_maps(frames, Stamp()), 32, 4, crops, (255.0, 255.0, 255.0), seed=3)


def small_network() -> keras.Model:
    pixels = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(4, 3, padding="same")(pixels)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dropout(0.3)(x)
    return keras.Model(pixels, keras.layers.Conv2D(3, 1, name="maps", dtype="float32")(x))


def test_pathonet_has_the_parameters_of_the_public_code(network: keras.Model) -> None:
    kernels = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert network.count_params() == PARAMETERS == 3_236_907
    assert len(kernels) == 46
    assert sum(int(np.prod(layer.kernel.shape)) for layer in kernels) == 3_220_296
    assert [layer.name for layer in kernels if layer.use_bias] == ["maps"]


def test_plain_convolutions_make_it_smaller(network: keras.Model) -> None:
    assert plain_unet().count_params() < network.count_params()


def test_maps_have_the_frame_s_size_and_are_never_negative(network: keras.Model) -> None:
    maps = predict_maps(network, np.random.default_rng(0).integers(0, 256, (1, 64, 96, 3), np.uint8))
    assert maps.shape == (1, 64, 96, 3)
    assert maps.min() >= 0


def test_the_six_views_differ_and_move_pictures_and_maps_alike() -> None:
    picture = np.arange(9).reshape(3, 3)
    assert len({view(picture).tobytes() for view in VIEWS}) == 6
    feed = small_feed(3)
    for pixels, maps in feed.epoch(0):
        dark = pixels[..., 0] < 0.6
        assert maps[..., 0][dark].mean() > 0.15
        assert maps[..., 0][~dark].mean() < 0.03


def test_an_epoch_depends_on_its_number_alone() -> None:
    feed = small_feed(5)
    first, again, other = (np.concatenate([x for x, _ in feed.epoch(n)]) for n in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.shape == (feed.steps * 4, 32, 32, 3)


def test_fewer_frames_than_a_batch_still_make_one() -> None:
    assert len(list(small_feed(1, crops=1).epoch(0))) == 1


def test_the_published_schedule_falls_by_ten_every_ten_epochs() -> None:
    rate = learning_rates(Recipe(30, 1e-4, "step", 0), steps=7)
    assert [float(rate(epoch * 7)) for epoch in (0, 9, 10, 29)] == pytest.approx([1e-4, 1e-4, 1e-5, 1e-6])


def test_the_cosine_schedule_rises_and_ends_at_nothing() -> None:
    rate = learning_rates(Recipe(10, 1e-2, "cosine", 0), steps=10)
    assert float(rate(0)) < 1e-3 < float(rate(5)) <= 1e-2 + 1e-9
    assert float(rate(100)) < 1e-6


class Killed(Exception):
    pass


def trained(folder: Path) -> tuple[list[float], np.ndarray]:
    keras.utils.set_random_seed(5)
    model, curve = fit(small_network(), Recipe(3, 1e-2, "cosine", 5), small_feed(6), loss_on(small_feed(2)), folder)
    return [row.loss for row in curve], np.concatenate([w.ravel() for w in model.get_weights()])


def test_a_killed_training_ends_with_the_same_weights_as_an_unbroken_one(tmp_path: Path, monkeypatch) -> None:
    losses, weights = trained(tmp_path / "unbroken")
    save = Checkpoint.save

    def save_and_die(checkpoint: Checkpoint, model: keras.Model, curve: list[Epoch]) -> None:
        save(checkpoint, model, curve)
        raise Killed

    monkeypatch.setattr(Checkpoint, "save", save_and_die)
    with pytest.raises(Killed):
        trained(tmp_path / "broken")
    monkeypatch.undo()
    losses_again, weights_again = trained(tmp_path / "broken")
    assert losses_again == losses
    np.testing.assert_array_equal(weights, weights_again)


def test_a_model_comes_back_from_its_folder_and_predicts_the_same(network: keras.Model, tmp_path: Path) -> None:
    settings = settings_of(Train, ROOT / "params.yaml")
    save_model(network, describe(settings, "pathonet", 1, Data(0.135, "simulated", "none")), tmp_path / "m")
    back, description = load_keras(tmp_path / "m")
    pixels = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), np.uint8)
    stored = weights_by_name(network)
    assert all(np.array_equal(stored[name], weights) for name, weights in weights_by_name(back).items())
    # A network that has seen several picture sizes is traced anew, and then sums in another order.
    np.testing.assert_allclose(predict_maps(network, pixels), predict_maps(back, pixels), atol=1e-5)
    assert description.recipe.seed == 1
    (tmp_path / "m/weights.safetensors").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"weights\.safetensors: missing or damaged"):
        load_keras(tmp_path / "m")
    with pytest.raises(InputError, match=r"model\.json: missing"):
        load_keras(tmp_path)


@pytest.mark.parametrize("seeds", [[3, 1], [2, 10]])
def test_the_seed_named_first_is_the_first_network_however_folders_sort(seeds: list[int], tmp_path: Path, monkeypatch) -> None:
    settings = settings_of(Train, ROOT / "params.yaml").model_copy(update={"seeds": seeds})
    described = describe(settings, "pathonet", 1, Data(0.135, "simulated", "none"))
    found = Tuning((5,), ((Counts(1, 0, 0),) * 3,), (5.0, 5.0, 5.0))
    for module in (experiment, tuning):
        monkeypatch.setattr(module, "save_model", lambda model, description, folder: folder.mkdir(parents=True))
    monkeypatch.setattr(experiment, "train_network", lambda *_: (None, pd.DataFrame({"loss": [1.0]})))
    monkeypatch.setattr(tuning, "load_keras", lambda folder: (None, described))
    monkeypatch.setattr(tuning, "tuned", lambda *_: found)
    experiment.train_seeds(settings, None, [], tmp_path / "trained", Data(0.135, "simulated", "none"))
    tuning.tune_models(tmp_path / "trained", tmp_path / "tuned", None, settings_of(Tune, ROOT / "params.yaml"))
    for folder in (tmp_path / "trained", tmp_path / "tuned"):
        assert [network.name for network in networks_in(folder)] == [f"seed-{seed}" for seed in seeds]
        assert first_network(folder) == folder / f"seed-{seeds[0]}"


def test_scaling_the_output_layer_scales_the_maps() -> None:
    model, pixels = small_network(), np.full((1, 8, 8, 3), 99, np.uint8)
    before = predict_maps(model, pixels)
    scale_output(model, (255, 255, 100))
    np.testing.assert_allclose(predict_maps(model, pixels), before * np.float32((255, 255, 100)), rtol=1e-5)
