"""The door to a picture's pixels: a small one is decoded at once, a large one streamed, a slide read where it is asked for."""

import numpy as np

from ki67.base.errors import WrongKind
from ki67.data.images import FORMATS, check_parts, decoded, open_image
from ki67.pictures.decoded import Decoded
from ki67.pictures.header import AT_ONCE, ORIENTATION, SLIDE, UPRIGHT, Header
from ki67.pictures.holes import refuse_holes
from ki67.pictures.regions import Regions
from ki67.pictures.streamed import Streamed, refuse_opacity

HALVES = 4.0  # from this reduction on, JPEG is decoded to half its size: its own transform gives that for less


def open_regions(header: Header, um_per_px: float, finest: float) -> Regions:
    """A picture of a known µm/px, from which nothing finer than `finest` µm/px will be read."""
    if header.kind == SLIDE:
        from ki67.pictures.slide import open_slide

        return open_slide(header.path, um_per_px)
    if header.kind == "TIFF":
        check_tiff(header)
    if header.kind == "JPEG":
        refuse_holes(header.path)
    if header.pixels > AT_ONCE:
        return Streamed(header, um_per_px)
    size = header.width, header.height
    pixels = decoded(header.path, header.kind, size, shrink_of(header, finest / um_per_px))
    if pixels.shape[2] > 3:
        refuse_opacity(header.path, pixels[..., 3:])
    return Decoded(np.ascontiguousarray(pixels[..., :3]), um_per_px, size)


def shrink_of(header: Header, reduction: float) -> int:
    """By how much a file may be reduced while it is decoded; libvips and Pillow round the half of an odd side differently."""
    even = header.width % 2 == 0 and header.height % 2 == 0
    return 2 if header.kind == "JPEG" and even and reduction >= HALVES else 1


def check_tiff(header: Header) -> None:
    """Refuse damage that reading passes over, and what would have to lie in memory as a whole to be turned."""
    with open_image(header.path, FORMATS) as image:
        if header.pixels > AT_ONCE and image.getexif().get(ORIENTATION, UPRIGHT) != UPRIGHT:
            raise WrongKind(f"{header.path}: lies turned in its file; save it upright")
        check_parts(header.path, image)
