"""What the app's network is trained to make small: one less the Dice coefficient of a whole batch (McConnell et al. 2021)."""

from typing import Any

import keras
from keras import ops

Tensor = Any
EPSILON = 1.0  # the public library's: added above and below


@keras.saving.register_keras_serializable("ki67")  # type: ignore[untyped-decorator]
def dice_loss(truth: Tensor, shares: Tensor) -> Tensor:
    """One number a batch: hits are summed over all pixels, pictures and classes before anything is divided.

    Background is a class like the others, so three quarters of what is rewarded lie between the cells.
    """
    both = ops.sum(truth * shares)
    return 1 - (2 * both + EPSILON) / (ops.sum(truth) + ops.sum(shares) + EPSILON)
