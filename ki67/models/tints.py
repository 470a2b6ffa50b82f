"""Appearance drawn anew for each view: the same tissue as another stain or lamp would show it."""

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
DARKEST = 1 / 255


def tinted(pixels: Pixels, spread: float, rng: np.random.Generator) -> Pixels:
    """Pixels between 0 and 1, their optical densities times a factor of all channels and one of each, the light dimmed or not.

    `spread` is the standard deviation of the common factor's logarithm; the channels' is half of it, the light's a quarter.
    """
    common, light = rng.normal(0, spread), rng.normal(0, spread / 4)
    factor = np.exp(common + rng.normal(0, spread / 2, 3)).astype(np.float32)
    density = -np.log(np.maximum(pixels, np.float32(DARKEST)))
    seen: Pixels = np.minimum(np.exp(np.float32(light) - factor * density), np.float32(1))
    return seen
