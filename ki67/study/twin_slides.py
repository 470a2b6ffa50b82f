"""The same tissue as a slide and as DICOM: how far `ki67 slide` finds the same in both. Nothing is trained or tuned on them.

A converter draws its own coarser levels. Where it picks pixels in place of averaging them, the network is shown a rougher picture
than the slide's; so the DICOM's finest level is asked alone too, of which ki67 makes the coarser ones itself.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.pictures.header import header
from ki67.pictures.inputs import pictures
from ki67.pictures.regions import Pixels, Region
from ki67.pictures.slide import is_slide, open_slide
from ki67.slides.drawing import map_size, tumour_in
from ki67.slides.grid import UM_PER_PX, Floats
from ki67.slides.model import SlideModel
from ki67.slides.scorer import SlideScorer
from ki67.tumour.judging import judged

TWIN = "_dicom"  # what the folder of a slide's DICOM is called beyond the slide's own name


@dataclass(frozen=True)
class Twins:
    """A slide, and the largest file of the same tissue in DICOM."""

    slide: Path
    dicom: Path


@dataclass(frozen=True, eq=False)
class Seen:
    """What was found of one of them: its colours as the network meets them, the heat of its patches, its tumour."""

    colours: Pixels
    heat: Floats
    tumour: NDArray[np.bool_]
    surest: float  # of the refined map


@dataclass(frozen=True)
class Agreement:
    """Mean absolute differences of colours (of 255) and of heat (of 1), and what both outlines share."""

    colours: float
    patches: int  # asked of in both
    heat: float
    largest_heat: float
    dice: float
    tumour_of_slide: float  # share of the whole
    tumour_of_dicom: float
    surest_of_slide: float  # how sure of tumour the refined map is where it is surest
    surest_of_dicom: float

    def line(self, name: str) -> str:
        """For the terminal."""
        heat = f"heat of {self.patches} patches apart by {self.heat:.3f}, at most {self.largest_heat:.3f}"
        outline = f"Dice of the outlines {self.dice:.3f}, {self.tumour_of_slide:.1%} and {self.tumour_of_dicom:.1%} of the slide"
        return f"  {name}: colours apart by {self.colours:.1f}, {heat}; {outline}"


@dataclass(frozen=True)
class Agreements:
    """With the DICOM as it is, and with its finest level alone."""

    as_it_is: Agreement
    finest_level: Agreement

    def lines(self, name: str) -> list[str]:
        """For the terminal."""
        return [self.as_it_is.line(f"{name} as DICOM"), self.finest_level.line(f"{name} as DICOM, finest level alone")]


def twins_in(folder: Path) -> Iterator[Twins]:
    """Every slide that has its DICOM in a folder beside it."""
    for path in sorted(folder.iterdir()):
        beside = path.with_name(path.stem + TWIN)
        if path.is_file() and is_slide(path) and beside.is_dir():
            yield Twins(path, max((found.path for found in pictures([beside]).pictures), key=lambda file: file.stat().st_size))


def check_twins(asked: Sequence[Twins], model: SlideModel) -> dict[str, Agreements]:
    """Each of them by its slide's name."""
    return {twins.slide.stem: agreements(model, twins) for twins in asked}


def agreements(model: SlideModel, twins: Twins) -> Agreements:
    """Both ways to look at the DICOM."""
    with tempfile.TemporaryDirectory() as folder, SlideScorer(model, Path(folder)) as scorer:
        finest = Path(folder, twins.dicom.name)  # apart: OpenSlide takes for levels what lies beside a file
        finest.symlink_to(twins.dicom.absolute())
        slide, dicom, alone = (
            seen(scorer, name, path)
            for name, path in (("slide", twins.slide), ("dicom", twins.dicom), ("finest level", finest))
        )  # fmt: skip
        return Agreements(agreement(slide, dicom), agreement(slide, alone))


def seen(scorer: SlideScorer, name: str, path: Path) -> Seen:
    """One slide by the command's own way; what is kept of an unfinished one goes by the name."""
    scored, coarse = scorer.score(name, header(path)), UM_PER_PX * scorer.model.description.shrink
    with open_slide(path) as slide:
        colours = slide.read(Region(0, 0, *slide.size(coarse), coarse))
    size = map_size(scored.result.size, scored.result.um_per_px)
    refined = scored.found.refined
    return Seen(colours, scored.found.heat.values, tumour_in(refined, scored.threshold, size), float(refined.max()))


def agreement(slide: Seen, dicom: Seen) -> Agreement:
    """How far two of them are the same; both have the same size."""
    heat = np.abs(slide.heat - dicom.heat)
    both = heat[np.isfinite(heat)]
    return Agreement(
        float(np.abs(slide.colours.astype(np.float32) - dicom.colours).mean()), both.size, float(both.mean()), float(both.max()),
        judged(slide.tumour, dicom.tumour).dice, float(slide.tumour.mean()), float(dicom.tumour.mean()),
        slide.surest, dicom.surest,
    )  # fmt: skip
