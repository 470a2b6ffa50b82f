"""What a file of a slide and a mask say of themselves before their pixels are asked for."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.errors import Unreadable, WrongKind
from ki67.data.images import damage_refused, opened

ALIKE = 1.01  # times the smallest of the scales that a file tells, which others may be
SLIDES = (".svs", ".ndpi", ".mrxs", ".scn", ".dcm", ".bif", ".vms", ".svslide")  # of slides only; a TIFF may be one too
CAREFUL = {"access": "sequential", "fail_on": "warning", "unlimited": True}  # stops at the first damage
PLAUSIBLE = (0.05, 4.0)  # µm/px of a microscope: a screen's 72 dots an inch say nothing of the tissue


@dataclass(frozen=True)
class SlideHead:
    """A slide's size in its finest pixels, and their width where the file tells one that a microscope can have."""

    width: int
    height: int
    um_per_px: float | None
    corner: tuple[int, int]  # where what was scanned begins, and with it QuPath's frame; around it is padding


def slide_head(path: Path) -> SlideHead:
    """By OpenSlide; what it does not know as a slide is one line."""
    import openslide

    try:
        with openslide.OpenSlide(path) as slide:
            told = [_number(slide.properties.get(name, "")) for name in ("openslide.mpp-x", "openslide.mpp-y")]
            width, height = slide.dimensions
            left, top = (int(slide.properties.get(f"openslide.bounds-{axis}", 0)) for axis in ("x", "y"))
            return SlideHead(width, height, agreed(told), (left, top))
    except openslide.OpenSlideUnsupportedFormatError as error:
        raise WrongKind(f"{path}: no slide that OpenSlide knows; export it as a tiled, pyramidal TIFF") from error
    except openslide.OpenSlideError as error:
        raise Unreadable(f"{path}: damaged or truncated ({error}); copy or export it again") from error
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror or error}); copy or export it again") from error


def plausible(um_per_px: float) -> bool:
    """Whether pixels of a microscope's picture can be so wide."""
    return PLAUSIBLE[0] <= um_per_px <= PLAUSIBLE[1]


def series_of(path: Path) -> str | None:
    """What the files of one DICOM slide have in common, a file a level; nothing where OpenSlide does not know it as one."""
    import openslide

    try:
        with openslide.OpenSlide(path) as slide:
            series = slide.properties.get("dicom.SeriesInstanceUID")
            return None if series is None else str(series)
    except (openslide.OpenSlideError, OSError):
        return None


def agreed(told: Sequence[float]) -> float | None:
    """µm/px, where all that a file tells of it is the same in both directions and can be a microscope's."""
    return told[0] if told and all(map(plausible, told)) and max(told) <= ALIKE * min(told) else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def mask_size(path: Path) -> tuple[int, int]:
    """Width and height of a mask in one channel."""
    with damage_refused(path):
        mask = opened(path, "TIFF")
        if mask.bands != 1:
            raise WrongKind(f"{path}: has {mask.bands} channels; save the mask in one, 0 outside the tumour")
        return mask.width, mask.height


def marks_anything(path: Path) -> bool:
    """Whether a mask is not 0 anywhere. Its small copies are asked first, since that takes no time."""
    import pyvips

    with damage_refused(path):
        pages = opened(path, "TIFF").get("n-pages")
        levels = (pyvips.Image.tiffload(os.fsencode(path), page=page, **CAREFUL) for page in reversed(range(pages)))
        return any(level.max() > 0 for level in levels)
