"""Whether a picture can be brought to a network's scale, and how large it is there: one rule for every command."""

import math
from pathlib import Path

from ki67.base.errors import InputError, UnknownScale
from ki67.pictures.header import Header
from ki67.pictures.inputs import picture_name
from ki67.pictures.outline import Outline, check_within
from ki67.pictures.regions import Size, size_at
from ki67.pictures.tables import read_columns

COLUMNS = ("slide", "um_per_px")  # of a table of scales
COARSEST = 4.0  # times the network's µm/px: what is coarser holds no nuclei to speak of, and would be blown up without end


def ask_for_scale(header: Header) -> UnknownScale:
    """The one line where neither the user nor the file nor the picture's size tells it."""
    return UnknownScale(f"{header.path}: its scale is not known; give it in micrometres per pixel with --mpp")


def read_scales(path: Path) -> dict[str, float]:
    """The µm/px that a user gives in a table for each picture, by its name in the tables or that of its file."""
    scales: dict[str, float] = {}
    for line, (slide, text) in enumerate(read_columns(path, COLUMNS), start=2):
        name = picture_name(slide)
        try:
            scale = float(text)
        except ValueError:
            scale = math.nan
        if not name or not 0 < scale < math.inf or scales.setdefault(name, scale) != scale:
            raise InputError(f"{path}: line {line} gives {slide!r} the µm/px {text!r}; give one number for each slide")
    return scales


def outline_in(header: Header, um_per_px: float, size: Size, network: float, least: int) -> Outline | None:
    """A picture's outline in pixels of a network's scale, at which the picture has that size; or one line of why it is none."""
    if not header.outline:
        return None
    full, outline = (header.width, header.height), header.outline.moved(*header.corner)
    check_within(outline, full, least * network / um_per_px)
    return outline.of(full, size)


def checked_size(header: Header, um_per_px: float, network: float, least: int) -> Size:
    """The picture's size at the network's µm/px, at least `least` pixels a side; or one line of why it cannot be scored."""
    if not 0 < um_per_px < float("inf"):
        raise UnknownScale(f"{header.path}: {um_per_px:g} µm/px is no scale; give micrometres per pixel with --mpp")
    if um_per_px > COARSEST * network:
        what = f"{um_per_px:g} µm/px is more than {COARSEST:g} times as coarse as the network's {network:.3g}"
        raise InputError(f"{header.path}: {what}; correct --mpp, or export the picture at a higher magnification")
    size = size_at((header.width, header.height), um_per_px, network)
    if min(size) < least:
        what = f"{header.width}×{header.height} at {um_per_px:g} µm/px"
        raise InputError(f"{header.path}: {what}; {least * network:.0f} µm at least are needed")
    return size
