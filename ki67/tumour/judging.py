"""How well a section's tumour is outlined: recall, precision and Dice of its pixels at 8 µm/px, in the slide's own frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.cells.metrics import Counts
from ki67.pictures.regions import Size

THRESHOLD = 0.5

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Judged:
    """One section by one design."""

    recall: float
    precision: float
    dice: float


RIGHT, WRONG = Judged(1.0, 1.0, 1.0), Judged(0.0, 0.0, 0.0)


def judged(truth: Mask, found: Mask) -> Judged:
    """The paper's three measures.

    Where there is no tumour and none was found, all three are 1. They are 0 where only one of both is empty: a design that
    finds nothing gains nothing by it, though its precision would be nought by nought.
    """
    if not truth.any() and not found.any():
        return RIGHT
    counts = Counts(*(int(np.count_nonzero(pixels)) for pixels in (truth & found, ~truth & found, truth & ~found)))
    return Judged(counts.recall, counts.precision, counts.f1) if truth.any() and found.any() else WRONG


def outlined(probability: Floats, size: Size) -> Mask:
    """The tumour in the slide's frame (width, height), of a map that covers the whole slide, whatever its shape.

    The map is brought to the frame first and cut at one half there, so that the outline is no coarser than the frame.
    """
    return enlarged(probability, size, Image.Resampling.BILINEAR) >= THRESHOLD


def outlined_as_coded(probability: Floats, size: Size) -> Mask:
    """The same in the public code's order: cut at one half in the map's own pixels, then brought to the frame (cubic)."""
    cut = (probability >= THRESHOLD).astype(np.float32)
    return enlarged(cut, size, Image.Resampling.BICUBIC) >= THRESHOLD


def enlarged(values: Floats, size: Size, how: Image.Resampling) -> Floats:
    """A map in another size; its corners stay the slide's corners."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(values, np.float32)).resize(size, how), np.float32)
