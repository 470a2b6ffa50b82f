"""The door to a picture's pixels: a small one is decoded at once, a large one streamed, so that memory stays flat."""

import numpy as np
from PIL import Image

from ki67.data.images import open_image
from ki67.pictures.decoded import Decoded
from ki67.pictures.header import Header
from ki67.pictures.regions import Regions
from ki67.pictures.streamed import Streamed

AT_ONCE = 16_000_000  # pixels that are decoded at once
HALVES = 4.0  # from this reduction on, JPEG is decoded to half its size: its own transform gives that for less


def open_regions(header: Header, um_per_px: float, finest: float) -> Regions:
    """A picture of a known µm/px, from which nothing finer than `finest` µm/px will be read."""
    if header.pixels > AT_ONCE:
        return Streamed(header, um_per_px)
    with open_image(header.path) as image:
        if finest / um_per_px >= HALVES:
            image.draft("RGB", ((header.width + 1) // 2, (header.height + 1) // 2))
        image.load()
        return Decoded(np.asarray(_as_rgb(image)), um_per_px, (header.width, header.height))


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if "A" in image.mode or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")
