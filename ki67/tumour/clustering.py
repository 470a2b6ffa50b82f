"""Tissue types found without labels, as layers of a network: z-scores, principal components, k-means (Pedersen et al., 2.3).

scikit-learn finds the weights, on what a trained network sees in sampled patches; the layers then say what it would say.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from ki67.base.errors import InputError

CLUSTERS = 10
EXPLAINED = 0.95  # the share of the variance that the components must explain together
STARTS = 10  # of which k-means keeps the best

Tensor = Any


def cluster_layers(features: NDArray[np.float32], k: int = CLUSTERS, share: float = EXPLAINED, seed: int = 0) -> keras.Model:
    """From the features of a patch to its cluster, one-hot; found on these features, a row a patch."""
    return as_layers(clustered(features, k, share, seed))


def clustered(features: NDArray[np.float32], k: int, share: float, seed: int) -> Pipeline:
    """The three steps by scikit-learn; a feature that never varies is nought after the first and weighs nothing."""
    different = len(np.unique(features, axis=0))
    if different < k:
        raise InputError(f"clustering: {k} clusters need as many patches that differ, there are {different}; sample more")
    standard, components = StandardScaler(), PCA(share, svd_solver="full")
    clusters = KMeans(k, n_init=STARTS, random_state=seed)
    steps = Pipeline([("standard", standard), ("components", components), ("clusters", clusters)])
    return steps.fit(features.astype(np.float64))


def as_layers(steps: Pipeline) -> keras.Model:
    """The same as layers, in full precision whatever the network around them computes in."""
    standard, components, clusters = (step for _, step in steps.steps)
    features = keras.Input((standard.n_features_in_,), dtype="float32", name="features")
    z_scores = layers.Normalization(mean=standard.mean_, variance=standard.scale_**2, dtype="float32", name="standard")
    rotation = layers.Dense(int(components.n_components_), dtype="float32", name="components")
    nearest = NearestCentre(clusters.n_clusters, dtype="float32", name="clusters")
    model = keras.Model(features, nearest(rotation(z_scores(features))), name="clustering")
    rotation.set_weights([components.components_.T, -components.components_ @ components.mean_])
    nearest.set_weights([clusters.cluster_centers_])
    model.trainable = False
    return model


@keras.saving.register_keras_serializable("ki67")
class NearestCentre(layers.Layer):  # type: ignore[misc]
    """Which of k centres is nearest, one-hot."""

    def __init__(self, k: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.k = k

    def build(self, shape: tuple[int, ...]) -> None:
        """The centres."""
        self.centres = self.add_weight(shape=(self.k, shape[-1]), initializer="zeros", name="centres")

    def call(self, x: Tensor) -> Tensor:
        """The cluster of each row."""
        return ops.one_hot(ops.argmin(self.distances(x), axis=-1), self.k, dtype=self.compute_dtype)

    def distances(self, x: Tensor) -> Tensor:
        """From each row to each centre."""
        return ops.norm(x[:, None] - self.centres, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What a checkpoint must know to make it again."""
        return {**super().get_config(), "k": self.k}


def with_clusters(classifier: keras.Model, encoder: keras.Model, clusters: keras.Model) -> keras.Model:
    """Design V as one network: the patch's shares, and behind them its cluster, one-hot, that a frozen branch finds.

    The branch is a copy: the encoder may be what the classifier began from. `supervision.answer_alone` gives the classifier back.
    """
    branch = keras.Model(encoder.input, clusters(encoder.output))
    frozen = keras.models.clone_model(branch)
    frozen.set_weights(branch.get_weights())
    frozen.name, frozen.trainable = "frozen", False
    pair = [classifier.output, frozen(classifier.input, training=False)]
    answers = layers.Concatenate(dtype="float32", name="answers")(pair)
    return keras.Model(classifier.input, answers, name=classifier.name)
