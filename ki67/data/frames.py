"""Pictures and labels in the frame that the networks see, one file a part of a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.files import whole_file
from ki67.cells.cells import Cells

FRAME = 256


@dataclass(frozen=True)
class Frames:
    """One part of a dataset: what network, baseline and measures all start from."""

    names: tuple[str, ...]
    patients: tuple[str, ...]
    images: NDArray[np.uint8]
    cells: tuple[Cells, ...]

    def __len__(self) -> int:
        return len(self.names)

    def take(self, chosen: Sequence[int]) -> "Frames":
        """The chosen items, in the order given."""
        return Frames(
            tuple(self.names[i] for i in chosen),
            tuple(self.patients[i] for i in chosen),
            self.images[list(chosen)],
            tuple(self.cells[i] for i in chosen),
        )

    def evenly(self, count: int) -> "Frames":
        """So many of them, evenly over all."""
        step = max(len(self) // count, 1)
        return self.take(range(0, step * min(count, len(self)), step))

    def first_of_each_patient(self, number: int) -> "Frames":
        """The first items of every patient: enough to choose by, the same for every trial."""
        seen, chosen = dict.fromkeys(self.patients, 0), []
        for place, patient in enumerate(self.patients):
            seen[patient] += 1
            if seen[patient] <= number:
                chosen.append(place)
        return self.take(chosen)


def save_frames(frames: Frames, path: Path) -> None:
    """One uncompressed npz, moved into place whole."""
    with whole_file(path, ".partial.npz") as partial:
        np.savez(
            partial,
            names=np.array(frames.names),
            patients=np.array(frames.patients),
            images=frames.images,
            counts=np.array([len(c) for c in frames.cells]),
            xy=np.concatenate([c.xy for c in frames.cells]),
            label=np.concatenate([c.label for c in frames.cells]),
        )


def load_frames(path: Path) -> Frames:
    """What `save_frames` wrote."""
    if not path.is_file():
        raise InputError(f"{path}: missing; the stage `split` writes it, in the study that the network was trained in")
    with np.load(path, allow_pickle=False) as stored:
        cuts = np.cumsum(stored["counts"])[:-1]
        cells = tuple(
            Cells(xy, label, np.ones(len(label), np.float32), "network")
            for xy, label in zip(np.split(stored["xy"], cuts), np.split(stored["label"], cuts), strict=True)
        )
        return Frames(tuple(stored["names"].tolist()), tuple(stored["patients"].tolist()), stored["images"], cells)
