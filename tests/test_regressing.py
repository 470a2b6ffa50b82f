"""Trained readers of the score: they learn, they survive a kill, and SR's frozen half stays still until it is let loose."""

import shutil
from pathlib import Path

import keras
import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.cellularity.batches import ScoredViews, Served
from ki67.cellularity.cascade import cascade, freeze
from ki67.cellularity.end_to_end import Steps, train_cascade
from ki67.cellularity.entrants import Material, load_regressor, run
from ki67.cellularity.fpn import fpn
from ki67.cellularity.regressing import Parts, read
from ki67.cellularity.regressors import REGRESSION
from ki67.cellularity.segmenting import describe as describe_segmentation
from ki67.data.patches import Nuclei, Patches
from ki67.models.experiment import Data
from ki67.models.store import save_model, weights_by_name
from ki67.settings.cellularity import Regress, Segment
from ki67.settings.params import values_of

ROOT = Path(__file__).parents[1]
DATA = Data(1.0, "simulated", "abc")
WIDTH = 0.1


def settings(**changes: object) -> Regress:
    small = {"width": WIDTH, "shrink": 4, "epochs": 1, "batch": 4, "tuned_epochs": 1, "precision": "float32"}
    return Regress(**(values_of(Regress, ROOT / "params.yaml") | small | changes))


def shaded(count: int, seed: int) -> Patches:
    """Patches of which a share, their score, is dark; each has one nucleus."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0, 1, count).astype(np.float32)
    images = rng.integers(190, 240, (count, 256, 256, 3)).astype(np.uint8)
    for image, score in zip(images, scores, strict=True):
        image[: round(256 * float(score))] //= 4
    names = tuple(f"{i}_1" for i in range(count))
    nucleus = Nuclei(np.array([[128.0, 128.0]], np.float32), np.array([2], np.uint8))
    return Patches(names, names, images, scores, (nucleus,) * count)


@pytest.fixture(scope="module")
def segmentation(tmp_path_factory) -> Path:
    keras.utils.set_random_seed(0)
    folder = tmp_path_factory.mktemp("segmented") / "fpn"
    asked = Segment(**(values_of(Segment, ROOT / "params.yaml") | {"width": WIDTH}))
    save_model(fpn(WIDTH), describe_segmentation(asked, "fpn", DATA), folder)
    return folder


def test_views_of_a_patch_keep_its_score_and_depend_on_the_epoch_alone() -> None:
    patches = shaded(3, 0)
    views = Served(ScoredViews(patches.images, patches.scores, REGRESSION.target), 3, 3, 1, seed=5)
    assert views.shapes == ((3, 256, 256, 3), (3, 1))
    (images, scores), (again, _) = next(views.epoch(2)), next(views.epoch(2))
    np.testing.assert_array_equal(images, again)
    assert sorted(scores[:, 0].tolist()) == sorted(patches.scores.tolist())
    assert (images != next(views.epoch(3))[0]).any()
    # Dark stays dark, whatever way a view is turned and coloured: the share is the score.
    assert (images.mean(axis=-1) < -0.3).mean(axis=(1, 2)) == pytest.approx(scores[:, 0], abs=0.02)


def test_a_network_learns_how_much_is_dark_and_comes_back_from_its_folder(tmp_path: Path, segmentation: Path) -> None:
    chosen = settings(epochs=20, networks=["resnet34"])
    material = Material(Parts(shaded(24, 1), shaded(8, 2)), shaded(12, 3), shaded(1, 4), segmentation)
    entrant = run(chosen, "resnet34", material, [], tmp_path, DATA)
    said = entrant.predictions["resnet34"]
    assert list(said.columns) == ["name", "patient", "truth", "predicted"]
    assert ((said["predicted"] - said["truth"]) ** 2).mean() < 0.5 * material.test.scores.var()
    assert list(entrant.curve.columns) == ["epoch", "loss", "validation_mse", "learning_rate", "model"]
    assert entrant.summary["validation_mse"]["resnet34"] == pytest.approx(
        np.mean((read(entrant.model, REGRESSION, material.parts.validation) - material.parts.validation.scores) ** 2), rel=1e-4
    )
    again, described = load_regressor(tmp_path / "resnet34")
    assert (described.architecture, described.width, described.recipe["shrink"]) == ("resnet34", WIDTH, 4)
    np.testing.assert_array_equal(read(again, REGRESSION, material.test), said["predicted"])


def test_classes_answer_twice(tmp_path: Path, segmentation: Path) -> None:
    material = Material(Parts(shaded(4, 1), shaded(2, 2)), shaded(3, 3), shaded(1, 4), segmentation)
    said = run(settings(), "xception_classes", material, [], tmp_path, DATA).predictions
    assert list(said) == ["xception_classes", "xception_argmax"]
    likeliest = 100 * said["xception_argmax"]["predicted"]
    assert likeliest.tolist() == pytest.approx(likeliest.round().tolist())
    assert said["xception_classes"]["predicted"].between(0, 1).all()


PARTS = Parts(shaded(4, 1), shaded(2, 2))


CASCADE = settings(tuned_learning_rate=0.01)


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> Path:
    """Where an unbroken training of the cascade leaves its checkpoints."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def steps(state: Path, segmentation: Path) -> Steps:
    """A cascade trained without a break."""
    return train_cascade(CASCADE, segmentation, PARTS, state)


def test_frozen_maps_do_not_move_and_then_they_do(steps: Steps) -> None:
    keras.utils.set_random_seed(0)
    born, frozen, tuned = weights_by_name(fpn(WIDTH)), weights_by_name(steps.frozen), weights_by_name(steps.tuned)
    assert frozen.keys() == tuned.keys() > born.keys()
    assert all((frozen[name] == born[name]).all() for name in born)
    moved = {name for name in born if (tuned[name] != born[name]).any()}
    assert {"maps/kernel", "encoder_stem/kernel", "encoder_stem_bn/moving_mean"} <= moved
    assert all((frozen[name] != tuned[name]).any() for name in frozen if name.startswith("regressor") and name.endswith("kernel"))
    assert steps.curve["model"].tolist() == ["sr_frozen", "sr"]
    assert steps.curve["epoch"].tolist() == [1, 2]


def test_freezing_stills_the_statistics_too() -> None:
    maps = fpn(WIDTH)
    whole = cascade(maps, WIDTH, 4)
    freeze(maps)
    assert {weight.path.split("/")[0].split("_")[0] for weight in whole.trainable_weights} == {"regressor", "score"}


def test_a_cascade_killed_between_its_trainings_ends_as_an_unbroken_one(
    steps: Steps, state: Path, tmp_path: Path, segmentation: Path
) -> None:
    shutil.copytree(state / "frozen", tmp_path / "frozen")
    resumed = train_cascade(CASCADE, segmentation, PARTS, tmp_path)
    assert resumed.curve.equals(steps.curve)
    for one, other in zip(resumed.tuned.get_weights(), steps.tuned.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_folder_of_another_network_is_refused(tmp_path: Path, segmentation: Path) -> None:
    with pytest.raises(InputError, match="holds a network 'fpn'; wanted is one of sr, resnet34"):
        load_regressor(segmentation)
