"""Who labels, and on whose pictures it is judged what that bought: simulated laboratories, or the patients of a folder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ki67.bench.robustness import Change, blur, brown, stain
from ki67.data.frames import Frames, load_frames, save_frames
from ki67.pictures.regions import Pixels
from ki67.simulate import Scene
from ki67.simulate.frames import simulated_frames

SIZES = (2, 5, 11)  # labelled pictures
JUDGED, SEED = 20, 7021  # simulated fields of other patients, and the seed of all
# What such a laboratory does to every field, one after the other: steps of the robustness page that the network bears badly.
LABORATORIES: dict[str, tuple[tuple[Change, float], ...]] = {
    "pale": ((stain, 0.6), (blur, 0.5)),
    "little brown": ((brown, 0.4),),
    "dark and soft": ((stain, 1.6), (blur, 1.2)),
}


@dataclass(frozen=True)
class Trial:
    """Labelled pictures, and others of the same laboratory by which it is judged what they bought."""

    laboratory: str
    labelled: Frames
    judged: Frames


def simulated_trials(kept: Path) -> Iterator[Trial]:
    """So many labelled fields of each laboratory, each of another patient, and the same others to judge them all."""
    if not kept.is_file():
        save_frames(simulated_frames(max(SIZES) + JUDGED, Scene(), SEED), kept)
    fields = load_frames(kept)
    for name, changes in LABORATORIES.items():
        seen = replace(fields, images=np.stack([changed(image, changes) for image in fields.images]))
        judged = seen.take(range(max(SIZES), len(seen)))
        yield from (Trial(name, seen.take(range(size)), judged) for size in SIZES)


def changed(image: Pixels, changes: Sequence[tuple[Change, float]]) -> Pixels:
    """A field as a laboratory shows it."""
    for change, step in changes:
        image = change(image, step)
    return image


def folder_trials(frames: Frames) -> Iterator[Trial]:
    """Every patient judges a network that saw none of theirs; of the others so many pictures are labelled, evenly spread."""
    for patient in sorted(set(frames.patients)):
        theirs = [owner == patient for owner in frames.patients]
        others, judged = frames.take(np.flatnonzero(np.invert(theirs)).tolist()), frames.take(np.flatnonzero(theirs).tolist())
        yield from (Trial(f"without {patient}", others.evenly(size), judged) for size in SIZES if size <= len(others))
