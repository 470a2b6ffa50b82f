"""Simulated fields beside a laboratory's own: what a network knew stays in view while it learns something new."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ki67.models.batches import Batch, Feed


@dataclass(frozen=True)
class Beside:
    """Batches of which one half is a laboratory's own and the other simulated."""

    own: Feed
    replayed: Feed

    @property
    def steps(self) -> int:
        """As many as the own pictures make."""
        return self.own.steps

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Both halves in one batch."""
        first, second = ((self.own.batch + self.replayed.batch, *shape[1:]) for shape in self.own.shapes)
        return first, second

    def epoch(self, number: int) -> Iterator[Batch]:
        """The same number gives the same batches."""
        for (pixels, maps), (others, theirs) in zip(self.own.epoch(number), self.replayed.epoch(number), strict=False):
            yield np.concatenate([pixels, others]), np.concatenate([maps, theirs])


def crops_for(steps: int, batch: int, frames: Sequence[str]) -> int:
    """Crops of each simulated field in an epoch of so many steps, so that none of them lacks its half."""
    return -(-steps * batch // len(frames))
