"""One slide from its pixels to the outline of its tumour: tissue, patches, heat map, refinement, outline."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image
from tqdm import tqdm

from ki67.base.errors import InputError
from ki67.base.files import write_whole
from ki67.base.hardware import CORES
from ki67.pictures.drawing import OBJECTS, OVERLAY, PLAIN, write_jpg, write_png
from ki67.pictures.header import Header
from ki67.pictures.outline import Polygon
from ki67.pictures.regions import Size, left_white
from ki67.pictures.scale import ask_for_scale, checked_size
from ki67.pictures.slide import Slide, open_slide
from ki67.pictures.tables import csv_lines
from ki67.slides.drawing import HEAT, MASK, SURE, in_8_bits, map_size, tumour_in, with_outline, write_map
from ki67.slides.found import Found, cautions
from ki67.slides.grid import PATCH, UM_PER_PX, Floats, Grid, chosen, grid_of, tissue_shares
from ki67.slides.heat import HeatMap
from ki67.slides.heating import Heater, Place
from ki67.slides.kept import KeptRows, Row
from ki67.slides.model import TUMOUR, SlideModel
from ki67.slides.outlines import mm2, outlined, write_outlines
from ki67.slides.refine import refiner_input, small_view
from ki67.slides.results import PATCHES, SlideResult, patch_rows
from ki67.slides.tissue import TissueMask, tissue_mask


@dataclass(frozen=True, eq=False)
class ScoredSlide:
    """A result, what it was taken from, and the outline in full pixels."""

    result: SlideResult
    found: Found
    threshold: float  # from which on there is tumour
    polygons: tuple[Polygon, ...]
    drawn: Image.Image
    corner: Size  # where QuPath's frame begins

    def files(self) -> Mapping[str, Callable[[Path], None]]:
        """The slide with its outline and without, the outline for QuPath, and both maps."""
        result, found = self.result, self.found
        size, width_um = map_size(result.size, result.um_per_px), result.width * result.um_per_px
        return {
            OVERLAY: lambda path: write_png(self.drawn, path),
            PLAIN: lambda path: write_jpg(found.view, path),
            OBJECTS: lambda path: write_outlines(path, result.image, self.polygons, self.corner, result.um_per_px),
            HEAT: lambda path: write_map(path, in_8_bits(found.heat.resized(size)), width_um),
            MASK: lambda path: write_map(path, tumour_in(found.refined, self.threshold, size) * np.uint8(SURE), width_um),
        }

    def write_details(self, path: Path) -> None:
        """This slide's part of `patches.csv`, a row a patch."""
        write_whole(path, csv_lines([PATCHES.columns, *patch_rows(self.result, self.found.heat, self.found.tissue)]))


@dataclass(frozen=True, eq=False)
class SlideTissue:
    """Where a slide holds tissue, and the patches that the network is asked about for it."""

    mask: TissueMask
    grid: Grid
    shares: Floats  # of each patch
    patches: list[Place]


class SlideScorer:
    """Both networks, ready for one slide after the other; what is found of a slide is kept in a folder row by row."""

    def __init__(self, model: SlideModel, folder: Path, um_per_px: float | None = None, at_once: int = CORES) -> None:
        self.model, self.folder, self.asked = model, folder, um_per_px
        self.heater = Heater(model, at_once)
        self.refiner = model.refiner.running(1, *[model.description.side] * 2, 4)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.heater.close()

    def scale(self, header: Header) -> tuple[float, str]:
        """µm/px and who says so: the user or the file, never a guess."""
        for found, source in ((header.asked or self.asked, "--mpp"), (header.um_per_px, "file")):
            if found:
                return found, source
        raise ask_for_scale(header)

    def score(self, name: str, header: Header) -> ScoredSlide:
        """All that is found of a slide, and the outline that follows."""
        words, (um_per_px, source) = self.model.description, self.scale(header)
        checked_size(header, um_per_px, UM_PER_PX, PATCH // 2)
        with open_slide(header.path, um_per_px) as slide:
            found = self._found(name, header, slide)
        polygons = outlined(found.refined, words.threshold, (header.width, header.height))
        result = SlideResult(
            name, header.width, header.height, um_per_px, source, found.tissue_mm2, mm2(polygons, um_per_px),
            found.tumour_share(words.threshold), found.patches, found.damaged,
            tuple(cautions(found, bool(polygons), um_per_px / words.seen_um_per_px)),
        )  # fmt: skip
        inside = tumour_in(found.refined, words.threshold, found.view.shape[1::-1])
        drawn = with_outline(found.view, inside, polygons, result.size)
        return ScoredSlide(result, found, words.threshold, polygons, drawn, header.corner)

    def _found(self, name: str, header: Header, slide: Slide) -> Found:
        """Tissue, patches, heat map, refinement."""
        tissue = self.tissue(slide)
        heat, damaged = self.heat(name, header, slide, tissue)
        refined, view = self.refined(slide, heat), slide.overview()
        return Found(tissue.mask, tissue.shares, heat, damaged, refined, view, tuple(left_white(slide)))

    def tissue(self, slide: Slide) -> SlideTissue:
        """Where there is tissue, and the patches that hold enough of it."""
        mask, grid = tissue_mask(slide, self.model.description.tissue), grid_of(slide)
        shares = tissue_shares(grid, mask)
        return SlideTissue(mask, grid, shares, chosen(shares, self.model.description.least_tissue))

    def heat(self, name: str, header: Header, slide: Slide, tissue: SlideTissue) -> tuple[HeatMap, int]:
        """What the network says of the patches, and how many of them are damaged: what an earlier run kept, and the rest."""
        kept = KeptRows(self.folder / f"{name}.rows", self._key(header, slide.um_per_px))
        found = kept.restored()
        done = {row.row for row in found}
        left = [place for place in tissue.patches if place[0] not in done]
        count, earlier = len(tissue.patches), len(tissue.patches) - len(left)
        with tqdm(total=count, initial=earlier, desc=name, unit="patch", leave=False, disable=None) as bar:
            for row in self.heater.rows(slide, tissue.grid, left):
                kept.add(row)
                found.append(row)
                bar.update(len(row.probabilities))
        return heat_map(tissue.grid, tissue.patches, found), sum(row.damaged for row in found)

    def _key(self, header: Header, um_per_px: float) -> str:
        """All that decides the probabilities of a slide's patches."""
        return json.dumps([self.model.digest, self.model.numbers, header.digest, um_per_px, version("ki67")])

    def refined(self, slide: Slide, heat: HeatMap) -> Floats:
        """How sure of tumour all over the slide, in the refiner's square; nowhere where there was nothing to ask of."""
        side = self.model.description.side
        if np.isnan(heat.values).all():
            return np.zeros((side, side), np.float32)
        seen = refiner_input(small_view(slide, side), heat, self.model.description.lightness)
        refined = np.ascontiguousarray(self.refiner(seen[None])[0, ..., TUMOUR])
        if not np.isfinite(refined).all():
            raise InputError(f"{self.model.path}: gives no number for a slide; copy or train the model again")
        return refined


def heat_map(grid: Grid, patches: list[Place], rows: list[Row]) -> HeatMap:
    """Rows as a map; not a number where no patch was asked."""
    values = np.full((grid.rows, grid.columns), np.nan, np.float32)
    found = [probability for row in sorted(rows, key=lambda row: row.row) for probability in row.probabilities]
    for place, probability in zip(patches, found, strict=True):
        values[place] = probability
    return HeatMap(grid, values)
