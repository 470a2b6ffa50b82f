"""From labelled pictures on disk to the chapter's one file: masks on all cores, and both splits."""

import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.cells.cells import Cells
from ki67.data.samples import Sample
from ki67.data.shidc import Survey, read_labels
from ki67.data.split import by_patient
from ki67.masks.field_loss import FieldLoss, field_loss
from ki67.masks.fields import MaskFields, PartName
from ki67.masks.from_points import full_mask, in_three_greys, reduced
from ki67.masks.names import SIDE


@dataclass(frozen=True, eq=False)
class Masked:
    """One field as the network sees it, and what its mask lost."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    cells: Cells
    loss: FieldLoss


def masked(sample: Sample) -> Masked:
    """Decode a picture, make its mask, and hold that against its labels."""
    picture, cells = read_labels(sample)
    if picture.width != picture.height:
        raise InputError(f"{sample.image}: {picture.width}×{picture.height} is not square; cut it into squares first")
    pixels = np.asarray(picture)
    full = full_mask(pixels, cells)
    mask = in_three_greys(reduced(full))
    loss = field_loss(sample.name, sample.patient, full, mask, cells)
    return Masked(reduced(pixels), mask, cells.scaled(SIDE / picture.width, "network"), loss)


def all_masked(samples: Sequence[Sample]) -> list[Masked]:
    """Every sample, on all cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(masked, samples))


def mask_fields(found: Survey, made: Sequence[Masked], share: float, seed: int) -> MaskFields:
    """What was made of all samples of a dataset, under both splits."""
    samples = [sample for part in found.parts.values() for sample in part]
    return MaskFields(
        tuple(sample.name for sample in samples),
        tuple(sample.patient for sample in samples),
        np.stack([field.image for field in made]),
        np.stack([field.mask for field in made]),
        tuple(field.cells for field in made),
        split_by_picture(len(samples), share, seed),
        split_by_patient(found),
    )


def split_by_picture(count: int, share: float, seed: int) -> tuple[PartName, ...]:
    """The share of the pictures tests, and as many validate, whosever they are: the paper names shares and no patients."""
    each = max(round(share * count), 1)
    order = random.Random(seed).sample(range(count), count)
    return tuple("test" if place < each else "validation" if place < 2 * each else "train" for place in order)


def split_by_patient(found: Survey) -> tuple[PartName, ...]:
    """The study's own: the patients of the published test are tested, and of the others some validate."""
    validating = set(by_patient(found.parts["Train"]).validation)
    learnt: list[PartName] = ["validation" if sample in validating else "train" for sample in found.parts["Train"]]
    tested: list[PartName] = ["test"] * len(found.parts["Test"])
    return (*learnt, *tested)
