"""Pictures as other laboratories, microscopes and files would show them: each shift is one change, in steps."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ki67.pictures.domain import DENSITY
from ki67.pictures.regions import Pixels
from ki67.score.appearance import UNMIXING

Change = Callable[[Pixels, float], Pixels]


def stain(pixels: Pixels, factor: float) -> Pixels:
    """Both stains so many times as strong."""
    return _shown(DENSITY[pixels] * np.float32(factor))


def brown(pixels: Pixels, factor: float) -> Pixels:
    """Only the brown stain so many times as strong: what a longer or shorter development gives."""
    density = DENSITY[pixels]
    amount = np.maximum(density @ UNMIXING, 0)[..., 1:]
    direction = np.linalg.pinv(UNMIXING)[1]
    return _shown(density + (factor - 1) * amount * direction.astype(np.float32))


def _shown(density: NDArray[np.float32]) -> Pixels:
    return np.clip(np.rint(255 * 10.0 ** -np.maximum(density, 0)), 0, 255).astype(np.uint8)


def blur(pixels: Pixels, sigma: float) -> Pixels:
    """Out of focus by so many pixels of the network's frame."""
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(sigma))) if sigma else pixels


def scale(pixels: Pixels, factor: float) -> Pixels:
    """As if the µm/px were wrong by a factor: the whole field so many times as large."""
    height, width = (round(side * factor) for side in pixels.shape[:2])
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC))


def jpeg(pixels: Pixels, quality: float) -> Pixels:
    """Stored as JPEG of a quality, after it was reduced: harder on it than on the whole field."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=int(quality))
    return np.asarray(Image.open(stream).convert("RGB"))


@dataclass(frozen=True)
class Shift:
    """A change in steps; at `none` it changes nothing."""

    name: str
    change: Change
    steps: tuple[float, ...]
    none: float


SHIFTS = (
    Shift("both stains ×", stain, (0.4, 0.6, 0.8, 1.0, 1.25, 1.6, 2.0), 1.0),
    Shift("brown stain ×", brown, (0.25, 0.5, 0.75, 1.0, 1.5, 2.0), 1.0),
    Shift("blur, px", blur, (0.0, 0.5, 1.0, 1.5, 2.0, 3.0), 0.0),
    Shift("size ×", scale, (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0), 1.0),
    Shift("JPEG quality", jpeg, (10, 20, 40, 60, 80, 95), 95),
)
