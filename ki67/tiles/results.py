"""What scoring an H&E picture came to, and the tables of all."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ki67.pictures.outline import said
from ki67.pictures.regions import Size
from ki67.pictures.tables import escaped, share
from ki67.pictures.tool import Table
from ki67.tiles.grid import Tile

CELLULARITY = Table("cellularity.csv", (
    "image", "cellularity", "tiles", "tiles_with_tissue", "tissue_share", "um_per_px", "scale_from", "warnings",
))  # fmt: skip
TILES = Table("tiles.csv", ("image", "x", "y", "width", "height", "tissue_share", "cellularity"))
NO_TISSUE = "no tissue"


@dataclass(frozen=True)
class CellularityResult:
    """One scored picture; without tissue it has no cellularity."""

    image: str
    width: int
    height: int
    um_per_px: float
    scale_from: str
    cellularity: float | None
    tiles: int
    tiles_with_tissue: int
    tissue_share: float
    warnings: tuple[str, ...]
    inside_mm2: float | None = None  # of the outline that alone was looked at, where there is one

    def row(self) -> list[str]:
        """A line of `cellularity.csv`."""
        figures = [shown(self.cellularity), str(self.tiles), str(self.tiles_with_tissue), share(self.tissue_share)]
        part = [] if self.inside_mm2 is None else [said(self.inside_mm2)]
        words = [escaped(self.scale_from), escaped("; ".join([*part, *self.warnings]))]
        return [escaped(self.image), *figures, f"{self.um_per_px:.6g}", *words]


def shown(cellularity: float | None) -> str:
    """Four digits, or that there is no such figure."""
    return share(math.nan if cellularity is None else cellularity)


def tile_rows(result: CellularityResult, tiles: Sequence[Tile], size: Size) -> Iterator[list[str]]:
    """The lines of `tiles.csv`, in the picture's own pixels."""
    for tile in tiles:
        left, top, right, bottom = tile.box(size, (result.width, result.height))
        found = NO_TISSUE if tile.cellularity is None else share(tile.cellularity)
        place = [str(value) for value in (left, top, right - left, bottom - top)]
        yield [escaped(result.image), *place, share(tile.tissue), found]
