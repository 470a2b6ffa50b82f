"""From settings and frames to a trained network: the one path that stages, ablations and `ki67 train` share."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import pandas as pd

from ki67.base.state import state_folder
from ki67.cells.density import Stamp
from ki67.data.frames import Frames
from ki67.engine.description import Description, TrainingRecipe
from ki67.engine.networks import write_order
from ki67.models.batches import Feed, stored_maps
from ki67.models.store import BUILDERS, save_model, set_weights_by_name, weights_by_name
from ki67.models.training import Recipe, fit, layer_precision, loss_on, scale_output
from ki67.settings.detection import Train


@dataclass(frozen=True)
class Parts:
    """What is learnt from and what is watched meanwhile."""

    train: Frames
    validation: Frames


Begin = Callable[[keras.Model], object]  # what is put into a fresh network before it learns


def train_network(
    settings: Train, architecture: str, seed: int, parts: Parts, state: Path, begin: Begin | None = None
) -> tuple[keras.Model, pd.DataFrame]:
    """Train one network to the end, from what `begin` puts into it where that is given; the result predicts density units."""
    keras.utils.set_random_seed(seed)
    build: Callable[..., keras.Model] = BUILDERS[architecture]
    with layer_precision(settings.precision):
        model = build(activation=settings.activation, l2=settings.l2)
    if begin:
        begin(model)
    recipe = Recipe(settings.epochs, settings.learning_rate, settings.schedule, seed)
    model, curve = fit(model, recipe, feed(parts.train, settings, seed), loss_on(watch(parts.validation, settings)), state)
    finished = build(activation=settings.activation, l2=0.0)
    set_weights_by_name(finished, weights_by_name(model))
    scale_output(finished, settings.unit)
    return finished, pd.DataFrame(curve).rename(columns={"watched": "validation_loss"})


def feed(frames: Frames, settings: Train, seed: int) -> Feed:
    """Frames and their maps, served as the settings say."""
    stamp = Stamp(settings.peak, settings.sigma, settings.centre, settings.overlap)
    maps = stored_maps(frames, stamp)
    positive, negative, til = settings.unit
    unit = (positive, negative, til)
    return Feed(frames.images, maps, settings.crop, settings.batch, settings.crops_per_frame, unit, seed, settings.tint)


def watch(frames: Frames, settings: Train) -> Feed:
    """One fixed crop of every validation frame: enough to see the curve, the same in every epoch."""
    return feed(frames, settings.model_copy(update={"crops_per_frame": 1, "tint": 0.0}), seed=0)


@dataclass(frozen=True)
class Data:
    """Where a network's training material comes from, as its description will say."""

    um_per_px: float
    source: str
    hash: str


def describe(settings: Train, architecture: str, seed: int, data: Data) -> Description:
    """What will travel with the weights."""
    recipe = TrainingRecipe(**settings.model_dump(include=set(TrainingRecipe.model_fields)), seed=seed)
    return Description(
        architecture=architecture,
        activation=settings.activation,
        um_per_px=data.um_per_px,
        trained_on=data.source,
        data_hash=data.hash,
        recipe=recipe,
    )


def train_seeds(settings: Train, parts: Parts, inputs: list[Path], out: Path, data: Data) -> pd.DataFrame:
    """One network a seed, each into its own folder under `out`; the curves of all. A killed run goes on where it was."""
    state = state_folder("train", settings.model_dump(exclude={"seeds", "out"}), inputs)
    tables = []
    for seed in settings.seeds:
        model, curve = train_network(settings, settings.backend, seed, parts, state / f"seed-{seed}")
        save_model(model, describe(settings, settings.backend, seed, data), out / f"seed-{seed}")
        tables.append(curve.assign(seed=seed))
    write_order(out, [f"seed-{seed}" for seed in settings.seeds])
    shutil.rmtree(state, ignore_errors=True)
    return pd.concat(tables, ignore_index=True)
