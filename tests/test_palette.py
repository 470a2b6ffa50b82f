"""A class has one colour in every chapter, and readers who see no red or no green tell all of them apart."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from ki67.cells.cells import LABELS, QUPATH_CLASSES, TIL
from ki67.data.patches import LYMPHOCYTE
from ki67.figures.palette import COLOURS, METHOD_COLOURS, NUCLEI

PACKAGE = Path(__file__).parents[1] / "ki67"
# Machado, Oliveira and Fernandes (2009): what linear light becomes to eyes without one kind of cone.
WITHOUT_GREEN = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]])
WITHOUT_RED = np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]])
EYES = {"usual": np.eye(3), "without green": WITHOUT_GREEN, "without red": WITHOUT_RED}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
APART = 20.0  # CIE 1976: about ten times what is just seen side by side


def lab(colour: str, eyes: np.ndarray) -> np.ndarray:
    """A colour as CIE L*a*b* has it, as such eyes see it."""
    shown = np.array(to_rgb(colour))
    light = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(eyes @ light, 0, 1) / (0.9505, 1, 1.089), 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def nearest(colours: list[str], eyes: np.ndarray) -> float:
    return min(float(np.linalg.norm(lab(one, eyes) - lab(other, eyes))) for one, other in combinations(colours, 2))


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("colours", [COLOURS.values(), NUCLEI.values(), METHOD_COLOURS])
def test_colours_that_are_drawn_together_are_told_apart_by_everyone(colours: list[str], eyes: str) -> None:
    assert nearest(list(colours), EYES[eyes]) > APART


def test_a_red_and_a_green_would_not_pass() -> None:
    assert nearest(["#E8403C", "#40BE5A"], WITHOUT_GREEN) < APART < nearest(["#E8403C", "#40BE5A"], np.eye(3))


def test_cells_look_in_figures_as_in_qupath_and_a_lymphocyte_is_a_til_in_any_stain() -> None:
    assert {label: tuple(round(255 * part) for part in to_rgb(COLOURS[label])) for label in LABELS} == {
        label: colour for label, (_, colour) in QUPATH_CLASSES.items()
    }
    assert NUCLEI[LYMPHOCYTE] == COLOURS[TIL]


def test_no_method_is_drawn_in_the_colour_of_a_class() -> None:
    assert not {*METHOD_COLOURS} & {*COLOURS.values(), *NUCLEI.values()}


def test_colours_of_figures_are_chosen_in_one_place() -> None:
    drawing = [path for path in PACKAGE.rglob("*.py") if "matplotlib" in path.read_text() and path.name != "palette.py"]
    chosen = {path.relative_to(PACKAGE).as_posix(): set(re.findall(r'"(#[0-9a-fA-F]{6})"', path.read_text())) for path in drawing}
    told = {*COLOURS.values(), *NUCLEI.values(), *METHOD_COLOURS}
    assert {name: found & told for name, found in chosen.items() if {colour.upper() for colour in found} & told} == {}
