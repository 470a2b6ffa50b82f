"""Networks of patches: they learn from raw slides, are asked about tissue alone, and heat sections that they never saw."""

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from made_slides import write_pyramid

from ki67.base.errors import InputError
from ki67.data.bcs1 import Section
from ki67.models.store import weights_by_name
from ki67.pictures.decoded import Decoded
from ki67.settings.slides import Clustered, Patchwise
from ki67.slides.grid import PATCH, Grid
from ki67.tumour import clustered, patchwise
from ki67.tumour.clustered import encoder_of, sampled_features, seeing_patches, train_clustered
from ki67.tumour.crossfit import crossfitted, dealt
from ki67.tumour.head import POOLED, TUMOUR, with_head
from ki67.tumour.patchwise import Taught, Trained, heat_all, heat_of, labelled_slides, train_patch_network
from ki67.tumour.prepared import Prepared

ROWS, COLUMNS, SHRINK = 2, 3, 4
USUAL = {
    "width": 1.0, "shrink": SHRINK, "epochs": 2, "steps": 3, "batch": 8, "validation_steps": 2, "learning_rate": 0.02,
    "schedule": "constant", "momentum": 0.5, "precision": "float32", "seed": 1,
}  # fmt: skip
PATCHWISE = Patchwise(**USUAL, networks=["mobilenetv2"], weights="random", folds=2)
CLUSTERED = Clustered(**USUAL, loss="as_coded", features="own", clusters=3, variance=0.9, feature_batches=4)
VIOLET, PINK = (150, 90, 170), (230, 160, 190)


def tiny(width: float, side: int, weights: object, momentum: float) -> keras.Model:
    """Sees colours, which is all that there is to see."""
    patch = keras.Input((side, side, 3))
    maps = keras.layers.Conv2D(4, 4, 4, activation="relu", name="colours")(patch)
    return keras.Model(patch, with_head(maps, momentum), name="tiny")


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(patchwise.PATCH_NETWORKS, "mobilenetv2", tiny)


def picture(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pink patches and violet ones, which are tumour, and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation([1, 1, 1, 2, 2, 2]).reshape(ROWS, COLUMNS).astype(np.uint8)
    colours = np.where(labels[..., None] == 2, VIOLET, PINK)
    pixels = colours.repeat(PATCH, 0).repeat(PATCH, 1) + rng.integers(-9, 9, (ROWS * PATCH, COLUMNS * PATCH, 1))
    return pixels.astype(np.uint8), labels


def prepared(name: str, patient: str, grade: int, labels: np.ndarray) -> Prepared:
    nothing = np.zeros((4, 4), np.float32)
    grid, tissue = Grid(COLUMNS * PATCH, ROWS * PATCH), np.ones((ROWS, COLUMNS), np.float32)
    return Prepared(name, patient, grade, None, grid, tissue, labels, nothing.astype(np.uint8), nothing, nothing > 0)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory) -> tuple[list[Prepared], dict[str, Section]]:
    """Six sections of five patients."""
    root, found, sections = tmp_path_factory.mktemp("slides"), [], {}
    for seed, patient in enumerate("aabcde"):
        pixels, labels = picture(seed)
        path = write_pyramid(root / f"{seed}.tif", pixels, 1.0)
        found.append(prepared(str(seed), patient, 1 + seed % 2, labels))
        sections[str(seed)] = Section(str(seed), path, path, patient, 1 + seed % 2, None)
    return found, sections


def taught(cohort: tuple[list[Prepared], Mapping[str, Section]]) -> Taught:
    return Taught(labelled_slides(cohort[0][:4], cohort[1]), labelled_slides(cohort[0][4:], cohort[1]))


@pytest.fixture
def trained(cohort, tmp_path: Path):
    return train_patch_network(PATCHWISE.model_copy(update={"epochs": 6}), "mobilenetv2", taught(cohort), tmp_path / "state")


def test_a_network_learns_from_raw_slides_and_heats_tumour_in_others(trained, cohort, tmp_path: Path) -> None:
    network, curve = trained.network, trained.curve
    assert len(trained.waiting) == 6 and all(0 <= epoch.share < 1 for epoch in trained.waiting)
    assert list(curve.columns) == ["epoch", "loss", "validation_balanced_accuracy", "learning_rate"]
    assert curve["validation_balanced_accuracy"].max() == 1
    heat = heat_all(network, cohort[0][4:], cohort[1], tmp_path / "heat")
    for section in cohort[0][4:]:
        np.testing.assert_array_equal(heat[section.name].values > 0.5, section.labels == 2)
    assert sorted(path.name for path in (tmp_path / "heat").iterdir()) == ["4.npz", "5.npz"]


