"""What a refinement network is shown: the whole slide in small, and the heat map over it."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.pictures.regions import Pixels, Region, Regions
from ki67.slides.heat import HeatMap

Floats = NDArray[np.float32]
Lightness = Literal["unit", "spread"]  # a pixel by 255, as published; or from its least to its most, as deployed


def small_view(picture: Regions, side: int) -> Pixels:
    """The whole slide as a square: its proportions are given up, as published."""
    width, height = picture.size(1.0)
    coarse = max(1.0, min(width, height) / side)  # by the shorter side, which keeps its detail
    whole = picture.read(Region(0, 0, *picture.size(coarse), coarse))
    return np.asarray(Image.fromarray(whole).resize((side, side), Image.Resampling.BILINEAR))


def refiner_input(view: Pixels, heat: HeatMap, lightness: Lightness = "unit") -> Floats:
    """Three channels of light and one of heat, all from 0 to 1, (side, side, 4)."""
    height, width = view.shape[:2]
    return np.concatenate([light(view, lightness), heat.resized((width, height))[..., None]], axis=2)


def light(view: Pixels, lightness: Lightness) -> Floats:
    """The view alone, as networks want it."""
    values = view.astype(np.float32)
    if lightness == "unit":
        return values / np.float32(255)
    least, most = values.min(), values.max()
    return np.asarray((values - least) / np.maximum(most - least, 1), dtype=np.float32)
