"""A picture that lies in memory as a whole."""

import numpy as np
from PIL import Image

from ki67.pictures.regions import Pixels, Region, Size, reduced, size_at, view_size


class Decoded:
    """Regions of pixels at hand; the picture at the scale that was asked for last is kept."""

    damage = ()

    def __init__(self, pixels: Pixels, um_per_px: float, full: Size | None = None) -> None:
        """`full` is the size that `um_per_px` is told for, where the file gave its pixels in a smaller one."""
        self.pixels, self.um_per_px = pixels, um_per_px
        self.full = full or (pixels.shape[1], pixels.shape[0])
        self._scaled: tuple[float, Pixels] | None = None

    def size(self, um_per_px: float) -> Size:
        """Width and height of the whole picture at a scale."""
        return size_at(self.full, self.um_per_px, um_per_px)

    def read(self, region: Region) -> Pixels:
        """The region cut out of the whole picture at its scale."""
        scaled = self._at(region.um_per_px)
        return scaled[region.y : region.y + region.height, region.x : region.x + region.width]

    def overview(self) -> Pixels:
        """The whole picture, reduced from the pixels at hand."""
        picture = Image.fromarray(self.pixels)
        size = view_size(*picture.size)
        return np.asarray(picture if size == picture.size else picture.resize(size, Image.Resampling.BOX))

    def _at(self, um_per_px: float) -> Pixels:
        if self._scaled is None or self._scaled[0] != um_per_px:
            self._scaled = um_per_px, reduced(Image.fromarray(self.pixels), self.size(um_per_px), 0, self.pixels.shape[0])
        return self._scaled[1]
