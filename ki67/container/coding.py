"""Symbols to words and back by asymmetric numeral systems (rANS), close to what an ideal code that learns would need."""

from collections.abc import Sequence
from typing import Any

import constriction
import numpy as np
from numpy.typing import NDArray

from ki67.container.adaptive import TOTAL, Counts, Learner, Message, Symbols
from ki67.container.codebook import smallest_index

Words = NDArray[np.uint32]
Coder = Any  # the library is not typed: its stack of words,
Table = Any  # and its model of one symbol's frequencies
FREE, PER_WORD = 1 << 16, 256  # symbols that a stream may hold at all, and beyond that for every word of it


def table(frequencies: Counts) -> Table:
    """The library's model with just these frequencies: it gives each symbol one, and the rest, a whole number, as told."""
    return constriction.stream.model.Categorical((frequencies - 1).astype(np.float64), perfect=False)


def fits(messages: Sequence[Message], words: int) -> bool:
    """Whether a stream of so many words may hold these messages. Without the bound a few bytes could keep a reader busy."""
    return sum(message.coded for message in messages) <= FREE + PER_WORD * words


def encode(messages: Sequence[Message], symbols: Sequence[Symbols]) -> Words:
    """All messages as one stream, padded where symbols cost so little that it would be too short for their number."""
    words = _encoded(messages, symbols, 0)
    padding = 0
    while not fits(messages, len(words)):
        padding += -(-(sum(message.coded for message in messages) - FREE) // PER_WORD) - len(words)
        words = _encoded(messages, symbols, padding)
    return words


def _encoded(messages: Sequence[Message], symbols: Sequence[Symbols], padding: int) -> Words:
    coder = constriction.stream.stack.AnsCoder(np.ones(padding, np.uint32))
    families = _nothing_learnt(messages)
    for message, coded in zip(messages, symbols, strict=True):
        families[message.family] += _counts(message, coded)
    for message, coded in zip(reversed(messages), reversed(symbols), strict=True):
        families[message.family] -= _counts(message, coded)
        _push(coder, Learner(message, families[message.family]), coded)
    return np.asarray(coder.get_compressed())


def _nothing_learnt(messages: Sequence[Message]) -> dict[int, Counts]:
    return {message.family: np.zeros(message.alphabet, np.int64) for message in messages}


def _counts(message: Message, symbols: Symbols) -> Counts:
    """How often each symbol comes, block by block: NumPy counts in eight bytes a symbol."""
    counts = np.zeros(message.alphabet, np.int64)
    for block in message.blocks:
        counts += np.bincount(symbols[block], minlength=message.alphabet)
    return counts


def _push(coder: Coder, learner: Learner, symbols: Symbols) -> None:
    passed = []
    for block in learner.message.blocks:
        contexts = learner.contexts(block)
        learner.learn(symbols[block], contexts, block)
        passed.append((block, contexts))
    for block, contexts in reversed(passed):
        learner.unlearn(symbols[block], contexts)
        frequencies = learner.frequencies()
        for context in reversed(range(len(frequencies))):
            run = symbols[block][contexts == context]
            if run.size:
                coder.encode_reverse(run.astype(np.int32), table(frequencies[context]))


def bits(message: Message, symbols: Symbols) -> float:
    """What a message costs when nothing is known before it: enough to choose how to code it."""
    learner = Learner(message, np.zeros(message.alphabet, np.int64))
    total = 0.0
    for block in message.blocks:
        contexts = learner.contexts(block)
        total -= float(np.log2(learner.frequencies()[contexts, symbols[block]] / TOTAL).sum())
        learner.learn(symbols[block], contexts, block)
    return total


def decode(messages: Sequence[Message], words: Words) -> list[Symbols]:
    """The messages of a stream; ValueError where it cannot be one."""
    coder = constriction.stream.stack.AnsCoder(words)
    families = _nothing_learnt(messages)
    decoded = []
    for message in messages:
        symbols = _popped(coder, Learner(message, families[message.family]))
        families[message.family] += _counts(message, symbols)
        decoded.append(symbols)
    if not (coder.get_compressed() == 1).all():
        raise ValueError("it does not end where its symbols do")
    return decoded


def _popped(coder: Coder, learner: Learner) -> Symbols:
    message = learner.message
    symbols: Symbols = np.zeros(message.size, smallest_index(message.alphabet))
    for block in message.blocks:
        contexts = learner.contexts(block)
        frequencies = learner.frequencies()
        for context in range(len(frequencies)):
            here = np.flatnonzero(contexts == context)
            if here.size:
                symbols[block][here] = coder.decode(table(frequencies[context]), here.size)
        learner.learn(symbols[block], contexts, block)
    return symbols
