"""One patch seen many ways, as published: flips and rotation, gamma, hue and saturation; cheap enough to be made anew each time.

The paper names the changes and not their size. Rotation is by quarter turns, because tissue has no direction and a quarter
turn needs no interpolation; the colours move about as far as those of two laboratories.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

GAMMA = 1.25  # the exponent lies between 1/1.25 and 1.25
HUE = 0.04  # of a full turn, to either side
SATURATION = 1.25  # the factor lies between 1/1.25 and 1.25
WAYS = 8  # four quarter turns, each also mirrored

Generator = np.random.Generator
Image = NDArray[np.uint8]


def amounts() -> dict[str, float]:
    """How far colours are moved, for whoever reads of it."""
    return {"gamma": GAMMA, "hue": HUE, "saturation": SATURATION}


def network_input(images: Image) -> NDArray[np.float32]:
    """Pixels as every network of the chapter takes them: from −1 to 1."""
    return np.subtract(np.divide(images, 127.5, dtype=np.float32), 1, dtype=np.float32)


def turned(array: NDArray[Any], way: int) -> NDArray[Any]:
    """One of the eight ways to lay a square on itself: rows and columns first, any channels after them."""
    quarter = np.rot90(array, way % 4)
    return quarter[:, ::-1] if way >= 4 else quarter


def colour_matrix(turn: float, saturation: float) -> NDArray[np.float32]:
    """What turns hues about the grey axis and stretches colour away from it; grey, and the mean of the three, stay."""
    cosine, sine = np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    grey = np.full((3, 3), 1 / 3)
    matrix = grey + saturation * (cosine * (np.eye(3) - grey) + sine * cross)
    return np.asarray(matrix, np.float32)


def recoloured(image: Image, gamma: float, turn: float, saturation: float) -> Image:
    """A picture with another gamma, hue and saturation."""
    curve = (255 * np.linspace(0, 1, 256) ** gamma).astype(np.float32)
    colours = curve[image] @ colour_matrix(turn, saturation).T
    return np.asarray(np.clip(np.rint(colours), 0, 255), np.uint8)


def randomly_recoloured(image: Image, rng: Generator) -> Image:
    """Gamma, hue and saturation drawn at random, factors as likely below one as above."""
    gamma, saturation = GAMMA ** rng.uniform(-1, 1), SATURATION ** rng.uniform(-1, 1)
    return recoloured(image, gamma, rng.uniform(-HUE, HUE), saturation)


def augmented(image: Image, rng: Generator) -> Image:
    """A random view of a patch."""
    return np.ascontiguousarray(turned(randomly_recoloured(image, rng), int(rng.integers(WAYS))))


def augmented_pair(image: Image, masks: NDArray[Any], rng: Generator) -> tuple[Image, NDArray[Any]]:
    """A random view of a patch and of its masks, which turn with it and keep their values."""
    view, way = randomly_recoloured(image, rng), int(rng.integers(WAYS))
    return np.ascontiguousarray(turned(view, way)), np.ascontiguousarray(turned(masks, way))
