"""What the networks of H2G-Net are trained to make small.

A patch network gives a share a class and is told the class, one-hot; in design V the cluster of each patch, one-hot, stands
behind its shares (`clustering.with_clusters`). A refiner gives two shares a pixel and is told the share of tumour; its further
answers stand behind the first (`supervision.side_by_side`).
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from ki67.tumour.head import CLASSES, TUMOUR

Tensor = Any
PLAIN = "categorical_crossentropy"
SMOOTH = 1.0


def entropies(truth: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
    """The cross entropy of each patch, and its cluster."""
    shares, clusters = answers[:, : len(CLASSES)], answers[:, len(CLASSES) :]
    return ops.categorical_crossentropy(truth, shares), clusters


@keras.saving.register_keras_serializable("ki67")  # type: ignore[untyped-decorator]
def clusters_as_printed(truth: Tensor, answers: Tensor) -> Tensor:
    """Equation 1: the mean over the batch's clusters of the *sum* in each.

    Each patch is in one cluster, so all sums together are that of the batch whatever the clusters are: this is the plain
    cross entropy times the patches a cluster, and balances nothing.
    """
    entropy, clusters = entropies(truth, answers)
    sums = ops.matmul(entropy, clusters)
    return ops.sum(sums) / ops.sum(present(ops.sum(clusters, axis=0)))


@keras.saving.register_keras_serializable("ki67")  # type: ignore[untyped-decorator]
def clusters_as_coded(truth: Tensor, answers: Tensor) -> Tensor:
    """The reference: means over the patches of a cluster, over the clusters in a class, over the classes.

    A class that the batch lacks is 0/0 there; here it is left out of the last mean.
    """
    entropy, clusters = entropies(truth, answers)
    patches = ops.matmul(ops.transpose(truth), clusters)  # class × cluster
    sums = ops.matmul(ops.transpose(truth * entropy[:, None]), clusters)
    found = present(patches)
    classes = mean(ops.sum(mean(sums, patches), axis=1), ops.sum(found, axis=1))
    return ops.sum(classes) / ops.sum(present(ops.sum(found, axis=1)))


def present(patches: Tensor) -> Tensor:
    """One where there is any patch."""
    return ops.cast(patches > 0, patches.dtype)


def mean(total: Tensor, number: Tensor) -> Tensor:
    """Nought of nothing is nought."""
    return ops.divide_no_nan(total, number)


@keras.saving.register_keras_serializable("ki67")
class SoftDice(keras.losses.Loss):  # type: ignore[misc]
    """One less the soft Dice coefficient of tumour with squared denominators, a weight an answer.

    Each section has a coefficient of its own, so that accumulating gradients over small batches is the same as a large batch.
    """

    def __init__(
        self, weights: Sequence[float] = (1.0,), name: str = "soft_dice", reduction: str = "sum_over_batch_size"
    ) -> None:
        super().__init__(name=name, reduction=reduction)
        self.weights = tuple(weights)

    def call(self, truth: Tensor, answers: Tensor) -> Tensor:
        """A number a section; truth is the share of tumour of each pixel, as a single map."""
        tumour = answers[..., TUMOUR :: len(CLASSES)]
        both = ops.sum(truth * tumour, axis=(1, 2))
        each = ops.sum(ops.square(truth), axis=(1, 2)) + ops.sum(ops.square(tumour), axis=(1, 2))
        dice = (2 * both + SMOOTH) / (each + SMOOTH)
        return ops.sum((1 - dice) * ops.convert_to_tensor(self.weights, dtype=dice.dtype), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """What a checkpoint must know to make it again."""
        return {"weights": self.weights, "name": self.name, "reduction": self.reduction}
