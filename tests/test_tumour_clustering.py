"""Clusters as layers say what scikit-learn says, stay as they are while a classifier learns, and survive a checkpoint."""

from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.models.training import layer_precision
from ki67.tumour.clustering import NearestCentre, as_layers, cluster_layers, clustered, with_clusters
from ki67.tumour.head import features_of, with_head
from ki67.tumour.losses import clusters_as_coded
from ki67.tumour.supervision import answer_alone

FEATURES, K = 40, 10


def seen(rows: int, seed: int) -> NDArray[np.float32]:
    """Features of twelve kinds of tissue, on scales of their own; the last never varies."""
    draw = np.random.default_rng(seed)
    kinds = np.random.default_rng(0).normal(size=(12, FEATURES)) * 3
    features = kinds[draw.integers(12, size=rows)] + draw.normal(size=(rows, FEATURES))
    features = 50 + features * np.geomspace(0.01, 100, FEATURES)
    features[:, -1] = 7
    return features.astype(np.float32)


@pytest.fixture(scope="module")
def learnt_from() -> NDArray[np.float32]:
    return seen(600, seed=1)


def test_each_layer_gives_what_scikit_learn_gives_on_patches_that_neither_has_seen(learnt_from: NDArray[np.float32]) -> None:
    steps = clustered(learnt_from, K, 0.95, seed=3)
    model = as_layers(steps)
    fresh = seen(500, seed=2)
    components = keras.Model(model.input, model.get_layer("components").output)(fresh)
    assert np.allclose(components, steps[:2].transform(fresh.astype(np.float64)), atol=1e-3)
    assert np.allclose(model.get_layer("clusters").distances(components), steps.transform(fresh.astype(np.float64)), atol=1e-3)
    clusters = keras.ops.convert_to_numpy(model(fresh))
    assert np.array_equal(clusters.argmax(axis=1), steps.predict(fresh.astype(np.float64)))
    assert np.array_equal(clusters.sum(axis=1), np.ones(500)) and set(np.unique(clusters)) == {0, 1}
    assert (clusters.sum(axis=0) > 0).all()  # none of the ten is there for nothing


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_components_explain_the_share_asked_for_and_one_fewer_would_not(learnt_from: NDArray[np.float32], share: float) -> None:
    explained = np.cumsum(clustered(learnt_from, K, share, seed=0)[1].explained_variance_ratio_)
    assert explained[-1] >= share > explained[-2]


def test_a_feature_that_never_varied_weighs_nothing_until_it_does(learnt_from: NDArray[np.float32]) -> None:
    model = cluster_layers(learnt_from, K)
    standard = keras.Model(model.input, model.get_layer("standard").output)
    assert np.array_equal(standard(learnt_from)[:, -1], np.zeros(600))
    changed = learnt_from.copy()
    changed[:, -1] = 9
    assert np.array_equal(standard(changed)[:, -1], np.full(600, 2, np.float32))  # as scikit-learn: in its own unit


def test_the_seed_decides_the_clusters(learnt_from: NDArray[np.float32]) -> None:
    first, same, other = (cluster_layers(learnt_from, K, seed=seed).get_weights()[-1] for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(("different", "enough"), [(K - 1, False), (K, True)])
def test_there_must_be_as_many_different_patches_as_clusters(different: int, enough: bool) -> None:
    patches = np.repeat(seen(different, seed=4), 3, axis=0)
    if enough:
        assert cluster_layers(patches, K)(patches).shape == (3 * K, K)
    else:
        with pytest.raises(InputError, match="10 clusters need as many patches that differ, there are 9"):
            cluster_layers(patches, K)


def patch_network() -> keras.Model:
    pixels = keras.Input((32, 32, 3))
    maps = keras.layers.BatchNormalization()(keras.layers.Conv2D(16, 3, strides=4, activation="relu")(pixels))
    return keras.Model(pixels, with_head(maps, momentum=0.9), name="small")


@pytest.fixture(scope="module")
def designs() -> tuple[keras.Model, keras.Model, NDArray[np.float32]]:
    """A classifier, the same with clusters of what another network sees, and patches."""
    keras.utils.set_random_seed(1)
    patches = np.random.default_rng(5).uniform(-1, 1, (24, 32, 32, 3)).astype(np.float32)
    encoder = features_of(patch_network())
    classifier = patch_network()
    return classifier, with_clusters(classifier, encoder, cluster_layers(encoder.predict(patches, verbose=0), 4)), patches


Designs = tuple[keras.Model, keras.Model, NDArray[np.float32]]


def test_the_cluster_stands_behind_the_classifiers_own_answer(designs: Designs) -> None:
    classifier, joined, patches = designs
    answers = keras.ops.convert_to_numpy(joined(patches))
    assert answers.shape == (24, 2 + 4)
    assert np.allclose(answers[:, :2], classifier(patches), atol=1e-6)
    assert np.array_equal(np.sort(answers[:, 2:], axis=1), np.tile([0, 0, 0, 1], (24, 1)))


def test_training_finds_the_classifiers_dropout_among_the_layers_to_seed(designs: Designs) -> None:
    _, joined, _ = designs
    assert [layer.name for layer in joined.layers if isinstance(layer, keras.layers.Dropout)] == ["hidden_drop"]


def test_only_the_classifier_learns_and_comes_back_alone(designs: Designs) -> None:
    classifier, joined, patches = designs
    assert len(joined.trainable_variables) == len(classifier.trainable_variables) > 0
    before = joined.get_layer("frozen").get_weights()
    joined.compile(keras.optimizers.Adam(1e-3), loss=clusters_as_coded)
    truth = np.eye(2, dtype=np.float32)[np.arange(24) % 2]
    start = [weights.copy() for weights in answer_alone(joined).get_weights()]
    joined.fit(patches, truth, batch_size=12, epochs=1, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, joined.get_layer("frozen").get_weights(), strict=True))
    alone = answer_alone(joined)
    assert not all(np.array_equal(a, b) for a, b in zip(start, alone.get_weights(), strict=True))
    assert alone.count_params() == classifier.count_params()
    assert np.array_equal(alone(patches), joined(patches)[:, :2])


def test_a_checkpoint_keeps_branch_loss_and_optimiser(designs: Designs, tmp_path: Path) -> None:
    _, joined, patches = designs
    joined.compile(keras.optimizers.Adam(1e-3), loss=clusters_as_coded)
    joined.optimizer.build(joined.trainable_variables)
    joined.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded(patches), joined(patches))
    assert loaded.loss is clusters_as_coded
    assert not loaded.get_layer("frozen").trainable_variables


def test_clusters_are_found_in_full_precision_inside_a_network_that_computes_in_less() -> None:
    features = seen(300, seed=6)
    with layer_precision("mixed_bfloat16"):
        model = cluster_layers(features, K)
    assert np.array_equal(model(features), cluster_layers(features, K)(features))
    assert isinstance(model.get_layer("clusters"), NearestCentre)
