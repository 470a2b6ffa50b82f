"""One H&E picture scored: its scale, one pass over its pixels, its tiles, and what is shown of it."""

from dataclasses import dataclass

from PIL import Image

from ki67.base.errors import InputError
from ki67.base.hardware import CORES
from ki67.data.breastpathq import SIZE
from ki67.data.patches import SIDE
from ki67.pictures.domain import together
from ki67.pictures.drawing import View
from ki67.pictures.header import Header
from ki67.pictures.regions import Size, opened, reduced
from ki67.pictures.scale import size_at
from ki67.tiles.drawing import heat_map
from ki67.tiles.grading import Grader
from ki67.tiles.grid import Tile, mean_cellularity
from ki67.tiles.look import Look, unlike
from ki67.tiles.model import Model
from ki67.tiles.results import Result

LEAST = SIDE // 2  # pixels at the network's scale: less than a quarter of a patch is no patch
LITTLE = 0.25  # patches of tissue: below, a figure is coarse
COARSE = 1.25  # times the network's µm/px: above, a picture holds less than the network looks for


@dataclass(frozen=True)
class Scored:
    """A result, its tiles at the network's scale, that scale's size, and the heat map."""

    result: Result
    tiles: tuple[Tile, ...]
    size: Size
    drawn: Image.Image


class Scorer:
    """A model, ready for one picture after the other."""

    def __init__(self, model: Model, um_per_px: float | None = None, at_once: int = CORES) -> None:
        self.model, self.asked = model, um_per_px
        self.grader = Grader(model, at_once)

    def scale(self, header: Header) -> tuple[float, str]:
        """µm/px and who says so: the user, the file, or the size that all published patches have; never a guess."""
        published = self.model.published_um_per_px if (header.width, header.height) == (SIZE, SIZE) else None
        for found, source in ((self.asked, "--mpp"), (header.um_per_px, "file"), (published, "published patch")):
            if found:
                return found, source
        raise InputError(f"{header.path}: its scale is not known; give it in micrometres per pixel with --mpp")

    def score(self, name: str, header: Header) -> Scored:
        """One pass over the pixels."""
        um_per_px, source = self.scale(header)
        size, reduction = size_at(header, um_per_px, self.model.um_per_px, LEAST), self.model.um_per_px / um_per_px
        rows = opened(header, reduction)
        view = View(rows, size)
        tiles, looks = zip(*self.grader.graded(view.passing(reduced(rows, size)), *size), strict=True)
        drawn = heat_map(view.pixels(), tiles, size)
        warnings = (*cautions(tiles, size, reduction), *self.unfamiliar(looks))
        result = Result(
            name, header.width, header.height, um_per_px, source, mean_cellularity(tiles), len(tiles),
            sum(tile.cellularity is not None for tile in tiles), sum(t.tissue_pixels for t in tiles) / (size[0] * size[1]),
            warnings,
        )  # fmt: skip
        return Scored(result, tiles, size, drawn)

    def unfamiliar(self, looks: tuple[Look, ...]) -> list[str]:
        """In what the picture is unlike those of training, where the model can tell."""
        return unlike(together(looks), self.model.described.familiar)


def cautions(tiles: tuple[Tile, ...], size: Size, reduction: float) -> list[str]:
    """What a reader of the figure should know of what it rests on."""
    tissue = sum(tile.tissue_pixels for tile in tiles if tile.cellularity is not None)
    said = ["no tissue: the cellularity is not defined"] * (not tissue)
    said += ["less tissue than a quarter of a patch"] * (0 < tissue < LITTLE * SIDE**2)
    said += ["smaller than a patch: mirrored at its edges"] * (min(size) < SIDE)
    return said + ["coarser than the network's scale: enlarged"] * (reduction * COARSE < 1)
