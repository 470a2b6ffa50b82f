"""The statistics that coder and decoder learn alike while symbols go by: whole numbers only, the same on every machine."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ki67.container.codebook import Indices

Counts = NDArray[np.int64]
Symbols = Indices
Contexts = NDArray[np.uint8]

TOTAL = 1 << 24  # what the frequencies of a coded symbol add up to
LEARNT = 1 << 18  # the same for those that only serve as a start
FIRST, LARGEST = 64, 1 << 16  # symbols in the first block of a message, and in any


@dataclass(frozen=True)
class Message:
    """How a run of symbols is coded: its alphabet, whose statistics it starts from, and in how many groups of columns.

    Symbols lie row by row. With more than one context, columns (a kernel's outputs) are ranked by how far their symbols
    so far lie from the centre, and cut into that many groups of alike columns, each with statistics of its own.
    """

    size: int
    alphabet: int
    family: int
    columns: int = 1
    contexts: int = 1
    centre: int = 0

    @property
    def coded(self) -> int:
        """Symbols that are really coded: where there is one only, there is nothing to say."""
        return self.size if self.alphabet > 1 else 0

    @property
    def blocks(self) -> Iterator[slice]:
        """Runs of symbols between which the statistics are brought up to date, a quarter as long as all before them."""
        start = 0
        while start < self.coded:
            stop = min(start + min(max(FIRST, start // 4), LARGEST), self.coded)
            yield slice(start, stop)
            start = stop


def shares(weights: Counts, total: int) -> Counts:
    """A row of frequencies for each row of weights, in proportion and none under one.

    What rounding down leaves of the total goes to the first heaviest.
    """
    frequencies: Counts = weights * (total - weights.shape[1]) // weights.sum(1, keepdims=True) + 1
    frequencies[np.arange(len(weights)), weights.argmax(1)] += total - frequencies.sum(1)
    return frequencies


class Learner:
    """The statistics of one message while it goes by; they start from those of its family, the messages like it before."""

    def __init__(self, message: Message, family: Counts) -> None:
        self.message = message
        self.start = shares(16 * family[None] + 1, LEARNT)
        self.counts = np.zeros((message.contexts, message.alphabet), np.int64)
        self.sums = np.zeros(message.columns if message.contexts > 1 else 0, np.int64)

    def contexts(self, block: slice) -> Contexts:
        """The group of each symbol's column; until one whole row has gone by there is one group."""
        columns, groups = self.message.columns, self.message.contexts
        if groups == 1 or block.start < columns:
            return np.zeros(block.stop - block.start, np.uint8)
        group = np.empty(columns, np.uint8)
        group[np.argsort(self.sums, kind="stable")] = np.arange(columns) * groups // columns
        return np.asarray(group[np.arange(block.start, block.stop) % columns])

    def frequencies(self) -> Counts:
        """A table of symbol frequencies for each context: its own counts on those of the message, these on the family's."""
        message = shares((self.counts.sum(0, keepdims=True) << 12) + self.start, LEARNT)
        return shares((self.counts << 9) + message, TOTAL)

    def learn(self, symbols: Symbols, contexts: Contexts, block: slice) -> None:
        """Take in a block that has gone by."""
        self.counts += self._counted(symbols, contexts)
        if self.message.contexts > 1:
            far = np.abs(symbols.astype(np.int64) - self.message.centre)
            columns = np.arange(block.start, block.stop) % self.message.columns
            self.sums += np.bincount(columns, far, self.message.columns).astype(np.int64)

    def unlearn(self, symbols: Symbols, contexts: Contexts) -> None:
        """Go back to the counts before a block: an encoder works from the last symbol to the first."""
        self.counts -= self._counted(symbols, contexts)

    def _counted(self, symbols: Symbols, contexts: Contexts) -> Counts:
        cells = contexts * np.int64(self.message.alphabet) + symbols
        return np.bincount(cells, minlength=self.counts.size).reshape(self.counts.shape)
