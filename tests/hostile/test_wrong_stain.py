"""A picture of another stain, or of no tissue at all, is never scored without a word; one of the right stain is not accused."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import SCALE
from PIL import Image, ImageDraw

from ki67.pictures.stains import DARK_GROUND, HE_FOR_KI67, KI67_FOR_HE, NO_COLOUR, STRANGE, WRONG
from ki67.simulate import Scene, render_field
from ki67.simulate.he.patch import render_patch

SUBJECT = "wrong stain"
SIDE = 256
Y, X = np.mgrid[:SIDE, :SIDE]
TOOLS = ("score", "cellularity")


def dots(ground: tuple[int, int, int], *colours: tuple[int, int, int]) -> Image.Image:
    """Round spots of some colours on a ground."""
    rng, picture = np.random.default_rng(1), np.full((SIDE, SIDE, 3), ground, np.uint8)
    for number, (x, y) in enumerate(rng.integers(8, SIDE - 8, (60, 2))):
        picture[(X - x) ** 2 + (Y - y) ** 2 < 40] = colours[number % len(colours)]
    return Image.fromarray(picture)


def photograph() -> Image.Image:
    """Every hue, in light and shade."""
    hues = np.stack([X, 120 + Y // 4, 255 - Y // 3], axis=2).astype(np.uint8)
    return Image.frombytes("HSV", (SIDE, SIDE), hues.tobytes()).convert("RGB")


def screenshot() -> Image.Image:
    """A window with its bar, buttons and letters."""
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    drawn = ImageDraw.Draw(picture)
    drawn.rectangle((0, 0, SIDE, 20), fill=(32, 92, 180))
    for line in range(28, SIDE, 12):
        drawn.text((8, line), "Name, number, date of every patient", fill=(20, 20, 20))
    return picture


def noise() -> Image.Image:
    """Every pixel by chance."""
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8))


@cache
def ki67_field(patient: int = 3) -> Image.Image:
    """Simulated, in the colours of a patient; the third has brown nuclei in this field."""
    return Image.fromarray(render_field(771, patient, 1, Scene(SIDE, 0.65)).image)


@cache
def he_patch(patient: int = 1) -> Image.Image:
    """Simulated, in the colours of a patient."""
    return Image.fromarray(render_patch(771, patient, 1, 1).image)


def grey() -> Image.Image:
    """A Ki-67 field without its colours."""
    return ki67_field().convert("L").convert("RGB")


Made = Callable[[], Image.Image]
NO_SECTION: dict[str, tuple[Made, str, str]] = {  # the picture, and what `score` and `cellularity` say
    "fluorescence": (lambda: dots((6, 6, 10), (20, 40, 210), (30, 210, 50)), DARK_GROUND, DARK_GROUND),
    "a photograph": (photograph, STRANGE, STRANGE),
    "a screenshot": (screenshot, NO_COLOUR, NO_COLOUR),
    "noise": (noise, STRANGE, STRANGE),
    "a grey scan": (grey, NO_COLOUR, NO_COLOUR),
    "black": (lambda: Image.new("RGB", (SIDE, SIDE)), DARK_GROUND, DARK_GROUND),
    "green paint": (lambda: dots((240, 240, 240), (40, 180, 60)), STRANGE, STRANGE),
    "blank": (lambda: Image.new("RGB", (SIDE, SIDE), (244, 243, 242)), "hardly any tissue", "no tissue"),
}  # fmt: skip


def given_to(tool: str, made: Made) -> Arrange:
    """The picture, with its scale, and the command."""

    def arrange(folder: Path) -> list[str]:
        (folder / "in").mkdir()
        made().save(folder / "in/0.png", dpi=SCALE["dpi"])
        return [tool, "in", "--out", "out"]

    return arrange


UNFIT = [
    Case(SUBJECT, f"{name} given to ki67 {tool}", given_to(tool, made), Ended.WARNED, says)
    for name, (made, *said) in NO_SECTION.items()
    for tool, says in zip(TOOLS, said, strict=True)
] + [
    Case(SUBJECT, "H&E given to ki67 score", given_to("score", he_patch), Ended.WARNED, HE_FOR_KI67),
    Case(SUBJECT, "Ki-67 given to ki67 cellularity", given_to("cellularity", ki67_field), Ended.WARNED, KI67_FOR_HE),
]  # fmt: skip
RIGHT = [
    Case(SUBJECT, "Ki-67 given to ki67 score", given_to("score", ki67_field), Ended.DONE),
    Case(SUBJECT, "H&E given to ki67 cellularity", given_to("cellularity", he_patch), Ended.DONE),
]
CASES = UNFIT + RIGHT


@pytest.mark.parametrize("case", UNFIT, ids=str)
def test_what_is_not_of_the_stain_is_warned_of(case: Case, attempt: Attempt) -> None:
    attempt(case)


@pytest.mark.parametrize("case", RIGHT, ids=str)
def test_what_is_of_the_stain_is_not_accused(case: Case, attempt: Attempt, tmp_path: Path) -> None:
    attempt(case)
    written = "".join(path.read_text() for path in (tmp_path / "here/out").glob("*.csv"))
    assert not any(text in written for text in WRONG), written
