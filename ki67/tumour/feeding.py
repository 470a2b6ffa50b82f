"""Patches for the classifiers, read from the raw slides while the network learns and never stored.

What stands in a batch follows from the seed and the numbers of epoch, batch and patch alone, so it is the same whichever
thread reads it and when.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from ki67.base.errors import Unreadable
from ki67.base.hardware import CORES
from ki67.cellularity.augmentation import network_input
from ki67.pictures.regions import Pixels
from ki67.slides.grid import PATCH
from ki67.tumour.open_slides import OpenSlides
from ki67.tumour.tree import LEARNT, Place, Tree

AHEAD = 20  # batches that are read before they are asked for, as published
TRIES = 20  # patches in a row that may be damaged

Fed = tuple[NDArray[np.float32], NDArray[np.float32]]
Read = tuple[NDArray[np.uint8], NDArray[np.float32]]
View = Callable[[Pixels, np.random.Generator], Pixels]


def as_it_is(patch: Pixels, rng: np.random.Generator) -> Pixels:
    """The view for validation."""
    return patch


@dataclass(frozen=True)
class Waiting:
    """Of one epoch up to its last batch, in seconds: how long it lasted, and how much of that its consumer stood waiting."""

    lasted: float
    waited: float

    @property
    def share(self) -> float:
        """Of the epoch's time."""
        return self.waited / self.lasted


def share_of(waiting: Sequence[Waiting]) -> float | None:
    """Of all epochs together; nothing where none was served as a whole, as after a kill at the very end."""
    lasted = sum(epoch.lasted for epoch in waiting)
    return sum(epoch.waited for epoch in waiting) / lasted if lasted else None


@dataclass(frozen=True, eq=False)
class PatchFeed:
    """Batches of patches drawn from the tree, each seen another way, and their classes as one-hot rows.

    A patch is read at `shrink` times the grid's µm/px, from whichever level serves: every source pixel still counts once, as if
    it were read in full and averaged, and a slide that has such a level gives it for a quarter of the decoding.
    """

    tree: Tree
    slides: OpenSlides
    batch: int
    steps: int
    seed: int
    shrink: int = 1
    view: View = as_it_is
    ahead: int = AHEAD
    threads: int = CORES
    waiting: list[Waiting] = field(default_factory=list)  # one of each epoch that was served as a whole

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Of the inputs and of the targets of one batch."""
        side = PATCH // self.shrink
        return (self.batch, side, side, 3), (self.batch, len(LEARNT))

    def epoch(self, number: int) -> Iterator[Fed]:
        """All batches of one epoch; the same number gives the same batches, whatever ran before."""
        started, waited = perf_counter(), 0.0
        with closing(self._read_ahead(number)) as batches:
            for served, due in enumerate(batches, start=1):
                asked = perf_counter()
                patches, targets = due.result()
                waited += perf_counter() - asked
                if served == self.steps:  # here, since no trainer asks for one more to hear that there is none
                    self.waiting.append(Waiting(perf_counter() - started, waited))
                yield network_input(patches), targets

    def _read_ahead(self, epoch: int) -> Generator[Future[Read], None, None]:
        """The batches in their order, so many of them begun before the first is asked for."""
        pool = ThreadPoolExecutor(self.threads, "patches")
        try:
            orders = (pool.submit(self._read_batch, epoch, number) for number in range(self.steps))
            begun = deque(islice(orders, self.ahead))
            while begun:
                due = begun.popleft()
                begun.extend(islice(orders, 1))
                yield due
        finally:
            pool.shutdown(cancel_futures=True)

    def _read_batch(self, epoch: int, number: int) -> Read:
        inputs, targets = (np.zeros(shape, kind) for shape, kind in zip(self.shapes, (np.uint8, np.float32), strict=True))
        for index in range(self.batch):
            rng = np.random.default_rng([self.seed, epoch, number, index])
            place, patch = self._whole_patch(rng)
            inputs[index] = self.view(patch, rng)
            targets[index, LEARNT.index(place.label)] = 1
        return inputs, targets

    def _whole_patch(self, rng: np.random.Generator) -> tuple[Place, Pixels]:
        """A patch that can be read; a damaged one is left out and another drawn in its place."""
        for _ in range(TRIES):
            place = self.tree.draw(rng)
            slide = self.tree.slides[place.slide]
            patch = self.slides.read(slide.path, slide.grid.region(place.row, place.column, self.shrink))
            if patch is not None:
                return place, patch
        raise Unreadable(f"{slide.path}: {TRIES} patches in a row are damaged; copy or export the slides again")
