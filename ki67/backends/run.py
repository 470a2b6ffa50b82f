"""One backend on the same terms as the others: its rate chosen, its networks trained, its thresholds tuned, its cells found."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from ki67.backends.compared import save_cells
from ki67.backends.fitted import ByClass, EmptyLoss, Fields, Fitted, Seed, TriedRate, keep, read_seed
from ki67.base.state import publish, state_folder
from ki67.base.tables import read_json, write_csv, write_json
from ki67.cells.detect import Detector
from ki67.data.frames import Frames, load_frames
from ki67.models.batches import Feed
from ki67.models.experiment import Begin, Data, Parts, describe, feed, train_network, watch
from ki67.models.imagenet import beginning, weights_of
from ki67.models.store import BACKENDS, predict_maps, save_model
from ki67.models.tuning import tuned
from ki67.settings.backends import Backends
from ki67.settings.detection import Train, Tune


@dataclass(frozen=True)
class Terms:
    """What all backends have in common."""

    chosen: Backends
    train: Train
    tune: Tune
    parts: Parts
    test: Frames
    data: Data

    @classmethod
    def of(cls, chosen: Backends, train: Train, tune: Tune, frames: Path, data: Data) -> "Terms":
        """The study's own labels and post-processing, this stage's length of training, and as many fields as it asks for."""
        changes = {
            name: getattr(chosen, name) for name in ("epochs", "crops_per_frame", "crop", "batch", "precision", "activation")
        }
        learnt, watched, test = (load_frames(frames / f"{part}.npz") for part in ("train", "validation", "test"))
        learnt, watched = learnt.first_of_each_patient(chosen.fields), watched.evenly(chosen.judged)
        test = test.evenly(chosen.judged)
        return cls(chosen, train.model_copy(update=changes), tune, Parts(learnt, watched), test, data)

    def rate(self, rate: float, epochs: int) -> Train:
        """The settings with a learning rate and so many epochs."""
        return self.train.model_copy(update={"learning_rate": rate, "epochs": epochs})


def counts(activation: str) -> dict[str, int]:
    """The parameters of all backends, whichever of them ran."""
    return {name: build(activation=activation, l2=0.0).count_params() for name, build in BACKENDS.items()}


def run_backend(name: str, terms: Terms, inputs: Sequence[Path], out: Path) -> Fitted:
    """Everything of one backend, resumed where it was killed; its networks and cells, its curves, its figures."""
    settings = terms.chosen.model_dump(exclude={"names", "seeds", "out"}) | terms.train.model_dump() | terms.tune.model_dump()
    state = state_folder("backends", settings, list(inputs)) / name
    rates = rates_tried(name, terms, state)
    best = min(rates, key=lambda rate: rates[rate])
    curves = [seed_trained(name, seed, terms.rate(best, terms.chosen.epochs), terms, state) for seed in terms.chosen.seeds]
    finished = [read_seed(state / f"seed-{seed}/figures.json") for seed in terms.chosen.seeds]
    fit = fitted(name, terms, rates, best, finished)
    write_csv(pd.concat(curves, ignore_index=True), out / f"metrics/backends/{name}.csv")
    keep(fit, out / f"metrics/backends/{name}.json")
    publish(gathered(state, terms.chosen.seeds), out / "models/backends" / name)
    shutil.rmtree(state)
    return fit


def rates_tried(name: str, terms: Terms, state: Path) -> dict[float, float]:
    """Validation loss of a short training at every rate; one rate alone is not tried."""
    rates = terms.chosen.learning_rates
    if len(rates) == 1:
        return {rates[0]: np.nan}
    losses = dict[float, float]()
    for rate in rates:
        kept = state / f"rate-{rate:g}.json"
        if not kept.is_file():
            settings = terms.rate(rate, terms.chosen.search_epochs)
            _, curve = train_one(name, terms.chosen.seeds[0], settings, terms, state / f"rate-{rate:g}")
            write_json({"loss": curve["validation_loss"].iloc[-1]}, kept)
            shutil.rmtree(state / f"rate-{rate:g}")
        loss = read_json(kept)["loss"]
        losses[rate] = np.inf if loss is None else loss
    return losses


def train_one(name: str, seed: int, settings: Train, terms: Terms, state: Path) -> tuple[keras.Model, pd.DataFrame]:
    """One network, from ImageNet where that is asked for and fits."""
    return train_network(settings, name, seed, terms.parts, state, prepared(name, terms.chosen))


def prepared(name: str, chosen: Backends) -> Begin:
    """What is done to a fresh network: its BatchNorms are told how quickly to forget, its backbone is filled if that is asked.

    The averages start at 0 and 1. At the published 0.99 a sixth of that start is still in them after the steps of a training
    that tries a rate, and the validation loss says more about it than about the rate.
    """
    fill = beginning(name, chosen.weights)

    def begin(model: keras.Model) -> None:
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.momentum = chosen.momentum
        if fill:
            fill(model)

    return begin


def seed_trained(name: str, seed: int, settings: Train, terms: Terms, state: Path) -> pd.DataFrame:
    """One network trained, tuned and asked about the test, kept under its seed when that is whole; its curve."""
    folder, partial = state / f"seed-{seed}", state / f"seed-{seed}.partial"
    if not folder.is_dir():
        model, curve = train_one(name, seed, settings, terms, state / f"training-{seed}")
        found = tuned(model, terms.parts.validation, terms.tune)
        if seed == terms.chosen.seeds[0]:
            described = describe(settings, name, seed, terms.data)
            save_model(model, described.tuned(found.thresholds, terms.tune.marker, terms.tune.min_distance), partial)
        detector = Detector(found.thresholds, terms.tune.min_distance, terms.tune.marker)
        save_cells([detector(maps) for maps in predict_maps(model, terms.test.images)], partial / "cells.npz")
        write_csv(curve.assign(seed=seed), partial / "curve.csv")
        keep(Seed(seed, ByClass(*found.thresholds), ByClass(*found.chosen_f1)), partial / "figures.json")
        os.replace(partial, folder)
        shutil.rmtree(state / f"training-{seed}")
    return pd.read_csv(folder / "curve.csv")


def fitted(name: str, terms: Terms, rates: dict[float, float], best: float, seeds: Sequence[Seed]) -> Fitted:
    """What the comparison needs to know of a backend beside its cells."""
    model = BACKENDS[name](activation=terms.chosen.activation, l2=0.0)
    settings = terms.rate(best, terms.chosen.epochs)
    steps = max(1, len(terms.parts.train) * settings.crops_per_frame // settings.batch) * settings.epochs
    return Fitted(
        backend=name,
        kind=terms.chosen.kind,
        parameters=model.count_params(),
        weights=weights_of(name, terms.chosen.weights),
        rate=best,
        rates=[TriedRate(rate, loss) for rate, loss in rates.items()],
        steps=steps,
        crops=steps * settings.batch,
        fields=Fields(len(terms.parts.train), len(terms.parts.validation), len(terms.test)),
        empty_loss=EmptyLoss(
            train=loss_of_empty_maps(feed(terms.parts.train, settings, terms.chosen.seeds[0])),
            validation=loss_of_empty_maps(watch(terms.parts.validation, settings)),
        ),
        seeds=seeds,
    )


def loss_of_empty_maps(served: Feed) -> float:
    """The loss of a network that always answers nought: what has learnt nothing comes out here."""
    return float(np.mean([np.square(maps).mean() for _, maps in served.epoch(0)]))


def gathered(state: Path, seeds: Sequence[int]) -> Path:
    """The finished seeds in one folder, ready to be published."""
    together = state / "finished"
    together.mkdir(exist_ok=True)
    for seed in seeds:
        shutil.copytree(state / f"seed-{seed}", together / f"seed-{seed}", dirs_exist_ok=True)
    return together
