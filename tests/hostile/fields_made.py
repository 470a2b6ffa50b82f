"""Small pictures that `ki67 score` finds nothing to say against but their few cells, for hostile hands to spoil."""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

BLUE, BROWN, GROUND = (110, 120, 170), (120, 80, 50), (232, 228, 224)
SIDE = 256
SCALE = {"dpi": (39_077, 39_077)}  # 0.65 µm a pixel


@cache
def field(seed: int = 1) -> Image.Image:
    """Blue and brown discs of nuclear size on a pale ground."""
    rng, (y, x) = np.random.default_rng(seed), np.mgrid[:SIDE, :SIDE]
    picture = np.full((SIDE, SIDE, 3), GROUND, np.uint8)
    for number, (left, top) in enumerate(rng.integers(12, SIDE - 12, (24, 2))):
        picture[(x - left) ** 2 + (y - top) ** 2 <= 49] = BROWN if number % 3 == 0 else BLUE
    return Image.fromarray(picture)


def write_field(path: Path, seed: int = 1, **how: object) -> Path:
    """In the format of the name's ending, with its scale."""
    path.parent.mkdir(parents=True, exist_ok=True)
    field(seed).save(path, **(SCALE | how))
    return path
