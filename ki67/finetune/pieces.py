"""Labelled pictures of any size and scale as frames at a network's own scale: it learns from what it will be shown."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.cells.cells import Cells
from ki67.data.frames import FRAME, Frames
from ki67.data.samples import Sample
from ki67.finetune.start import Start
from ki67.models.own_data import um_per_px_of
from ki67.pictures.header import header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Pixels, Region
from ki67.pictures.scale import checked_size

SPARE = 32  # pixels at a picture's rim that get no frame of their own
WHITE = 255
Piece = tuple[Sample, Pixels, Cells]


def labelled_frames(samples: Sequence[Sample], asked: float | None, start: Start) -> Frames:
    """Every picture at the network's scale, cut into frames; those of one picture bear its name."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [piece for pieces in pool.map(lambda sample: list(pieces_of(sample, asked, start)), samples) for piece in pieces]
    if not any(len(cells) for _, _, cells in found):
        raise InputError(f"{samples[0].image.parent}: not one cell is labelled in its {len(samples)} pictures; label some first")
    return Frames(
        tuple(sample.name for sample, _, _ in found),
        tuple(sample.patient for sample, _, _ in found),
        np.stack([pixels for _, pixels, _ in found]),
        tuple(cells for _, _, cells in found),
    )


def pieces_of(sample: Sample, asked: float | None, start: Start) -> Iterator[Piece]:
    """The frames of one picture, a single one of a picture as large as those of SHIDC-B-Ki-67."""
    head = header(sample.image)
    scale = um_per_px_of(head, asked, start.description.um_per_px)
    size = checked_size(head, scale, start.um_per_px, start.description.recipe.crop)
    pixels = open_regions(head, scale, start.um_per_px).read(Region(0, 0, *size, start.um_per_px))
    labels = Cells.from_shidc_json(sample.label, head.width, head.height)
    xy = labels.xy * np.divide(size, (head.width, head.height), dtype=np.float32)
    for y, x in product(starts(size[1]), starts(size[0])):
        inside = ((xy >= (x, y)) & (xy < (x + FRAME, y + FRAME))).all(1)
        yield (
            sample,
            framed(pixels[y : y + FRAME, x : x + FRAME]),
            Cells.of_points(xy[inside] - (x, y), labels.label[inside], "network"),
        )


def starts(length: int) -> list[int]:
    """Where frames begin along an axis: they cover it but for a narrow rim, and overlap where they must."""
    count = max(1, -(-(length - SPARE) // FRAME))
    rest = max(length - FRAME, 0)
    return [rest // 2] if count == 1 else [int(start) for start in np.rint(np.linspace(0, rest, count))]


def framed(pixels: Pixels) -> NDArray[np.uint8]:
    """A picture smaller than a frame lies in its corner, on white."""
    height, width = pixels.shape[:2]
    return np.pad(pixels, ((0, FRAME - height), (0, FRAME - width), (0, 0)), constant_values=WHITE)
