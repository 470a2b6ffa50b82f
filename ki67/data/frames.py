"""Pictures and labels in the frame that the networks see, decoded once and kept in one file a part."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.base.files import whole_file
from ki67.cells.cells import Cells
from ki67.data.images import resized
from ki67.data.samples import Sample
from ki67.data.shidc import read_labels

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
    with np.load(path, allow_pickle=False) as stored:
        cuts = np.cumsum(stored["counts"])[:-1]
        cells = tuple(
            Cells(xy, label, np.ones(len(label), np.float32), "network")
            for xy, label in zip(np.split(stored["xy"], cuts), np.split(stored["label"], cuts), strict=True)
        )
        return Frames(tuple(stored["names"].tolist()), tuple(stored["patients"].tolist()), stored["images"], cells)
