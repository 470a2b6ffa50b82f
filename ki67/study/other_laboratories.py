"""Who labels, and on whose pictures it is judged what that bought: simulated other laboratories, or the patients of a folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, product
from pathlib import Path

import numpy as np

from ki67.data.frames import Frames, load_frames, save_frames
from ki67.simulate import Scene
from ki67.simulate.frames import simulated_frames
from ki67.simulate.laboratories import POOLS
from ki67.simulate.patients import draw_patient

SIZES = (2, 5, 11)  # labelled pictures
JUDGED, SEED = 20, 7021  # fields of other patients, and the seed of all
OTHERS = Scene(laboratories="other")


@dataclass(frozen=True)
class Trial:
    """Labelled pictures, and others of the same laboratory by which it is judged what they bought."""

    laboratory: str
    labelled: Frames
    judged: Frames


def simulated_trials(state: Path) -> Iterator[Trial]:
    """So many labelled fields of each laboratory, each of another patient, and the same others to judge them all."""
    for share in POOLS[OTHERS.laboratories]:
        name = share.laboratory.name
        fields = fields_of(name, state / f"{name}.npz".replace(" ", "_"))
        judged = fields.take(range(max(SIZES), len(fields)))
        yield from (Trial(name, fields.take(range(size)), judged) for size in SIZES)


def fields_of(laboratory: str, kept: Path) -> Frames:
    """A field of each of its first patients, drawn once."""
    if not kept.is_file():
        patients = list(islice(patients_of(laboratory), max(SIZES) + JUDGED))
        save_frames(simulated_frames(patients, OTHERS, SEED), kept)
    return load_frames(kept)


def patients_of(laboratory: str) -> Iterator[int]:
    """The numbers of a laboratory's patients, without end."""
    numbered = ((number, draw_patient(SEED, number, OTHERS.laboratories)) for number in count(1))
    return (number for number, patient in numbered if patient.laboratory.name == laboratory)


def folder_trials(frames: Frames) -> Iterator[Trial]:
    """Every patient judges a network that saw none of theirs; of the others so many pictures are labelled, evenly spread."""
    for size, patient in product(SIZES, sorted(set(frames.patients))):
        theirs = np.array(frames.patients) == patient
        others, judged = (frames.take(np.flatnonzero(chosen).tolist()) for chosen in (~theirs, theirs))
        if size <= len(others):
            yield Trial(f"without {patient}", others.evenly(size), judged)
