"""From labelled pictures to frames: reduced as a whole, or cut out at full resolution; each picture is decoded once."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.cells.cells import Cells
from ki67.data.frames import FRAME, Frames
from ki67.data.images import resized
from ki67.data.samples import Sample
from ki67.data.shidc import read_labels


def whole_frame(sample: Sample) -> tuple[NDArray[np.uint8], Cells]:
    """The whole picture reduced to 256×256, its cells with it: what the public code does."""
    image, cells = read_labels(sample)
    if image.width != image.height:
        raise InputError(f"{sample.image}: {image.width}×{image.height} is not square; cut it into squares first")
    return resized(image, FRAME), cells.scaled(FRAME / image.width, "network")


def four_crops(sample: Sample) -> Iterator[tuple[NDArray[np.uint8], Cells]]:
    """The middle 256×256 pixels of each quarter at full resolution: what the paper's text says instead of reducing."""
    image, cells = read_labels(sample)
    pixels = np.asarray(image)
    for row in (1, 3):
        for column in (1, 3):
            x, y = image.width * column // 4 - FRAME // 2, image.height * row // 4 - FRAME // 2
            inside = ((cells.xy >= (x, y)) & (cells.xy < (x + FRAME, y + FRAME))).all(1)
            moved = Cells.of_points(cells.xy[inside] - (x, y), cells.label[inside], "network")
            yield pixels[y : y + FRAME, x : x + FRAME], moved


def build_frames(samples: Sequence[Sample]) -> Frames:
    """Decode and reduce every sample, on all cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pairs = list(pool.map(whole_frame, samples))
    return _frames(samples, pairs)


def build_crops(samples: Sequence[Sample]) -> Frames:
    """Four full-resolution crops of every sample, each an item of its own."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pairs = [pair for four in pool.map(lambda sample: list(four_crops(sample)), samples) for pair in four]
    return _frames([sample for sample in samples for _ in range(4)], pairs)


def _frames(samples: Sequence[Sample], pairs: Sequence[tuple[NDArray[np.uint8], Cells]]) -> Frames:
    return Frames(
        tuple(s.name for s in samples),
        tuple(s.patient for s in samples),
        np.stack([image for image, _ in pairs]),
        tuple(cells for _, cells in pairs),
    )
