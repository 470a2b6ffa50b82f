"""The loss of the segmentation networks (Rakhlin et al. 2019, equations 1 to 3): cross entropy, less a soft Jaccard index."""

from typing import Any

import keras
from keras import ops

Tensor = Any
ALPHA = 0.15  # the share of the soft Jaccard index; found by the authors in cross-validation
CLASS_WEIGHTS = (1.0, 1.0, 4.0, 1.0)  # normal, lymphocyte, malignant, background


def soft_jaccard(truth: Tensor, maps: Tensor) -> Tensor:
    """Equation 2 as printed, (sample, channel): the mean over pixels of yŷ / (y + ŷ − yŷ).

    Each pixel is divided by its own union. Where y and ŷ are both 0 that is 0/0; it counts as 0, the limit for ŷ → 0 at y = 0.
    With labels of 0 and 1 every other union divides nothing away and the mean is that of yŷ: it rewards what is
    found and leaves what is found wrongly to the cross entropy.
    """
    both = truth * maps
    return ops.mean(ops.divide_no_nan(both, truth + maps - both), axis=(1, 2))


def class_losses(truth: Tensor, maps: Tensor) -> Tensor:
    """Equation 1, (sample, channel)."""
    entropy = ops.mean(ops.binary_crossentropy(truth, maps), axis=(1, 2))
    return (1 - ALPHA) * entropy - ALPHA * soft_jaccard(truth, maps)


@keras.saving.register_keras_serializable("ki67")  # type: ignore[untyped-decorator]
def segmentation_loss(truth: Tensor, maps: Tensor) -> Tensor:
    """Equation 3, one number a sample: the mean of the class losses, malignant nuclei counting four times."""
    weights = ops.convert_to_tensor(CLASS_WEIGHTS, dtype=maps.dtype)
    return ops.sum(class_losses(truth, maps) * weights, axis=1) / sum(CLASS_WEIGHTS)
