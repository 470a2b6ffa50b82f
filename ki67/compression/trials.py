"""The grid's trials: a tuned network, quantised, retrained for a stated number of steps, judged on validation patients."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import fmean

import keras
import numpy as np
from numpy.typing import NDArray

from ki67.base.tables import read_json, write_json
from ki67.cells.cells import Cells
from ki67.cells.scores import Scores, score
from ki67.compression.keras_models import kernels
from ki67.compression.weight_sharing import Retrainer, Room
from ki67.container.shared import SharedWeights
from ki67.data.frames import Frames, load_frames
from ki67.engine.detector import detector_of
from ki67.models.batches import Feed, stored_maps
from ki67.models.store import build, load_keras, predict_maps, set_weights_by_name, weights_by_name
from ki67.models.training import batches, layer_precision, scale_output
from ki67.quantize.quantizers import quantizer, share_globally
from ki67.settings.compression import Compress

Maps = NDArray[np.float32]


@dataclass(frozen=True)
class Trial:
    """One place of the grid."""

    quantizer: str
    k: int
    clr: float

    @property
    def name(self) -> str:
        """What its result is called among the kept ones: the quantiser, k and clr."""
        return f"{self.quantizer}-{self.k}-{self.clr:g}"


@dataclass(frozen=True)
class Judgement:
    """How a network does on validation patients: squared errors of both scores by patient, and of the maps over all."""

    index_squared: list[float | None]  # None where a patient has no tumour cell to count
    til_squared: list[float | None]
    density_mse: float

    @property
    def index_rmse(self) -> float:
        """What the grid is decided by."""
        return root_mean(self.index_squared)

    @property
    def til_rmse(self) -> float:
        """What decides between equals."""
        return root_mean(self.til_squared)


@dataclass(frozen=True)
class TrialResult:
    """What a trial came to, epoch by epoch; the first is before any retraining."""

    trial: Trial
    representatives: int
    bits: float
    snr_db: float
    losses: list[float]
    epochs: list[Judgement]

    @property
    def best(self) -> int:
        """The epoch with the least index error, of equals that with the least TIL error."""
        return min(range(len(self.epochs)), key=lambda i: (self.epochs[i].index_rmse, self.epochs[i].til_rmse))


class Studio:
    """A network in training and its plain twin to predict with, traced once and used for every trial of a process.

    It works in the units that it was trained in: maps are divided by each class's unit, so that the last layer's weights
    are of the size of all others and one codebook serves them all.
    """

    def __init__(self, folder: Path, settings: Compress) -> None:
        network, self.description = load_keras(folder)
        self.unit = self.description.recipe.unit
        scale_output(network, [1 / unit for unit in self.unit])
        self.plain, self.settings = network, settings
        self.start = weights_by_name(network)
        with layer_precision(settings.precision):
            self.model = build(self.description)
        set_weights_by_name(self.model, self.start)
        self.kernels = kernels(self.model)
        self.detector = detector_of(self.description)

    @cached_property
    def retrainer(self) -> Retrainer:
        """The traced step, made when it is first needed."""
        room = Room.of(self.model, 1, max(self.settings.ks))
        return Retrainer(self.model, room, self.settings.update, self.settings.learning_rate)

    @property
    def weights(self) -> int:
        """How many there are to share."""
        return sum(kernel.size for kernel in self.kernels.values())

    def feed(self, frames: Frames) -> Feed:
        """Crops of frames with the labels that the network was trained on."""
        s, maps = self.settings, stored_maps(frames, self.description.recipe.stamp)
        return Feed(frames.images, maps, s.crop, s.batch, 1, self.unit, s.seed)

    def shared(self, method: str, k: int) -> SharedWeights:
        """The network's kernels, quantised."""
        return share_globally(self.kernels, quantizer(method), k, "compress.ks")

    def as_it_stands(self) -> keras.Model:
        """The network as it stands in training, as its plain twin in full precision."""
        set_weights_by_name(self.plain, weights_by_name(self.model))
        return self.plain

    def maps(self, images: NDArray[np.uint8]) -> Maps:
        """Its density maps, in density units."""
        maps: Maps = predict_maps(self.as_it_stands(), images) * np.array(self.unit, np.float32)
        return maps

    def judge(self, frames: Frames, labels: Maps) -> Judgement:
        """Both scores by patient, and the maps, against the labels."""
        maps = self.maps(frames.images)
        found = [self.detector(m) for m in maps]
        return judgement(frames, found, float(np.mean((maps - labels) ** 2)))


