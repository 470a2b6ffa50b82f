"""The smallest file learns as it will be used, and the smallest that keeps the cells is taken."""

from pathlib import Path

import keras
import numpy as np
import pytest
from engine_network import SIDE, network, pictures
from made import RECIPE

from ki67.cells.cells import POSITIVE
from ki67.compression.keras_models import put_vectors, vectors
from ki67.compression.small import Attempt, attempts, file_of, shipped_vectors, smallest
from ki67.compression.trials import Studio
from ki67.engine.description import Description
from ki67.models.as_used import AsUsed
from ki67.models.store import BACKENDS, predict_maps, save_model
from ki67.score import same_cells
from ki67.score.same_cells import LEAST
from ki67.settings.compression import Compress, Small
from ki67.settings.params import values_of
from ki67.weights import fields

ROOT, FIELDS = Path(__file__).parents[1], fields().take(range(2))


def attempt(step: float, file_bytes: int, same: float) -> Attempt:
    spare = same - LEAST[POSITIVE]
    return Attempt(step, 50, 2.5, file_bytes, 1e6 / file_bytes, 0.9, 0.8, 0.5, "blur, px", "positive", same, spare, spare >= 0)


def first_loss(model: keras.Model) -> float:
    """What one step of learning says the error was before it."""
    model.compile(optimizer=keras.optimizers.SGD(0.0), loss="mse")
    labels = np.zeros((2, SIDE, SIDE, 3), np.float32)
    return float(model.fit(pictures(), labels, batch_size=2, verbose=0).history["loss"][0])


def test_learning_sees_the_network_as_it_is_used() -> None:
    twin = keras.models.clone_model(network())
    twin.set_weights(network().get_weights())
    before, used = vectors(twin), float(np.mean(twin.predict(pictures(), verbose=0) ** 2))
    assert first_loss(AsUsed.model(twin)) == pytest.approx(used, rel=1e-4)
    assert all(np.array_equal(vectors(twin)[name], value) for name, value in before.items())


def test_a_functional_model_would_learn_on_another_network() -> None:
    """Why `AsUsed` is there: if Keras changes this, it may go."""
    twin = keras.models.clone_model(network())
    twin.set_weights(network().get_weights())
    pixels, used = keras.Input((None, None, 3)), float(np.mean(twin.predict(pictures(), verbose=0) ** 2))
    assert first_loss(keras.Model(pixels, twin(pixels, training=False))) != pytest.approx(used, rel=1e-2)


def test_what_is_shipped_beside_the_kernels_gives_the_same_network() -> None:
    twin = keras.models.clone_model(network())
    twin.set_weights(network().get_weights())
    before = twin.predict(pictures(), verbose=0)
    put_vectors(twin, shipped_vectors(twin))
    after = twin.predict(pictures(), verbose=0)
    assert 0 < np.abs(after - before).max() < 0.01 * np.abs(before).max()


def test_of_those_that_keep_the_cells_the_smallest_is_taken() -> None:
    tried = [attempt(1.5, 100, 0.96), attempt(1.0, 200, 0.986), attempt(0.5, 300, 0.999)]
    assert smallest(tried).step == 1.0


def test_where_none_keeps_them_the_one_that_comes_nearest_is_taken() -> None:
    nearest = smallest([attempt(1.0, 200, 0.95), attempt(0.5, 300, 0.97)])
    assert nearest.step == 0.5 and not nearest.kept


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network that has learnt nothing, with thresholds at which it finds something."""
    keras.utils.set_random_seed(2)
    network, folder = BACKENDS["fcrn_a"]("linear", 0.0), tmp_path_factory.mktemp("fcrn_a")
    high = np.quantile(predict_maps(network, FIELDS.images), 0.97, axis=(0, 1, 2)).tolist()
    told = {"architecture": "fcrn_a", "activation": "linear", "um_per_px": 0.135, "trained_on": "nothing", "data_hash": "x"}
    described = Description.model_validate(told | {"recipe": RECIPE}).tuned(tuple(high), "distance", 5)
    save_model(network, described, folder)
    return folder


def tried_with(steps: list[float], network: Path, folder: Path) -> list[Attempt]:
    """The ladder as it is, but that nothing is learnt on the way."""
    grid = Compress.model_validate(values_of(Compress, ROOT / "params.yaml") | {"precision": "float32"})
    given = values_of(Small, ROOT / "params.yaml") | {"steps": steps, "batches": 0}
    return attempts(Studio(network, grid), Small.model_validate(given), FIELDS, FIELDS, folder)


def test_steps_become_finer_until_the_cells_are_those_of_the_whole_network(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(same_cells, "LEAST", dict.fromkeys(LEAST, 1.0))
    coarse, fine = tried_with([0.05, 3.0], untrained, tmp_path)
    assert coarse.step == 3.0 and coarse.file_bytes < fine.file_bytes
    assert not coarse.kept and coarse.same < fine.same
    monkeypatch.setattr(same_cells, "LEAST", dict.fromkeys(LEAST, (coarse.same + fine.same) / 2))
    tried = tried_with([0.02, 0.05, 3.0], untrained, tmp_path)
    assert [(attempt.step, attempt.kept) for attempt in tried] == [(3.0, False), (0.05, True)]
    assert smallest(tried).step == 0.05 and file_of(0.05, tmp_path).is_file()
