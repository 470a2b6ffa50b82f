"""What the chapter's networks are fed: examples in an order, and seen in ways, that the seed and the epoch's number fix."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ki67.cellularity.augmentation import augmented, augmented_pair, network_input

Example = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True)
class Served:
    """So many examples, each made when it is due; `rounds` of all of them are an epoch, the last incomplete batch left out."""

    example: Callable[[int, np.random.Generator], Example]
    count: int
    batch: int
    rounds: int
    seed: int

    @property
    def steps(self) -> int:
        """Batches in an epoch, one at least."""
        return max(1, self.count * self.rounds // self.batch)

    @cached_property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Of the inputs and of the targets of one batch."""
        given, wanted = self.example(0, np.random.default_rng(0))
        return (self.batch, *given.shape), (self.batch, *wanted.shape)

    def epoch(self, number: int) -> Iterator[Example]:
        """All batches of one epoch; the same number gives the same batches, whatever ran before."""
        rng = np.random.default_rng([self.seed, number])
        rounds = [rng.permutation(self.count) for _ in range(self.rounds)]
        order = np.resize(np.concatenate(rounds), self.steps * self.batch)
        for start in range(0, len(order), self.batch):
            pairs = [self.example(int(index), rng) for index in order[start : start + self.batch]]
            yield np.stack([given for given, _ in pairs]), np.stack([wanted for _, wanted in pairs])


@dataclass(frozen=True, eq=False)
class Crops:
    """Random squares of patches with their masks, each seen another way: one example for the segmentation networks."""

    images: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    side: int

    def __call__(self, index: int, rng: np.random.Generator) -> Example:
        """One of them."""
        y, x = rng.integers(0, self.images.shape[1] - self.side + 1, 2)
        window = np.s_[index, y : y + self.side, x : x + self.side]
        image, masks = augmented_pair(self.images[window], self.masks[window], rng)
        return network_input(image), masks.astype(np.float32)


@dataclass(frozen=True, eq=False)
class ScoredViews:
    """Whole patches with their scores, each seen another way: one example for the networks that read the score."""

    images: NDArray[np.uint8]
    scores: NDArray[np.float32]
    target: Callable[[float], NDArray[np.float32]]

    def __call__(self, index: int, rng: np.random.Generator) -> Example:
        """One of them."""
        return network_input(augmented(self.images[index], rng)), self.target(float(self.scores[index]))
