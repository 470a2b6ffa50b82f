"""One H&E picture scored: its scale, one pass over its pixels, its tiles, and what is shown of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image

from ki67.base.files import write_whole
from ki67.base.hardware import CORES
from ki67.data.breastpathq import SIZE
from ki67.data.patches import SIDE
from ki67.pictures.domain import mean_appearance
from ki67.pictures.drawing import OBJECTS, OVERLAY, PLAIN, draw_outline, write_jpg, write_png
from ki67.pictures.header import Header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Pixels, Size, left_white
from ki67.pictures.scale import ask_for_scale, checked_size, outline_in
from ki67.pictures.stains import not_he
from ki67.pictures.tables import csv_lines
from ki67.tiles.appearance import unfamiliar
from ki67.tiles.drawing import heat_map, with_legend
from ki67.tiles.grading import Grader
from ki67.tiles.grid import Tile, mean_cellularity
from ki67.tiles.model import CellularityModel
from ki67.tiles.objects import write_objects
from ki67.tiles.results import TILES, CellularityResult, tile_rows

LEAST = SIDE // 2  # pixels at the network's scale: less than a quarter of a patch is no patch
LITTLE = 0.25  # patches of tissue: below, a figure is coarse
COARSE = 1.25  # times the network's µm/px: above, a picture holds less than the network looks for


@dataclass(frozen=True)
class ScoredTiles:
    """A result, its tiles at the network's scale, that scale's size, its view, and the heat map."""

    result: CellularityResult
    tiles: tuple[Tile, ...]
    size: Size
    view: Pixels
    drawn: Image.Image
    corner: Size = (0, 0)  # where QuPath's frame begins

    def files(self) -> Mapping[str, Callable[[Path], None]]:
        """The heat map with its legend, the picture without, and the tiles for QuPath."""
        return {
            OVERLAY: lambda path: write_png(with_legend(self.drawn), path),
            PLAIN: lambda path: write_jpg(self.view, path),
            OBJECTS: lambda path: write_objects(path, self.result, self.tiles, self.size, self.corner),
        }

    def write_details(self, path: Path) -> None:
        """This picture's part of `tiles.csv`, a row a tile."""
        write_whole(path, csv_lines([TILES.columns, *tile_rows(self.result, self.tiles, self.size)]))


class CellularityScorer:
    """A model, ready for one picture after the other; it holds threads until it is closed."""

    def __init__(self, model: CellularityModel, um_per_px: float | None = None, at_once: int = CORES) -> None:
        self.model, self.asked = model, um_per_px
        self.grader = Grader(model, at_once)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.grader.close()

    def scale(self, header: Header) -> tuple[float, str]:
        """µm/px and who says so: the user, the file, or the size that all published patches have; never a guess."""
        published = self.model.published_um_per_px if (header.width, header.height) == (SIZE, SIZE) else None
        asked = header.asked or self.asked
        for found, source in ((asked, "--mpp"), (header.um_per_px, "file"), (published, "published patch")):
            if found:
                return found, source
        raise ask_for_scale(header)

    def score(self, name: str, header: Header) -> ScoredTiles:
        """Grade the tiles and draw the heat map in one pass over the pixels; where there is an outline, of what is inside."""
        um_per_px, source = self.scale(header)
        size = checked_size(header, um_per_px, self.model.um_per_px, LEAST)
        outline = outline_in(header, um_per_px, size, self.model.um_per_px, LEAST)
        picture = open_regions(header, um_per_px, self.model.um_per_px)
        tiles, appearances, colours = zip(*self.grader.graded(picture, outline), strict=True)
        view = picture.overview()
        drawn = heat_map(view, tiles, size)
        if outline:
            draw_outline(drawn, outline.of(size, drawn.size))
        unlike = not_he(mean_appearance(colours)) + unfamiliar(mean_appearance(appearances), self.model.description.familiar)
        warnings = (*left_white(picture), *cautions(tiles, size, self.model.um_per_px / um_per_px), *unlike)
        counted = sum(tile.inside * tile.pixels for tile in tiles)
        result = CellularityResult(
            name, header.width, header.height, um_per_px, source, mean_cellularity(tiles), len(tiles),
            sum(tile.cellularity is not None for tile in tiles), sum(tile.tissue_pixels for tile in tiles) / counted,
            warnings, outline.mm2(self.model.um_per_px) if outline else None,
        )  # fmt: skip
        return ScoredTiles(result, tiles, size, view, drawn, header.corner)


def cautions(tiles: tuple[Tile, ...], size: Size, reduction: float) -> list[str]:
    """What a reader of the figure should know of what it rests on."""
    tissue = sum(tile.tissue_pixels for tile in tiles if tile.cellularity is not None)
    lines = ["no tissue: the cellularity is not defined"] * (not tissue)
    lines += ["less tissue than a quarter of a patch"] * (0 < tissue < LITTLE * SIDE**2)
    lines += ["smaller than a patch: mirrored at its edges"] * (min(size) < SIDE)
    return lines + ["coarser than the network's scale: enlarged"] * (reduction * COARSE < 1)
