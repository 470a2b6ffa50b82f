"""One picture scored: its scale, one pass over its pixels, its cells in its own pixels, and what is shown of it."""

import math
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from ki67.base.errors import InputError
from ki67.base.hardware import CORES
from ki67.cells.cells import Cells
from ki67.cells.scores import score
from ki67.engine.graphs import hand_back
from ki67.engine.model import FIELD, Model
from ki67.engine.names import Precision
from ki67.pictures.domain import Look, look, together, warnings
from ki67.pictures.drawing import View, overlay
from ki67.pictures.header import Header
from ki67.pictures.regions import Rows, Size, opened, reduced
from ki67.pictures.scale import size_at
from ki67.score.hotspot import hot_spot
from ki67.score.results import Result
from ki67.score.sliding import Finder, Window, put_together
from ki67.weights import fields

NOTHING = np.empty((0, 0, 3), np.uint8)  # in place of pixels that are done with
LEAST = 32  # pixels at the network's scale: room for a few nuclei


@dataclass(frozen=True)
class Opened:
    """A picture with its pixels at hand, and the size that the network sees it in."""

    name: str
    header: Header
    um_per_px: float
    rows: Rows
    size: Size


@dataclass(frozen=True)
class Scored:
    """A result, its cells in the picture's own pixels, and the picture with the cells drawn in."""

    result: Result
    cells: Cells
    drawn: Image.Image


class Scorer:
    """A model, ready for one picture after the other."""

    def __init__(self, model: Model, precision: Precision, um_per_px: float | None = None, at_once: int = CORES) -> None:
        self.model, self.asked = model, um_per_px
        self.finder = Finder(model.network(precision, lambda: fields().images), model.detector, at_once)
        hand_back()

    def scale(self, header: Header) -> float:
        """µm/px: what the user says, what all published pictures have, or what the file tells; never a guess."""
        published = self.model.description.um_per_px if (header.width, header.height) == (FIELD, FIELD) else None
        found = self.asked or published or header.um_per_px
        if not found:
            raise InputError(f"{header.path}: its scale is not known; give it in micrometres per pixel with --mpp")
        return found

    def open(self, name: str, header: Header) -> Opened:
        """The picture with its pixels ready; small ones are decoded here."""
        um_per_px = self.scale(header)
        size = size_at(header, um_per_px, self.model.um_per_px, LEAST)
        return Opened(name, header, um_per_px, opened(header, self.model.um_per_px / um_per_px), size)

    def cells(self, picture: Opened) -> Cells:
        """No more than the cells, at the network's scale."""
        return put_together(self.finder.windows(reduced(picture.rows, picture.size), *picture.size))

    def score(self, picture: Opened) -> Scored:
        """One pass over the pixels."""
        view = View(picture.rows, picture.size)
        windows, looks = list[Window](), list[Look]()
        for window in self.finder.windows(view.passing(reduced(picture.rows, picture.size)), *picture.size):
            windows.append(replace(window, pixels=NOTHING))
            looks.append(look(window.pixels, window.cells))
        cells = put_together(windows)
        unfamiliar = warnings(together(looks), self.model.familiar)
        own = in_frame(cells, picture.size, (picture.header.width, picture.header.height), "image")
        pixels = view.pixels()
        shown = in_frame(cells, picture.size, (pixels.shape[1], pixels.shape[0]), "view")
        drawn = overlay(pixels, shown, picture.um_per_px * picture.header.width / pixels.shape[1])
        return Scored(_result(picture, own, unfamiliar), own, drawn)


def in_frame(cells: Cells, size: Size, new: Size, frame: str) -> Cells:
    """The same cells in a frame of another size."""
    factors = np.array([new[0] / size[0], new[1] / size[1]], np.float32)
    return replace(cells, xy=cells.xy * factors, frame=frame)


def _result(picture: Opened, cells: Cells, unfamiliar: list[str]) -> Result:
    spot, head = hot_spot(cells), picture.header
    return Result(
        picture.name, head.width, head.height, picture.um_per_px, score(cells), None if math.isnan(spot) else spot,
        tuple(unfamiliar),
    )  # fmt: skip
