"""Pyramids in TIFF, as slides and their masks are kept: tiled, halved level by level, with their µm/px."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.base.files import whole_file

MM = 1000.0
TILE = 256
LONG = 2**31  # bytes of pixels from which on a TIFF needs longer addresses


def write_pyramid(path: Path, pixels: NDArray[np.uint8], um_per_px: float, *, tile: int = TILE, quality: int = 85) -> None:
    """RGB in JPEG, a single channel without loss and its levels without mixtures; the same pixels give the same bytes."""
    import pyvips

    picture, colour = pyvips.Image.new_from_array(np.ascontiguousarray(pixels)), pixels.ndim == 3
    with whole_file(path, ".partial.tif") as partial:
        picture.tiffsave(
            str(partial), tile=True, tile_width=tile, tile_height=tile, pyramid=True,
            subifd=False,  # with it OpenSlide sees a single level
            compression="jpeg" if colour else "deflate", Q=quality, region_shrink="mean" if colour else "nearest",
            xres=MM / um_per_px, yres=MM / um_per_px, resunit="cm", bigtiff=pixels.nbytes > LONG,
        )  # fmt: skip