def test_a_training_killed_after_an_epoch_ends_as_an_unbroken_one(cohort, tmp_path: Path) -> None:
    whole = train_patch_network(PATCHWISE, "mobilenetv2", taught(cohort), tmp_path / "whole")
    train_patch_network(PATCHWISE.model_copy(update={"epochs": 1}), "mobilenetv2", taught(cohort), tmp_path / "killed")
    resumed = train_patch_network(PATCHWISE, "mobilenetv2", taught(cohort), tmp_path / "killed")
    assert resumed.curve.equals(whole.curve)
    for one, other in zip(whole.network.get_weights(), resumed.network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_patches_with_tissue_are_asked_however_many_stand_in_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patchwise, "AT_ONCE", 2)
    pixels, labels = picture(3)
    section = prepared("a", "a", 1, labels)
    section.tissue[0, 1] = 0.25
    network = tiny(1.0, PATCH // SHRINK, None, 0.5)
    heat = heat_of(network, Decoded(pixels, 1.0), section)
    assert np.isnan(heat.values[0, 1]) and np.isnan(heat.values).sum() == 1
    for row, column in ((0, 0), (1, 2)):
        seen = Decoded(pixels, 1.0).read(section.grid.region(row, column, SHRINK))
        share = network.predict_on_batch(seen[None] / np.float32(127.5) - 1)[0, TUMOUR]
        assert heat.values[row, column] == pytest.approx(share, abs=1e-5)
    section.tissue[:] = 0
    assert np.isnan(heat_of(network, Decoded(pixels, 1.0), section).values).all()


def test_clusters_are_found_in_what_design_iv_sees_and_do_not_learn(trained, cohort, tmp_path: Path) -> None:
    own = trained.network
    encoder = encoder_of(CLUSTERED, own)
    features = sampled_features(encoder, CLUSTERED, taught(cohort))
    assert features.shape == (32, own.get_layer(POOLED).output.shape[-1])
    np.testing.assert_array_equal(features, sampled_features(encoder, CLUSTERED, taught(cohort)))
    found = train_clustered(CLUSTERED, own, taught(cohort), tmp_path / "clustered")
    network = found.network
    assert network.output_shape == (None, 2) and len(found.curve) == 2
    assert weights_by_name(network).keys() == weights_by_name(own).keys()
    assert (network.get_layer("colours").get_weights()[0] != own.get_layer("colours").get_weights()[0]).any()


def test_an_encoder_of_larger_patches_is_refused() -> None:
    with pytest.raises(InputError, match=r"clustered.shrink = 4: design IV sees 128 pixels"):
        encoder_of(CLUSTERED, tiny(1.0, 128, None, 0.5))


def test_vgg_is_shown_bytes_blue_first_less_the_means_of_imagenet() -> None:
    given = keras.Input((None, None, 3))
    network = seeing_patches(keras.Model(given, keras.layers.GlobalAveragePooling2D()(given)), 8)
    pixel = np.array([10, 100, 200], np.float32)
    patch = np.broadcast_to(pixel / 127.5 - 1, (1, 8, 8, 3))
    expected = keras.applications.vgg16.preprocess_input(pixel[None, None, None].copy()).ravel()
    np.testing.assert_allclose(network.predict_on_batch(patch)[0], expected, atol=1e-3)
    assert clustered.MEANS[0] == pytest.approx(200 - expected[0], abs=1e-3)


def test_patients_stay_in_one_fold_and_grades_are_shared_out() -> None:
    labels = picture(0)[1]
    sections = [prepared(f"{p}-{n}", f"p{p}", 1 + p % 3, labels) for p in range(12) for n in range(2)]
    folds = dealt(sections, 4, seed=0)
    assert sorted(s.name for fold in folds for s in fold) == sorted(s.name for s in sections)
    patients = [{s.patient for s in fold} for fold in folds]
    assert [len(fold) for fold in patients] == [3, 3, 3, 3] and len(set.union(*patients)) == 12
    assert all({s.grade for s in fold} == {1, 2, 3} for fold in folds)
    assert [{s.patient for s in fold} for fold in dealt(sections, 4, seed=1)] != patients


def test_each_section_is_heated_by_a_network_that_did_not_learn_from_its_patient(
    cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, sections = cohort
    learnt, heated = [], []

    def train(settings: object, name: object, taught: Taught, state: Path) -> Trained:
        learnt.append({sections[slide.path.stem].patient for slide in taught.train})
        return Trained(state.name, pd.DataFrame(), ())

    def heat(network: str, fold: list[Prepared], *rest: object) -> dict[str, str]:
        heated.append({section.patient for section in fold})
        return {section.name: network for section in fold}

    monkeypatch.setattr("ki67.tumour.crossfit.train_patch_network", train)
    monkeypatch.setattr("ki67.tumour.crossfit.heat_all", heat)
    maps = crossfitted(PATCHWISE, found[:4], found[4:], sections, tmp_path, tmp_path / "heat")
    assert list(sorted(maps)) == ["0", "1", "2", "3"] and set(maps.values()) == {"fold-0", "fold-1"}
    assert all(who.isdisjoint(seen) and who | seen == {"a", "b", "c"} for who, seen in zip(heated, learnt, strict=True))
