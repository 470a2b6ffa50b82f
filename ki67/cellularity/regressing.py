"""From scored patches to a network that reads the score, and from the network to predictions."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from ki67.cellularity.batches import ScoredViews, Served
from ki67.cellularity.imagenet import start_from_imagenet
from ki67.cellularity.regressors import REGRESSORS, Reading, Scores
from ki67.cellularity.store import predict
from ki67.data.patches import Patches
from ki67.models.store import set_weights_by_name, weights_by_name
from ki67.models.training import Recipe, Watch, fit, layer_precision
from ki67.settings.cellularity import Regress
from ki67.settings.networks import Row


@dataclass(frozen=True, eq=False)
class Parts:
    """What is learnt from and what is watched meanwhile."""

    train: Patches
    validation: Patches


@dataclass(frozen=True)
class Pace:
    """How long, and how fast."""

    epochs: int
    learning_rate: float


def fitted(
    model: keras.Model, reading: Reading, pace: Pace, settings: Regress, parts: Parts, state: Path
) -> tuple[keras.Model, pd.DataFrame]:
    """A network trained to the end on views of whole patches, watching the error on validation; a killed run goes on."""
    views = ScoredViews(parts.train.images, parts.train.scores, reading.target)
    feed = Served(views, len(parts.train), settings.batch, 1, settings.seed)
    recipe = Recipe(pace.epochs, pace.learning_rate, settings.schedule, settings.seed)
    model, curve = fit(model, recipe, feed, mse_on(parts.validation, reading), state, reading.loss)
    return model, pd.DataFrame(curve).rename(columns={"watched": "validation_mse"})


def mse_on(patches: Patches, reading: Reading) -> Watch:
    """Watches the mean squared error over whole patches, whatever the loss is."""

    def watch(model: keras.Model) -> float:
        return float(np.mean((read(model, reading, patches) - patches.scores) ** 2))

    return watch


def read(model: keras.Model, reading: Reading, patches: Patches) -> Scores:
    """The score of every patch."""
    return reading.scores(predict(model, patches.images))


def table(patches: Patches, scores: Scores) -> pd.DataFrame:
    """Predictions as the stages exchange them, a row a patch."""
    return pd.DataFrame({"name": patches.names, "patient": patches.patients, "truth": patches.scores, "predicted": scores})


def train_regressor(settings: Regress, row: Row, parts: Parts, state: Path) -> tuple[keras.Model, pd.DataFrame]:
    """Train one of the networks that look at the picture; the one that comes back computes in full precision."""
    keras.utils.set_random_seed(settings.seed)
    regressor = REGRESSORS[row.architecture]
    with layer_precision(settings.precision):
        model = regressor.build(row.architecture, settings.width, settings.shrink)
    if row.start == "imagenet":
        start_from_imagenet(model, row.architecture)
    pace = Pace(settings.epochs, settings.learning_rate)
    model, curve = fitted(model, regressor.reading, pace, settings, parts, state)
    finished = regressor.build(row.architecture, settings.width, settings.shrink)
    set_weights_by_name(finished, weights_by_name(model))
    return finished, curve.assign(model=row.name)
