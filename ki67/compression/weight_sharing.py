"""Retraining shared weights: places stay, representatives move, so that after every step kernels hold codebook values only.

The published update lets the optimiser move every weight and moves a representative by the sum of its weights' moves. Our
variant trains the codebook by its true gradient, which is the sum of its weights' gradients.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from ki67.compression.keras_models import put_shared, put_vectors, shareable, values_of, vectors
from ki67.container.shared import SharedWeights

Tensor = Any


@dataclass(frozen=True)
class Room:
    """What a traced step has place for: the kernels, how many codebooks, and how many representatives in each."""

    kernels: tuple[keras.Variable, ...]
    codebooks: int
    k: int

    @classmethod
    def of(cls, model: keras.Model, codebooks: int, k: int) -> "Room":
        """For all kernels of a network."""
        return cls(tuple(shareable(model).values()), codebooks, k)


class SharingAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """Adam for a network with shared kernels. Codebooks and places are its variables: another trial swaps them in."""

    def __init__(self, room: Room, learning_rate: float) -> None:
        super().__init__(learning_rate)
        self.room = room  # a dataclass, into which Keras does not look for variables to call the optimiser's own

    def build(self, variables: list[keras.Variable]) -> None:
        """The usual state, and beside it a row for each codebook, each kernel's places in them, and their rate."""
        if self.built:
            return
        super().build(variables)
        sizes = [int(np.prod(kernel.shape)) for kernel in self.room.kernels]
        self.books = self.add_variable((self.room.codebooks, self.room.k), name="codebooks")
        self.places = self.add_variable((sum(sizes),), dtype="int32", name="places")
        self.rate = self.add_variable((), name="codebook_rate")
        self.cuts = [int(cut) for cut in np.cumsum(sizes)[:-1]]

    def apply(self, grads: list[Tensor], trainable_variables: list[keras.Variable] | None = None) -> None:
        """One step, after which every kernel is its representatives."""
        if trainable_variables is not None and not self.built:
            with keras.name_scope(self.name):
                self.build(trainable_variables)
        self.move(grads, trainable_variables if trainable_variables is not None else self._trainable_variables)
        flat = ops.take(ops.reshape(self.books, (-1,)), self.places)
        for kernel, values in zip(self.room.kernels, ops.split(flat, self.cuts), strict=True):
            kernel.assign(ops.reshape(values, kernel.shape))

    def move(self, grads: list[Tensor], trainable_variables: list[keras.Variable]) -> None:
        """How representatives follow from gradients."""
        raise NotImplementedError

    def gathered(self, values: Sequence[Tensor]) -> Tensor:
        """Sums over the weights of each representative."""
        flat = ops.concatenate([ops.reshape(value, (-1,)) for value in values])
        return ops.reshape(ops.segment_sum(flat, self.places, int(np.prod(self.books.shape))), self.books.shape)

    def start(self, shared: SharedWeights, rate: float) -> None:
        """A fresh start with these codebooks and places; nothing is traced again."""
        for variable in self.variables:
            if variable is not self._learning_rate:
                variable.assign(ops.zeros_like(variable))
        books = np.zeros(self.books.shape, np.float32)
        for row, codebook in enumerate(shared.codebooks):
            books[row, : len(codebook)] = codebook
        self.books.assign(books)
        places = [kernel.indices.ravel().astype(np.int32) + kernel.codebook * self.room.k for kernel in shared.kernels]
        self.places.assign(np.concatenate(places))
        self.rate.assign(rate)


class PublishedUpdate(SharingAdam):
    """A representative moves by `rate` times the sum of what Adam would have moved its weights (Gliozzo et al. 2023)."""

    def move(self, grads: list[Tensor], trainable_variables: list[keras.Variable]) -> None:
        """Adam on everything, then the sums."""
        before = [ops.convert_to_tensor(kernel) + 0.0 for kernel in self.room.kernels]
        super(SharingAdam, self).apply(grads, trainable_variables)
        moves = [ops.convert_to_tensor(kernel) - old for kernel, old in zip(self.room.kernels, before, strict=True)]
        self.books.assign_add(self.rate * self.gathered(moves))


