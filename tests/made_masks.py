"""A few simulated fields with their masks, small enough for a test: the same ones every time."""

from functools import cache

import numpy as np

from ki67.masks.fields import PARTS, MaskFields
from ki67.masks.from_points import mask_of, reduced
from ki67.masks.names import SIDE
from ki67.simulate import Field, Scene, render_field

SCENE = Scene(size=512, um_per_px=0.27)  # coarser than a published field, and so quicker to render


@cache
def field(number: int, patient: int = 0) -> Field:
    return render_field(7, patient, number, SCENE)


@cache
def mask_fields(count: int = 2) -> MaskFields:
    """Fields of as many patients, who train, validate and test in turn."""
    fields = [field(0, patient) for patient in range(count)]
    parts = tuple(PARTS[patient % 3] for patient in range(count))
    return MaskFields(
        tuple(f"p{patient}_0000_1" for patient in range(count)),
        tuple(f"p{patient}" for patient in range(count)),
        np.stack([reduced(each.image) for each in fields]),
        np.stack([mask_of(each.image, each.cells) for each in fields]),
        tuple(each.cells.scaled(SIDE / SCENE.size, "network") for each in fields),
        parts,
        parts[::-1],
    )
