"""The networks of Table 2 as the stage runs them: trained, put into a folder with a description, asked about the test patches."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from ki67.base.state import state_folder
from ki67.cellularity.cascade import cascade
from ki67.cellularity.end_to_end import maps_within, train_cascade
from ki67.cellularity.fpn import fpn
from ki67.cellularity.regressing import Parts, read, table, train_regressor
from ki67.cellularity.regressors import BINS, REGRESSION, REGRESSORS, likeliest
from ki67.cellularity.segmenting import judged, load_segmentation
from ki67.cellularity.store import load_network, predict
from ki67.data.patches import Patches
from ki67.models.experiment import Data
from ki67.models.store import save_model
from ki67.settings.cellularity import Regress
from ki67.settings.networks import ROWS, Row, Start
from ki67.tiles.network import PatchNetwork

CASCADE, CLASSES = "sr", "xception_classes"
CLASS_ANSWERS, ONE_ANSWER = f"how likely each of {len(BINS)} scores from 0 to 1 is", "score, to be kept between 0 and 1"


@dataclass(frozen=True, eq=False)
class Material:
    """What the stage reads: scored patches in three parts, annotated nuclei to judge maps by, a trained segmentation."""

    parts: Parts
    test: Patches
    nuclei: Patches
    segmentation: Path


@dataclass(frozen=True)
class Summary:
    """What was trained, and how it stood on validation after its last epoch, beside always saying the training mean."""

    network: str
    weights: Start
    width: float
    parameters: int
    epochs: int
    validation_mse: Mapping[str, float]  # of each answer, and of the mean

    @property
    def mean(self) -> float:
        """The error of always saying the training mean."""
        return self.validation_mse["mean"]


@dataclass(frozen=True)
class CascadeSummary(Summary):
    """Of the cascade also how it was tuned, and how good its maps were before and after."""

    tuned_epochs: int
    jaccard: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, eq=False)
class Entrant:
    """One network, trained: what is shipped, what it and its variants say of the test patches, its curve, and what to know."""

    model: keras.Model
    predictions: Mapping[str, pd.DataFrame]
    curve: pd.DataFrame
    summary: Summary


def run(settings: Regress, network: str, material: Material, inputs: Sequence[Path], out: Path, data: Data) -> Entrant:
    """Train a network into its folder under `out`; a killed run goes on where it was."""
    asked = settings.model_dump(exclude={"out", "networks"}) | {"network": network}
    state = state_folder("regress", asked, list(inputs))
    row = ROWS[network]
    entrant = (train_sr if row.architecture == CASCADE else train_direct)(settings, row, material, state)
    save_model(entrant.model, describe(settings, row, material, data), out / network)
    shutil.rmtree(state, ignore_errors=True)
    return entrant


def train_direct(settings: Regress, row: Row, material: Material, state: Path) -> Entrant:
    """A network that looks at the picture; the one with classes has two answers, their mean and the likeliest of them."""
    model, curve = train_regressor(settings, row, material.parts, state)
    scores = [read(model, REGRESSORS[row.architecture].reading, material.test)]
    if row.architecture == CLASSES:
        scores.append(likeliest(predict(model, material.test.images)))
    predictions = {name: table(material.test, answer) for name, answer in zip(row.answers, scores, strict=True)}
    return Entrant(model, predictions, curve, summary(settings, row, model, curve, material.parts))


def train_sr(settings: Regress, row: Row, material: Material, state: Path) -> Entrant:
    """The cascade, before and after its tuning; did the maps get worse while the score got better?"""
    steps = train_cascade(settings, material.segmentation, material.parts, state)
    models = dict(zip(row.answers, (steps.frozen, steps.tuned), strict=True))
    predictions = {name: table(material.test, read(model, REGRESSION, material.test)) for name, model in models.items()}
    maps = {name: judged(maps_within(model), material.nuclei).jaccard for name, model in models.items()}
    known = vars(summary(settings, row, steps.tuned, steps.curve, material.parts))
    found = CascadeSummary(**known, tuned_epochs=settings.tuned_epochs, jaccard=maps)
    return Entrant(steps.tuned, predictions, steps.curve, found)


def summary(settings: Regress, row: Row, model: keras.Model, curve: pd.DataFrame, parts: Parts) -> Summary:
    """What to know of a trained network: its size, and its error after the last epoch beside that of the training mean."""
    mean = float(np.mean((parts.train.scores.mean() - parts.validation.scores) ** 2))
    errors = curve.groupby("model", sort=False)["validation_mse"].last().to_dict() | {"mean": mean}
    return Summary(row.name, row.start, settings.width, model.count_params(), settings.epochs, errors)


def describe(settings: Regress, row: Row, material: Material, data: Data) -> PatchNetwork:
    """What will travel with the weights."""
    recipe = {"weights": row.start, **settings.model_dump(exclude={"out", "networks"})}
    if row.architecture == CASCADE:
        recipe["segmentation_width"] = load_segmentation(material.segmentation)[1].width
    return PatchNetwork(
        architecture=row.architecture,
        width=settings.width,
        output=CLASS_ANSWERS if row.architecture == CLASSES else ONE_ANSWER,
        um_per_px=data.um_per_px,
        trained_on=data.source,
        data_hash=data.hash,
        recipe=recipe,
    )


def build(described: PatchNetwork) -> keras.Model:
    """The network that a description names, with fresh weights."""
    if described.architecture == CASCADE:
        return cascade(fpn(described.segmentation_width), described.width, described.shrink)
    return REGRESSORS[described.architecture].build(described.architecture, described.width, described.shrink)


def load_regressor(folder: Path) -> tuple[keras.Model, PatchNetwork]:
    """A trained network of Table 2 and its description."""
    return load_network(folder, [CASCADE, *REGRESSORS], build)
