"""One picture scored: its scale, one pass over its pixels, its cells in its own pixels, and what is shown of it."""

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
from ki67.pictures.header import SLIDE, Header
from ki67.pictures.outline import Outline
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Pixels, Regions, Size, left_white
from ki67.pictures.scale import ask_for_scale, checked_size, outline_in
from ki67.pictures.stains import Colours, measure_colours, not_ki67
from ki67.pictures.tables import escaped
from ki67.score.appearance import FieldAppearance, measure_field, unfamiliar
from ki67.score.hotspot import HotSpot, hot_spot
from ki67.score.on_slide import HOT_SPOT, mapped, write_hot_spot
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


@dataclass(frozen=True)
class ScoredOnSlide(ScoredCells):
    """The same of a slide, on which its hot spot is to be found again."""

    spot: HotSpot | None = None

    def files(self) -> Mapping[str, Callable[[Path], None]]:
        """Its hot spot for QuPath too."""
        result = self.result
        spot = {HOT_SPOT: lambda path: write_hot_spot(path, result.image, self.spot, self.corner, result.um_per_px)}
        return {**super().files(), **spot}


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
        cells, unlike = self._found(picture, outline)
        in_picture = in_frame(cells, size, full, "image")
        spot, view = hot_spot(in_picture), picture.overview()
        index, mm2 = spot.index if spot else None, outline.mm2(network) if outline else None
        doubts = (*left_white(picture), *unlike)
        result = CellResult(name, *full, um_per_px, score(in_picture), index, doubts, mm2, self.model.error)
        drawn = _drawn(header, view, cells, size, um_per_px)
        if outline:
            draw_outline(drawn, outline.of(size, drawn.size))
        if header.kind != SLIDE:
            return ScoredCells(result, in_picture, size, view, drawn, header.corner)
        if spot:
            draw_outline(drawn, Outline(Path(), "", ((spot.border,),)).of(full, drawn.size))
        return ScoredOnSlide(result, in_picture, size, view, drawn, header.corner, spot)

    def _found(self, picture: Regions, outline: Outline | None) -> tuple[Cells, list[str]]:
        """The cells at the network's scale, those inside an outline where there is one, and in what the picture is unfamiliar."""
        windows, appearances, colours = list[Window](), list[FieldAppearance](), list[Colours]()
        for window in self.finder.windows(picture, self.model.um_per_px, outline):
            windows.append(replace(window, pixels=NOTHING))
            appearances.append(measure_field(window.pixels, window.cells))
            colours.append(measure_colours(window.pixels))
        cells = put_together(windows)
        unlike = not_ki67(mean_appearance(colours)) + unfamiliar(mean_appearance(appearances), self.model.familiar)
        return cells.where(outline.inside(cells.xy)) if outline else cells, unlike

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


def _drawn(header: Header, view: Pixels, cells: Cells, size: Size, um_per_px: float) -> Image.Image:
    """A ring a cell; of a slide, whose tissue rings would hide, the index as a map. The cells are of the picture in that size."""
    seen = view.shape[1], view.shape[0]
    draw = mapped if header.kind == SLIDE else overlay
    return draw(view, in_frame(cells, size, seen, "view"), um_per_px * header.width / seen[0])
