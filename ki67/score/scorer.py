"""One picture scored: its scale, one pass over its pixels, its cells in its own pixels, and what is shown of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image

from ki67.base.hardware import CORES
from ki67.cells.cells import Cells, write_csv
from ki67.cells.scores import score
from ki67.engine.graphs import hand_back
from ki67.engine.model import FIELD, Model
from ki67.engine.names import Precision
from ki67.pictures.domain import mean_appearance
from ki67.pictures.drawing import OBJECTS, OVERLAY, PLAIN, draw_outline, overlay, write_jpg, write_png
from ki67.pictures.header import Header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Pixels, Regions, Size, left_white
from ki67.pictures.scale import ask_for_scale, checked_size, outline_in
from ki67.pictures.stains import Colours, measure_colours, not_ki67
from ki67.pictures.tables import escaped
from ki67.score.appearance import FieldAppearance, measure_field, unfamiliar
from ki67.score.hotspot import hot_spot
from ki67.score.results import CellResult
from ki67.score.sliding import Finder, Window, put_together
from ki67.weights import fields

NOTHING = np.empty((0, 0, 3), np.uint8)  # in place of pixels that are done with
LEAST = 32  # pixels at the network's scale: room for a few nuclei


@dataclass(frozen=True)
class ScoredCells:
    """A result, its cells in the picture's own pixels, the size that the network saw it in, its view, and the cells drawn in."""

    result: CellResult
    cells: Cells
    size: Size
    view: Pixels
    drawn: Image.Image
    corner: Size = (0, 0)  # where QuPath's frame begins

    def files(self) -> Mapping[str, Callable[[Path], None]]:
        """The picture with its cells and without, and the cells for QuPath."""
        return {
            OVERLAY: lambda path: write_png(self.drawn, path),
            PLAIN: lambda path: write_jpg(self.view, path),
            OBJECTS: lambda path: from_corner(self.cells, self.corner).to_geojson(path, self.result.image),
        }

    def write_details(self, path: Path) -> None:
        """This picture's part of `cells.csv`, a row a cell."""
        write_csv(path, {escaped(self.result.image): self.cells})


class CellScorer:
    """A model, ready for one picture after the other; it holds threads until it is closed."""

    def __init__(self, model: Model, precision: Precision, um_per_px: float | None = None, at_once: int = CORES) -> None:
        self.model, self.asked = model, um_per_px
        self.finder = Finder(model.network(precision, lambda: fields().images), model.detector, at_once)
        hand_back()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.finder.close()

    def scale(self, header: Header) -> float:
        """µm/px: what the user says, what all published pictures have, or what the file tells; never a guess."""
        published = self.model.description.um_per_px if (header.width, header.height) == (FIELD, FIELD) else None
        found = header.asked or self.asked or published or header.um_per_px
        if not found:
            raise ask_for_scale(header)
        return found

    def cells(self, header: Header) -> Cells:
        """No more than the cells, at the network's scale."""
        return put_together(self.finder.windows(self._opened(header, self.scale(header)), self.model.um_per_px))

    def score(self, name: str, header: Header) -> ScoredCells:
        """Find, count and draw the cells in one pass over the pixels; only those inside an outline, where there is one."""
        um_per_px, network = self.scale(header), self.model.um_per_px
        picture = self._opened(header, um_per_px)
        size, full = picture.size(network), (header.width, header.height)
        outline = outline_in(header, um_per_px, size, network, LEAST)
        windows, appearances, colours = list[Window](), list[FieldAppearance](), list[Colours]()
        for window in self.finder.windows(picture, network, outline):
            windows.append(replace(window, pixels=NOTHING))
            appearances.append(measure_field(window.pixels, window.cells))
            colours.append(measure_colours(window.pixels))
        cells = put_together(windows)
        cells = cells.where(outline.inside(cells.xy)) if outline else cells
        unlike = not_ki67(mean_appearance(colours)) + unfamiliar(mean_appearance(appearances), self.model.familiar)
        in_picture = in_frame(cells, size, full, "image")
        view = picture.overview()
        shown = in_frame(cells, size, (view.shape[1], view.shape[0]), "view")
        drawn = overlay(view, shown, um_per_px * header.width / view.shape[1])
        result = _result(name, header, um_per_px, in_picture, left_white(picture) + unlike)
        if outline:
            draw_outline(drawn, outline.of(size, drawn.size))
            result = replace(result, inside_mm2=outline.mm2(network))
        return ScoredCells(result, in_picture, size, view, drawn, header.corner)

    def _opened(self, header: Header, um_per_px: float) -> Regions:
        checked_size(header, um_per_px, self.model.um_per_px, LEAST)
        return open_regions(header, um_per_px, self.model.um_per_px)


def in_frame(cells: Cells, size: Size, new: Size, frame: str) -> Cells:
    """The same cells in a frame of another size."""
    factors = np.array([new[0] / size[0], new[1] / size[1]], np.float32)
    return replace(cells, xy=cells.xy * factors, frame=frame)


def from_corner(cells: Cells, corner: Size) -> Cells:
    """The cells in QuPath's frame, which leaves a slide's padding out."""
    return replace(cells, xy=cells.xy - np.array(corner, np.float32))


def _result(name: str, header: Header, um_per_px: float, cells: Cells, warnings: list[str]) -> CellResult:
    spot = hot_spot(cells)
    return CellResult(
        name, header.width, header.height, um_per_px, score(cells), None if math.isnan(spot) else spot, tuple(warnings)
    )
