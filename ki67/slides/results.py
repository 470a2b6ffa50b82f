"""What a slide came to, and the tables of all."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ki67.pictures.regions import Size
from ki67.pictures.tables import escaped, share
from ki67.pictures.tool import Table
from ki67.slides.grid import PATCH, UM_PER_PX, Floats
from ki67.slides.heat import HeatMap

SLIDES = Table("slides.csv", (
    "slide", "um_per_px", "scale_from", "tissue_mm2", "tumour_mm2", "tumour_share", "patches", "damaged_patches", "warnings",
))  # fmt: skip
PATCHES = Table("patches.csv", ("slide", "column", "row", "x", "y", "tissue_share", "probability"))


@dataclass(frozen=True)
class SlideResult:
    """One slide; without tissue it has no share of tumour."""

    image: str
    width: int
    height: int
    um_per_px: float
    scale_from: str
    tissue_mm2: float
    tumour_mm2: float
    tumour_share: float | None  # of the tissue, what lies inside the outline
    patches: int
    damaged_patches: int
    warnings: tuple[str, ...]

    @property
    def size(self) -> Size:
        """In its finest pixels."""
        return self.width, self.height

    def row(self) -> list[str]:
        """A line of `slides.csv`."""
        areas = [f"{self.tissue_mm2:.4f}", f"{self.tumour_mm2:.4f}", share(known(self.tumour_share))]
        scale = [f"{self.um_per_px:.6g}", escaped(self.scale_from)]
        counts = [str(self.patches), str(self.damaged_patches)]
        return [escaped(self.image), *scale, *areas, *counts, escaped("; ".join(self.warnings))]


def known(value: float | None) -> float:
    """Not a number where there is none."""
    return math.nan if value is None else value


def patch_rows(result: SlideResult, heat: HeatMap, tissue: Floats) -> Iterator[list[str]]:
    """The lines of `patches.csv`: each patch that was asked for, its left upper corner in the slide's own pixels."""
    side = PATCH * UM_PER_PX / result.um_per_px
    for row, column in np.argwhere(np.isfinite(heat.values)).tolist():
        place = [str(value) for value in (column, row, round(column * side), round(row * side))]
        yield [escaped(result.image), *place, share(float(tissue[row, column])), share(float(heat.values[row, column]))]
