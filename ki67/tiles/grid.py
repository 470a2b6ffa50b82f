"""A picture at the network's scale in tiles: where each lies, and for which part of the picture it answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from ki67.data.patches import SIDE
from ki67.pictures.regions import Size


@dataclass(frozen=True)
class Part:
    """Of an axis: a tile starts at `start`, and answers from `low` to `high`."""

    start: int
    low: int
    high: int


def parts(length: int) -> list[Part]:
    """Tiles side by side. The last is moved back to end at the border, and answers only for what nobody answers for yet."""
    if length <= SIDE:
        return [Part(0, 0, length)]
    return [Part(min(low, length - SIDE), low, min(low + SIDE, length)) for low in range(0, length, SIDE)]


@dataclass(frozen=True)
class Tile:
    """A part of a picture: how much of it is tissue, and the cellularity there, unless there is too little tissue to tell.

    Where only the inside of an outline counts, tissue is what lies there.
    """

    across: Part
    down: Part
    tissue: float
    cellularity: float | None
    inside: float = 1.0  # how much of it counts

    @property
    def pixels(self) -> int:
        """How many pixels it answers for at the network's scale."""
        return (self.across.high - self.across.low) * (self.down.high - self.down.low)

    @property
    def tissue_pixels(self) -> float:
        """How many of them are tissue: its weight in the mean."""
        return self.tissue * self.pixels

    def box(self, size: Size, new: Size) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of its part in a frame of another size; such boxes leave no gap and never overlap."""
        across, down = new[0] / size[0], new[1] / size[1]
        sides = (self.across.low * across, self.down.low * down, self.across.high * across, self.down.high * down)
        left, top, right, bottom = (round(side) for side in sides)
        return left, top, right, bottom


def mean_cellularity(tiles: Iterable[Tile]) -> float | None:
    """Over the tiles that have one, each weighed by its tissue; nothing where there is none."""
    weighed = [(tile.tissue_pixels, tile.cellularity) for tile in tiles if tile.cellularity is not None]
    tissue = sum(weight for weight, _ in weighed)
    return sum(weight * value for weight, value in weighed) / tissue if tissue else None
