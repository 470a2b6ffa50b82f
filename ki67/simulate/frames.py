"""Simulated fields as a network sees them, for whoever wants a few to learn from and no files."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ki67.base.hardware import CORES
from ki67.cells.cells import Cells
from ki67.data.frames import FRAME, Frames
from ki67.data.images import resized
from ki67.simulate.field import Scene, render_field
from ki67.simulate.rendering import Progress, render_all


def simulated_frames(patients: Sequence[int], scene: Scene, seed: int) -> Frames:
    """The first field of each of these patients, reduced as published fields are."""
    bar, workers = Progress(len(patients), 0, "field", True), min(CORES, len(patients))
    drawn = list(render_all(partial(reduced_field, seed, scene), patients, workers, bar))
    names = tuple(f"simulated{number}" for number in patients)
    return Frames(names, names, np.stack([pixels for pixels, _ in drawn]), tuple(cells for _, cells in drawn))


def reduced_field(seed: int, scene: Scene, patient: int) -> tuple[NDArray[np.uint8], Cells]:
    """One of them: its pixels and its cells in a network's frame."""
    field = render_field(seed, patient, 1, scene)
    return resized(Image.fromarray(field.image), FRAME), field.cells.scaled(FRAME / scene.size, "network")
