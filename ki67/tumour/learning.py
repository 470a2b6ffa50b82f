"""Training as this chapter does it: gradients that add up over batches, an end when nothing gets better, the best weights kept.

A killed training goes on where it was: the state is a folder with a checkpoint and, beside it, the best weights so far.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import keras
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from ki67.base.files import whole_file
from ki67.models.store import set_weights_by_name, weights_by_name
from ki67.models.training import Bar, Checkpoint, Epoch, Feeding, Loss, Recipe, Watch, batches, learning_rates, seed_dropout
from ki67.tumour.supervision import answer_alone


@dataclass(frozen=True)
class Course:
    """How the weights are found; the rate is the one of each step of the optimiser, which takes so many batches together."""

    epochs: int
    learning_rate: float
    schedule: Literal["linear", "cosine", "constant"]
    seed: int
    accumulate: int = 1
    patience: int | None = None  # epochs without a better one, after which there is an end

    def over(self, curve: list[Epoch]) -> bool:
        """Whether the last epoch was the last."""
        waited = len(curve) - best_epoch(curve) if curve else 0
        return len(curve) >= self.epochs or (self.patience is not None and waited >= self.patience)

    def optimiser(self, steps: int) -> keras.optimizers.Optimizer:
        """Adam, for epochs of so many batches."""
        rate: object = self.learning_rate
        if self.schedule != "constant":
            recipe = Recipe(self.epochs, self.learning_rate, self.schedule, self.seed)
            rate = learning_rates(recipe, max(1, steps // self.accumulate))
        return keras.optimizers.Adam(rate, gradient_accumulation_steps=self.accumulate if self.accumulate > 1 else None)


def best_epoch(curve: list[Epoch]) -> int:
    """The number of the epoch that stood highest on validation, the first of equals."""
    return max(curve, key=lambda epoch: -math.inf if math.isnan(epoch.watched) else epoch.watched).epoch


class Best:
    """A watch that keeps the epoch's weights that stood highest, with its figure in the same file; those that will be used."""

    def __init__(self, watch: Watch, path: Path) -> None:
        self.watch, self.path = watch, path

    def __call__(self, model: keras.Model) -> float:
        """What is watched."""
        found = self.watch(model)
        if found > self.highest() or not self.path.is_file():
            with whole_file(self.path) as partial:
                save_file(weights_by_name(answer_alone(model)), partial, {"watched": repr(found)})
        return found

    def highest(self) -> float:
        """Of all epochs so far."""
        if not self.path.is_file():
            return -math.inf
        with safe_open(self.path, "numpy") as stored:
            return float(stored.metadata()["watched"])

    def restored(self, model: keras.Model) -> keras.Model:
        """What is used of the model, with its best weights."""
        used = answer_alone(model)
        set_weights_by_name(used, load_file(self.path))
        return used


def learn(
    model: keras.Model, course: Course, feed: Feeding, watch: Watch, state: Path, loss: Loss
) -> tuple[keras.Model, list[Epoch]]:
    """Train to the end of the course; the first answer comes back, with the weights of the epoch that stood highest."""
    checkpoint, best = Checkpoint(state / "last"), Best(watch, state / "best.safetensors")
    model.compile(optimizer=course.optimiser(feed.steps), loss=loss)
    model.optimizer.build(model.trainable_variables)
    found = checkpoint.load()
    model, curve = found if found else (model, [])
    bar = Bar(course.epochs * feed.steps, len(curve) * feed.steps)
    while not course.over(curve):
        number = len(curve)
        seed_dropout(model, course.seed, number)
        logs = model.fit(batches(feed, number), steps_per_epoch=feed.steps, shuffle=False, verbose=0, callbacks=[bar]).history
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
        curve.append(Epoch(number + 1, float(logs["loss"][0]), best(model), rate))
        checkpoint.save(model, curve)
    bar.bar.close()
    return best.restored(model), curve