class TrueGradient(SharingAdam):
    """The codebook is what Adam trains, at its own `rate`; kernels have no state of their own."""

    def build(self, variables: list[keras.Variable]) -> None:
        """Adam's two moments for the codebooks take the place of those for the kernels."""
        if self.built:
            return
        super().build([variable for variable in variables if not self.is_kernel(variable)])
        self.mean = self.add_variable(self.books.shape, name="codebooks_mean")
        self.square = self.add_variable(self.books.shape, name="codebooks_square")

    def is_kernel(self, variable: keras.Variable) -> bool:
        """Whether representatives stand for it."""
        return any(variable is kernel for kernel in self.room.kernels)

    def move(self, grads: list[Tensor], trainable_variables: list[keras.Variable]) -> None:
        """Adam on everything that is not a kernel, and by the same formula on the codebooks."""
        pairs = list(zip(grads, trainable_variables, strict=True))
        others = [(g, v) for g, v in pairs if not self.is_kernel(v)]
        super(SharingAdam, self).apply(*map(list, zip(*others, strict=True)))
        by_kernel = {id(v): g for g, v in pairs}
        gradient = self.gathered([by_kernel[id(kernel)] for kernel in self.room.kernels])
        self.mean.assign(self.beta_1 * self.mean + (1 - self.beta_1) * gradient)
        self.square.assign(self.beta_2 * self.square + (1 - self.beta_2) * gradient**2)
        steps = ops.cast(self.iterations, "float32")
        mean = self.mean / (1 - self.beta_1**steps)
        root = ops.sqrt(self.square / (1 - self.beta_2**steps)) + self.epsilon
        self.books.assign_sub(self.rate * mean / root)


UPDATES: dict[str, type[SharingAdam]] = {"published": PublishedUpdate, "gradient": TrueGradient}


class Retrainer:
    """A network with one traced step, for as many trials as there are: each swaps its own weights, codebooks and places in."""

    def __init__(self, model: keras.Model, room: Room, update: str, learning_rate: float, loss: str = "mse") -> None:
        self.model = model
        self.optimizer = UPDATES[update](room, learning_rate)
        model.compile(optimizer=self.optimizer, loss=loss)
        self.optimizer.build(model.trainable_variables)
        self.whole = vectors(model)
        self.shared: SharedWeights | None = None

    def start(self, shared: SharedWeights, rate: float) -> None:
        """A new trial: the network as it was given, its kernels replaced by their representatives."""
        put_vectors(self.model, self.whole)
        put_shared(self.model, shared)
        self.shared = shared.in_order(list(shareable(self.model)))
        self.optimizer.start(self.shared, rate)

    def epoch(self, batches: Any, steps: int, seed: Sequence[int]) -> float:
        """Some steps; dropout draws from the seed alone. The mean loss."""
        for layer in self.model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.seed_generator.state.assign(seed)
        history = self.model.fit(batches, steps_per_epoch=steps, shuffle=False, verbose=0).history
        return float(history["loss"][0])

    def result(self) -> SharedWeights:
        """The moved representatives in their fixed places. That kernels hold nothing else is checked, not believed."""
        assert self.shared is not None
        books = values_of(self.optimizer.books)
        codebooks = tuple(books[row, : len(old)].copy() for row, old in enumerate(self.shared.codebooks))
        moved = SharedWeights(codebooks, self.shared.kernels)
        for kernel, variable in zip(moved.kernels, self.optimizer.room.kernels, strict=True):
            if not np.array_equal(values_of(variable), moved.values(kernel)):
                raise AssertionError(f"{kernel.name}: holds values that are in no codebook")
        return moved
