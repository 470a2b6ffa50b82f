"""Training that resumes: one checkpoint an epoch, and an epoch's data and dropout depend on its number alone."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

Schedule = Literal["step", "cosine", "linear"]
Loss = str | Callable[[Any, Any], Any]
Watch = Callable[[keras.Model], float]


class Feeding(Protocol):
    """What a network is fed: so many steps an epoch, each a batch of inputs and targets of one shape."""

    @property
    def steps(self) -> int:
        """Batches in an epoch."""

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Of the inputs and of the targets of one batch."""

    def epoch(self, number: int) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """All batches of one epoch; the same number gives the same batches, whatever ran before."""


@dataclass(frozen=True)
class Recipe:
    """How the weights are found. The paper's: Adam 1e-4, a tenth of it after every ten epochs, 30 epochs."""

    epochs: int
    learning_rate: float
    schedule: Schedule
    seed: int


@dataclass(frozen=True)
class Epoch:
    """One line of the training curve; what is watched is one number on validation, the loss itself or a better one."""

    epoch: int
    loss: float
    watched: float
    learning_rate: float


@contextmanager
def layer_precision(policy: str) -> Iterator[None]:
    """The arithmetic of the layers built inside, and no others."""
    before = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_dtype_policy(before)


def learning_rates(recipe: Recipe, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """`step` is PathoNet's decay, `linear` falls to a tenth as in Rakhlin et al., `cosine` rises over the first twentieth and
    falls to nothing."""
    total = recipe.epochs * steps
    if recipe.schedule == "step":
        return keras.optimizers.schedules.ExponentialDecay(recipe.learning_rate, 10 * steps, 0.1, staircase=True)
    if recipe.schedule == "linear":
        return keras.optimizers.schedules.PolynomialDecay(recipe.learning_rate, total, recipe.learning_rate / 10)
    warmup = max(1, total // 20)
    falling = max(1, total - warmup)  # also where a single step is all there is
    return keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 20, falling, warmup_target=recipe.learning_rate, warmup_steps=warmup
    )


def batches(feed: Feeding, epoch: int) -> Any:
    """One epoch as `tf.data`, prepared while the network works on the batch before; a plain iterator without TensorFlow."""
    if keras.backend.backend() != "tensorflow":
        return feed.epoch(epoch)
    import tensorflow as tf

    signature = tuple(tf.TensorSpec(shape, tf.float32) for shape in feed.shapes)
    stream = tf.data.Dataset.from_generator(lambda: feed.epoch(epoch), output_signature=signature)
    return stream.prefetch(4)


class Checkpoint:
    """The state of an unfinished training: a whole model with its optimiser, and the curve so far, replaced as one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fresh = folder.with_name(folder.name + ".new")

    def load(self) -> tuple[keras.Model, list[Epoch]] | None:
        """Where the last run stopped, or nothing; a kill during the swap leaves the new state alone, and complete."""
        for folder in (self.folder, self.fresh):
            if (folder / "curve.json").is_file():
                curve = [Epoch(**row) for row in json.loads((folder / "curve.json").read_text())]
                return keras.models.load_model(folder / "model.keras"), curve
        return None

    def save(self, model: keras.Model, curve: list[Epoch]) -> None:
        """Write beside, then swap; the curve comes last, so where it is, the model is whole."""
        shutil.rmtree(self.fresh, ignore_errors=True)
        self.fresh.mkdir(parents=True)
        model.save(self.fresh / "model.keras")
        (self.fresh / "curve.json").write_text(json.dumps([asdict(row) for row in curve]))
        shutil.rmtree(self.folder, ignore_errors=True)
        os.replace(self.fresh, self.folder)


class Bar(keras.callbacks.Callback):  # type: ignore[misc]
    """A progress bar over all steps, with the loss and the time left."""

    def __init__(self, total: int, done: int) -> None:
        super().__init__()
        self.bar = tqdm(total=total, initial=done, unit="step", desc="training", mininterval=2)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """One step further."""
        self.bar.update(1)
        self.bar.set_postfix(loss=f"{(logs or {}).get('loss', 0):.4g}", refresh=False)


def fit(
    model: keras.Model, recipe: Recipe, train: Feeding, watch: Watch, state: Path, loss: Loss = "mse"
) -> tuple[keras.Model, list[Epoch]]:
    """Train to the recipe's last epoch, from the checkpoint in `state` if there is one.

    A loss of one's own must be registered with Keras, so that a checkpoint can name it.
    """
    checkpoint = Checkpoint(state)
    model.compile(optimizer=keras.optimizers.Adam(learning_rates(recipe, train.steps)), loss=loss)
    model.optimizer.build(model.trainable_variables)  # here and not in the first step, which would be traced twice for it
    found = checkpoint.load()
    model, curve = found if found else (model, [])
    bar = Bar(recipe.epochs * train.steps, len(curve) * train.steps)
    for number in range(len(curve), recipe.epochs):
        seed_dropout(model, recipe.seed, number)
        logs = model.fit(batches(train, number), steps_per_epoch=train.steps, shuffle=False, verbose=0, callbacks=[bar]).history
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
        curve.append(Epoch(number + 1, float(logs["loss"][0]), watch(model), rate))
        checkpoint.save(model, curve)
    bar.bar.close()
    return model, curve


def seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Dropout draws anew from the epoch's number, because a loaded model does not remember where its generators stood."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.seed_generator.state.assign([seed, epoch])


def loss_on(validation: Feeding) -> Watch:
    """Watches the loss on batches that are the same every time."""

    def watch(model: keras.Model) -> float:
        return float(model.evaluate(batches(validation, 0), steps=validation.steps, verbose=0))

    return watch


def scale_output(model: keras.Model, factors: Sequence[float]) -> None:
    """Bring a network trained on divided labels back to density units, a factor a class; exact for linear and for ReLU."""
    layer = model.get_layer("maps")
    layer.set_weights([weights * np.array(factors, np.float32) for weights in layer.get_weights()])
