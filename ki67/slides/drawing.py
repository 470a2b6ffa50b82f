"""What is seen of a slide: its outline over the tissue, and its maps as pictures that lie on the slide at their own scale."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.data.pyramid import write_pyramid
from ki67.pictures.drawing import draw_outline
from ki67.pictures.outline import Outline, Polygon
from ki67.pictures.regions import Pixels, Size, size_at
from ki67.slides.grid import Floats

MAP_UM = 8.0  # µm of a pixel of both maps: a 32nd of a patch's side
SURE = 255  # the value of a pixel that is tumour for certain
PALER = 0.5  # of its colour, what is outside the outline keeps
HEAT, MASK = ".heat.tif", ".mask.tif"  # endings of a slide's maps


def with_outline(view: Pixels, tumour: NDArray[np.bool_], polygons: Sequence[Polygon], size: Size) -> Image.Image:
    """The view with the tumour's border, and paler where there is none; the polygons are of the slide in that size."""
    shown = view.copy()
    shown[~tumour] = pale(shown[~tumour])
    picture = Image.fromarray(shown)
    draw_outline(picture, Outline(Path(), "", tuple(polygons)).of(size, picture.size))
    return picture


def pale(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mixed with white."""
    return np.asarray(255 - (255 - colours) * PALER, np.uint8)


def map_size(size: Size, um_per_px: float) -> Size:
    """Of a slide's maps: a pixel at least."""
    width, height = size_at(size, um_per_px, MAP_UM)
    return max(width, 1), max(height, 1)


def write_map(path: Path, pixels: NDArray[np.uint8], width_um: float) -> None:
    """A map of a whole slide of that width, as a pyramid that tells its scale."""
    write_pyramid(path, pixels, width_um / pixels.shape[1])


def in_8_bits(values: Floats) -> NDArray[np.uint8]:
    """From 0 to 1 before."""
    scaled = values * np.float32(SURE)
    return np.asarray(np.rint(scaled, out=scaled), np.uint8)


def tumour_in(refined: Floats, threshold: float, size: Size) -> NDArray[np.bool_]:
    """The refiner's square in the slide's proportions, by lines between the middles of its pixels, told apart."""
    return np.asarray(np.asarray(Image.fromarray(refined).resize(size, Image.Resampling.BILINEAR)) >= threshold)
