"""What a network is fed: random crops of frames and maps, turned or flipped, in an order fixed by the seed and the epoch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.cells.density import CLASSES, Stamp, density_maps
from ki67.data.frames import FRAME, Frames
from ki67.models.tints import tinted

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]
View = Callable[[NDArray[np.float32]], NDArray[np.float32]]

# The six versions of a picture in the public code: itself, two flips, three rotations.
VIEWS: tuple[View, ...] = (
    lambda a: a,
    lambda a: a[::-1],
    lambda a: a[:, ::-1],
    lambda a: np.rot90(a, 1),
    lambda a: np.rot90(a, 2),
    lambda a: np.rot90(a, 3),
)


@dataclass(frozen=True)
class Feed:
    """Frames with their maps, and how they are served: crop size, batch size, crops of each frame in one epoch.

    Each class's labels are divided by its unit, so a class of half the unit counts four times in the squared error.
    """

    images: NDArray[np.uint8]
    maps: NDArray[np.uint16]
    crop: int
    batch: int
    crops_per_frame: int
    unit: tuple[float, float, float]
    seed: int
    tint: float = 0.0  # how far a view's stain strays from its frame's

    @property
    def steps(self) -> int:
        """Batches in an epoch, one at least; the last incomplete one is left out, so that every step has one shape."""
        return max(1, len(self.images) * self.crops_per_frame // self.batch)

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Of the pictures and of the maps of one batch."""
        side = (self.batch, self.crop, self.crop)
        return (*side, 3), (*side, CLASSES)

    def epoch(self, number: int) -> Iterator[Batch]:
        """All batches of one epoch; the same number gives the same batches, whatever ran before."""
        rng = np.random.default_rng([self.seed, number])
        rounds = [rng.permutation(len(self.images)) for _ in range(self.crops_per_frame)]
        order = np.resize(np.concatenate(rounds), self.steps * self.batch)
        for start in range(0, len(order), self.batch):
            pairs = [self._crop(index, rng) for index in order[start : start + self.batch]]
            yield np.stack([x for x, _ in pairs]), np.stack([y for _, y in pairs])

    def _crop(self, index: int, rng: np.random.Generator) -> Batch:
        y, x = rng.integers(0, FRAME - self.crop + 1, 2)
        view = VIEWS[rng.integers(len(VIEWS))]
        window = np.s_[index, y : y + self.crop, x : x + self.crop]
        unit = np.array(self.unit, np.float32)
        pixels, maps = self.images[window].astype(np.float32), self.maps[window].astype(np.float32)
        seen = tinted(np.divide(pixels, 255, dtype=np.float32), self.tint, rng) if self.tint else pixels / np.float32(255)
        return view(seen), view(np.divide(maps, unit, dtype=np.float32))


def stored_maps(frames: Frames, stamp: Stamp) -> NDArray[np.uint16]:
    """Every frame's maps as whole numbers: small enough to keep in memory while training."""
    maps = np.empty((len(frames), FRAME, FRAME, CLASSES), np.uint16)
    for index, cells in enumerate(frames.cells):
        maps[index] = np.rint(density_maps(cells, FRAME, stamp))
    return maps
