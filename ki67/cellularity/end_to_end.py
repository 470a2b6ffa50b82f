"""SR's training: the regressor alone on a frozen segmentation, then both as one (Rakhlin et al. 2019, section 4.3)."""

from dataclasses import dataclass
from pathlib import Path

import keras
import pandas as pd

from ki67.cellularity.cascade import cascade, freeze
from ki67.cellularity.regressing import Pace, Parts, fitted
from ki67.cellularity.regressors import REGRESSION
from ki67.cellularity.segmenting import load_segmentation
from ki67.models.store import set_weights_by_name, weights_by_name
from ki67.models.training import layer_precision
from ki67.settings.cellularity import Regress


@dataclass(frozen=True, eq=False)
class Steps:
    """SR after its first and after its second training, and the curve through both."""

    frozen: keras.Model
    tuned: keras.Model
    curve: pd.DataFrame


def train_cascade(settings: Regress, segmentation: Path, parts: Parts, state: Path) -> Steps:
    """Both trainings, each with a checkpoint of its own."""
    keras.utils.set_random_seed(settings.seed)
    with layer_precision(settings.precision):
        maps, _ = load_segmentation(segmentation)
        model = cascade(maps, settings.width, settings.shrink)
    freeze(maps)
    alone, first = fitted(model, REGRESSION, Pace(settings.epochs, settings.learning_rate), settings, parts, state / "frozen")
    with layer_precision(settings.precision):
        model = fresh(settings, segmentation)
    set_weights_by_name(model, weights_by_name(alone))
    pace = Pace(settings.tuned_epochs, settings.tuned_learning_rate)
    together, second = fitted(model, REGRESSION, pace, settings, parts, state / "tuned")
    second = second.assign(epoch=second["epoch"] + settings.epochs)
    curve = pd.concat([first.assign(model="sr_frozen"), second.assign(model="sr")], ignore_index=True)
    return Steps(finished(settings, segmentation, alone), finished(settings, segmentation, together), curve)


def fresh(settings: Regress, segmentation: Path) -> keras.Model:
    """The cascade with a segmentation as it was trained, a regressor as it was born, and nothing frozen."""
    return cascade(load_segmentation(segmentation)[0], settings.width, settings.shrink)


def finished(settings: Regress, segmentation: Path, trained: keras.Model) -> keras.Model:
    """A cascade with the trained weights, in full precision."""
    model = fresh(settings, segmentation)
    set_weights_by_name(model, weights_by_name(trained))
    return model


def maps_within(model: keras.Model) -> keras.Model:
    """The segmentation as it is inside a cascade."""
    return keras.Model(model.input, model.get_layer("sigmoid").output)
