"""A field and its mask seen another way, as published: one of two mirrors or a quarter turn, three times in four."""

import numpy as np
from numpy.typing import NDArray

from ki67.cellularity.augmentation import turned

Pixels = NDArray[np.uint8]
CHANCE = 0.75
AS_IT_IS = 0  # ways of `turned`
LEFT_RIGHT, UPSIDE_DOWN, QUARTER_TURN = 4, 6, 1
WAYS = (LEFT_RIGHT, UPSIDE_DOWN, QUARTER_TURN)


def random_way(rng: np.random.Generator) -> int:
    """As it is, or one of the three, all four as likely."""
    return int(rng.choice(WAYS)) if rng.random() < CHANCE else AS_IT_IS


def seen_another_way(image: Pixels, mask: Pixels, rng: np.random.Generator) -> tuple[Pixels, Pixels]:
    """A random view of both, laid alike; no colour changes and no value is mixed."""
    way = random_way(rng)
    return np.ascontiguousarray(turned(image, way)), np.ascontiguousarray(turned(mask, way))