def judgement(frames: Frames, found: list[Cells], density_mse: float) -> Judgement:
    """Squared errors of the scores, patient by patient."""
    index, til = [], []
    for patient in sorted(set(frames.patients)):
        fields = [i for i, p in enumerate(frames.patients) if p == patient]
        truth, predicted = (Scores.total(score(cells[i]) for i in fields) for cells in (frames.cells, found))
        index.append(squared(predicted.ki67_index - truth.ki67_index))
        til.append(squared(predicted.til_score - truth.til_score))
    return Judgement(index, til, density_mse)


def squared(error: float) -> float | None:
    """A squared error, or nothing where the score is undefined."""
    return None if math.isnan(error) else error**2


def root_mean(errors: Sequence[float | None]) -> float:
    """Over the patients that have a score."""
    return math.sqrt(fmean(error for error in errors if error is not None))


class Bench:
    """One process's studio with the grid's material, and what is the same for all clr."""

    def __init__(self, network: Path, frames: Path, settings: Compress) -> None:
        self.studio, self.settings = Studio(network, settings), settings
        self.validation = load_frames(frames / "validation.npz").first_of_each_patient(settings.fields)
        self.labels = stored_maps(self.validation, self.studio.description.recipe.stamp).astype(np.float32)
        self.train = self.studio.feed(load_frames(frames / "train.npz"))
        self.unretrained = cache(self._unretrained)

    def _unretrained(self, quantizer: str, k: int) -> tuple[SharedWeights, Judgement]:
        shared = self.studio.shared(quantizer, k)
        self.studio.retrainer.start(shared, 0.0)
        return shared, self.studio.judge(self.validation, self.labels)

    def run(self, trial: Trial) -> TrialResult:
        """Quantise, judge, then retrain and judge again after every epoch."""
        shared, before = self.unretrained(trial.quantizer, trial.k)
        retrainer, epochs, losses = self.studio.retrainer, [before], list[float]()
        retrainer.start(shared, trial.clr)
        for number in range(self.settings.epochs):
            feed = batches(self.train, number)
            losses.append(retrainer.epoch(feed, self.settings.steps, [self.settings.seed, number]))
            retrainer.result()
            epochs.append(self.studio.judge(self.validation, self.labels))
        return TrialResult(trial, len(shared.codebooks[0]), shared.entropy, snr_db(shared, self.studio.kernels), losses, epochs)


def snr_db(shared: SharedWeights, weights: Mapping[str, NDArray[np.float32]]) -> float:
    """The power of all weights over that of their quantisation error, in decibels."""
    error = sum(float(np.sum((shared.values(kernel) - weights[kernel.name]) ** 2, dtype=np.float64)) for kernel in shared.kernels)
    power = sum(float(np.sum(weight**2, dtype=np.float64)) for weight in weights.values())
    return 10 * math.log10(power / error) if error else math.inf


@cache
def bench_here(network: Path, frames: Path, settings: str) -> Bench:
    """This process's bench: what a worker sets up at its first trial and keeps."""
    return Bench(network, frames, Compress.model_validate_json(settings))


@dataclass(frozen=True)
class RunTrial:
    """A trial as it is sent to a worker, which finds network and frames under the same paths."""

    network: Path
    frames: Path
    settings: str

    def __call__(self, trial: Trial) -> TrialResult:
        """A trial's result, from the bench that this process keeps."""
        return bench_here(self.network, self.frames, self.settings).run(trial)


def keep(result: TrialResult, path: Path) -> None:
    """A finished trial, so that it is never done again."""
    write_json(asdict(result), path)


def kept(path: Path) -> TrialResult:
    """What `keep` wrote."""
    stored = read_json(path)
    trial, epochs = Trial(**stored.pop("trial")), [Judgement(**epoch) for epoch in stored.pop("epochs")]
    return TrialResult(trial=trial, epochs=epochs, **stored)
