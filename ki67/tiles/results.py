"""What scoring an H&E picture came to, and the tables of all."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ki67.base.files import write_whole
from ki67.pictures.inputs import Picture
from ki67.pictures.regions import Size
from ki67.pictures.store import Store, csv_lines, joined, share
from ki67.tiles.grid import Tile

COLUMNS = (
    "image", "cellularity", "tiles", "tiles_with_tissue", "tissue_share", "um_per_px", "scale_from", "warnings",
)  # fmt: skip
TILE_COLUMNS = ("image", "x", "y", "width", "height", "tissue_share", "cellularity")
NO_TISSUE = "no tissue"


@dataclass(frozen=True)
class Result:
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

    def row(self) -> list[str]:
        """A line of `cellularity.csv`."""
        figures = [shown(self.cellularity), str(self.tiles), str(self.tiles_with_tissue), share(self.tissue_share)]
        return [self.image, *figures, f"{self.um_per_px:.6g}", self.scale_from, "; ".join(self.warnings)]


def shown(cellularity: float | None) -> str:
    """Four digits, or that there is no such figure."""
    return share(math.nan if cellularity is None else cellularity)


def tile_rows(result: Result, tiles: Sequence[Tile], size: Size) -> Iterator[list[str]]:
    """The lines of `tiles.csv`, in the picture's own pixels."""
    for tile in tiles:
        left, top, right, bottom = tile.box(size, (result.width, result.height))
        found = NO_TISSUE if tile.cellularity is None else share(tile.cellularity)
        place = [str(value) for value in (left, top, right - left, bottom - top)]
        yield [result.image, *place, share(tile.tissue), found]


class Kept(Store):
    """The pictures whose cellularity is known."""

    def of(self, picture: Picture) -> Result | None:
        """What an earlier run found."""
        try:
            stored = self.stored(picture) or {}
            return Result(**stored | {"warnings": tuple(stored["warnings"])})
        except (KeyError, TypeError):
            return None

    def keep(self, picture: Picture, result: Result, tiles: Sequence[Tile], size: Size, thumbnail: bytes) -> None:
        """Its tiles first, then what they came to."""
        write_whole(self.table(picture.name), csv_lines([TILE_COLUMNS, *tile_rows(result, tiles, size)]))
        self.store(picture, asdict(result), thumbnail)


def write_tables(results: Sequence[Result], kept: Kept, out: Path) -> None:
    """`cellularity.csv` and `tiles.csv`, each whole or not at all."""
    write_whole(out / "cellularity.csv", csv_lines([COLUMNS, *(result.row() for result in results)]))
    write_whole(out / "tiles.csv", joined(TILE_COLUMNS, [kept.table(result.image) for result in results]))
