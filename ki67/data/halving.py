"""Published patches as the networks see them: decoded on all cores, halved by area averaging, their nuclei with them."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.data.breastpathq import SIZE, Annotated, Scored, read_nuclei, read_patch
from ki67.data.images import resized
from ki67.data.patches import SIDE, Nuclei, Patches

GLASS = (255, 255, 255)
NO_NUCLEI = Nuclei(np.zeros((0, 2), np.float32), np.zeros(0, np.uint8))
Tile = tuple[NDArray[np.uint8], Nuclei]


def halved(xy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where points lie after halving: a pixel's middle has whole numbers, so two pixels' middle lies between them."""
    return np.asarray((xy + 0.5) / 2 - 0.5, np.float32)


def scored_patches(patches: Sequence[Scored]) -> Patches:
    """Patches with scores, read side by side at half their resolution."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        images = list(pool.map(lambda patch: resized(read_patch(patch), SIDE), patches))
    return Patches(
        tuple(patch.name for patch in patches),
        tuple(patch.patient for patch in patches),
        np.stack(images),
        np.array([patch.score for patch in patches], np.float32),
        tuple(NO_NUCLEI for _ in patches),
    )


def annotated_patches(patches: Sequence[Annotated]) -> Patches:
    """Pictures and nuclei, without scores; a picture that is larger than a patch is cut into several."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        cut = list(pool.map(lambda patch: list(tiles(*read_nuclei(patch))), patches))
    return Patches(
        tuple(name for p, c in zip(patches, cut, strict=True) for name in _names(p.name, len(c))),
        tuple(p.patient for p, c in zip(patches, cut, strict=True) for _ in c),
        np.stack([image for c in cut for image, _ in c]),
        np.full(sum(map(len, cut)), np.nan, np.float32),
        tuple(nuclei for c in cut for _, nuclei in c),
    )


def _names(picture: str, count: int) -> list[str]:
    return [picture] if count == 1 else [f"{picture} {number}" for number in range(1, count + 1)]


def picture_of(name: str) -> str:
    """The annotated picture that a patch is cut from: `12_Region 6` of `12_Region 6 2`, and of itself."""
    return " ".join(name.split(" ")[:2])


def tiles(image: Image.Image, nuclei: Nuclei) -> Iterator[Tile]:
    """Squares of 512 pixels side by side, halved; what the picture lacks at its right and lower edge is glass."""
    for top in range(0, image.height, SIZE):
        for left in range(0, image.width, SIZE):
            square = Image.new("RGB", (SIZE, SIZE), GLASS)
            square.paste(image.crop((left, top, min(left + SIZE, image.width), min(top + SIZE, image.height))))
            inside = ((nuclei.xy >= (left, top)) & (nuclei.xy < (left + SIZE, top + SIZE))).all(axis=1)
            moved = halved(nuclei.xy[inside] - np.array((left, top), np.float32))
            yield resized(square, SIDE), Nuclei(moved, nuclei.kind[inside])
