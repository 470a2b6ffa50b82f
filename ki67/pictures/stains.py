"""Which stain a picture seems to have: what hues tell of haematoxylin with DAB or eosin, and of what is no section at all.

A hue is the part of a pixel's optical density that red, green and blue light each meet. The bounds follow from published
directions of the stains (Ruifrok and Johnston 2001) and from simulated sections. They were revised once with real sections in
view: `SOME_PINK` was a fiftieth before, and brown did not have to be more than pink. The book tells what both catch.
"""

import math
from dataclasses import dataclass

import numpy as np

from ki67.pictures.domain import DENSITY
from ki67.pictures.regions import Pixels

TISSUE = 0.12  # mean optical density above the picture's own white
LAMP = 200  # ground that white light passes is at least so bright
# How much larger a part green has than red and blue. Published haematoxylin and DAB never mix to more than 0.094, eosin has 0.75.
PINK = 0.15
# Of no stain: much more red met than green, as by blue or green paint; green met least; blue met nearly alone, as by yellow.
CYAN, GREEN, YELLOW = 0.2, 0.03, 0.3
COLOURLESS = 0.06  # between the largest part and the least: ink, letters, grey pictures
DARK = 0.4  # mean optical density that passes two fifths of the light
SOME_PINK, SOME_BROWN = 0.1, 0.02  # of the tissue: eosin stains nearly all of it, DAB may stain few nuclei
MANY, MOST = 0.3, 0.5  # of the tissue: more than simulated sections have, of any stain

HE_FOR_KI67 = "looks like H&E, not like a Ki-67 stain"
KI67_FOR_HE = "looks like a brown stain such as Ki-67, not like H&E"
DARK_GROUND = "more dark than light, as in fluorescence: no stained section in white light?"
STRANGE = "colours that no stained section has: a photograph or a screen?"
NO_COLOUR = "nearly without colour: a grey picture or a screen?"
WRONG = frozenset({HE_FOR_KI67, KI67_FOR_HE, DARK_GROUND, STRANGE, NO_COLOUR})


@dataclass(frozen=True)
class Colours:
    """Parts of a picture's tissue, or of what seems to be tissue, by hue; nan where there is none."""

    tissue: float  # share of the picture
    pink: float = math.nan  # of eosin, blood
    brown: float = math.nan  # blue light is met more than green: of DAB
    strange: float = math.nan  # of no stain
    colourless: float = math.nan
    dark: float = math.nan


def measure_colours(pixels: Pixels) -> Colours:
    """Of a picture, a window or a tile: every fourth pixel is enough."""
    white = np.maximum(np.percentile(pixels[::4, ::4].reshape(-1, 3), 98, axis=0), LAMP).astype(np.uint8)
    density = np.maximum(DENSITY[pixels[::2, ::2]] - DENSITY[white], 0)
    found = density[density.mean(axis=2) > TISSUE]
    if not len(found):
        return Colours(0.0)
    red, green, blue = (found / found.sum(axis=1, keepdims=True)).T
    most, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    strange = (red - green > CYAN) | (np.minimum(red, blue) - green > GREEN) | (blue - green > YELLOW)
    parts = (green - np.maximum(red, blue) > PINK, blue > green, strange, most - least < COLOURLESS, found.mean(axis=1) > DARK)
    return Colours(len(found) / density[..., 0].size, *(float(part.mean()) for part in parts))


def no_section(found: Colours) -> list[str]:
    """Why a picture cannot be a stained section in white light, if it cannot."""
    if found.tissue * found.dark > MOST:
        return [DARK_GROUND]
    return [STRANGE] * (found.strange > MANY) + [NO_COLOUR] * (found.colourless > MOST)


def not_ki67(found: Colours) -> list[str]:
    """Warn of what is no field stained with haematoxylin and DAB."""
    like_he = found.pink > max(found.brown, SOME_PINK)
    return no_section(found) or [HE_FOR_KI67] * like_he


def not_he(found: Colours) -> list[str]:
    """Warn of what is no section stained with haematoxylin and eosin."""
    return no_section(found) or [KI67_FOR_HE] * (found.brown > max(found.pink, SOME_BROWN))
