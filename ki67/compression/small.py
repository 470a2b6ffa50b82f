"""The smallest file that finds the cells of the whole network: coarse steps, then learning from the whole network.

ECSQ trades error for entropy by one λ for all layers. Then the codebook, by its true gradient, and BatchNorm's factors learn
to give the maps that the whole network gives; BatchNorm's statistics stay. It is folded and kept at half precision. What is
judged is what the file holds: whether it finds the same cells, as `ki67.score.same_cells` says. Steps become finer until it does.
"""

import math
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from ki67.base.tables import read_json
from ki67.cells.cells import CLASS_NAMES
from ki67.cells.evaluation import Resampling
from ki67.cells.outcomes import Outcome, f1_by_class
from ki67.compression.batchnorm import folded
from ki67.compression.chosen import change, found, store
from ki67.compression.files import expanded, float32_bytes
from ki67.compression.keras_models import put_vectors, vectors
from ki67.compression.trials import Studio
from ki67.compression.weight_sharing import Retrainer, Room
from ki67.container.codebook import Floats
from ki67.container.container import read
from ki67.container.shared import SharedWeights
from ki67.container.vectors import shortened
from ki67.data.frames import FRAME, Frames
from ki67.engine.graphs import Network
from ki67.engine.graphs import folded as folded_graph
from ki67.engine.layers import graph_of
from ki67.models.as_used import AsUsed
from ki67.models.batches import Feed
from ki67.models.export import described
from ki67.models.store import predict_maps
from ki67.models.training import batches
from ki67.quantize.ecsq import typical, with_step
from ki67.quantize.quantizers import share_globally
from ki67.score.same_cells import Found, View, found_in, furthest, likenesses, views
from ki67.score.sliding import Finder
from ki67.settings.compression import Small

STAGES = 5  # of learning
MOST = 256  # representatives: one byte each while running
HALF = 11  # significant bits of half precision


@dataclass(frozen=True)
class Attempt:
    """One step, and what it came to on validation patients."""

    step: float  # of the median weight's size
    representatives: int
    bits: float
    file_bytes: int
    file_ratio: float
    f1_positive: float
    f1_negative: float
    f1_til: float
    view: str  # the pictures on which the fewest cells are the same, for what is asked of their class
    cells: str
    same: float  # F1 between the file and the whole network there
    spare: float  # above the least; below nought the rule is broken
    kept: bool


def shipped_vectors(model: keras.Model) -> dict[str, Floats]:
    """Everything that is not shared, in the form that takes least: BatchNorm folded, at half precision."""
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    simple = folded(vectors(model), {norm.name: norm.epsilon for norm in norms})
    return {name: shortened(values, HALF) for name, values in simple.items()}


class Pupil:
    """The studio's network, compressed, learning to give the maps that it gave before, on whole frames."""

    def __init__(self, studio: Studio, settings: Small, train: Frames) -> None:
        self.studio, self.settings = studio, settings
        maps = np.rint(studio.maps(train.images)).astype(np.uint16)
        self.feed = Feed(train.images, maps, FRAME, settings.batch, 1, studio.unit, settings.seed)
        as_used = AsUsed.model(studio.model)
        self.retrainer = Retrainer(as_used, Room.of(as_used, 1, MOST), "gradient", settings.learning_rate)
        self.typical = typical(studio.kernels.values())

    def compress(self, step: float, path: Path) -> SharedWeights:
        """Quantise by this step and learn; what the file at `path` holds is left in the studio."""
        shared = share_globally(self.studio.kernels, with_step(step * self.typical), MOST, "small.steps")
        self.retrainer.start(shared, 0.0)
        self.learn(self.settings.rate * step * self.typical)
        put_vectors(self.studio.model, shipped_vectors(self.studio.model))
        store(self.studio, self.retrainer.result(), {"step": step}, path)
        return self.retrainer.result()

    def learn(self, rate: float) -> None:
        """All batches in a few stages; the rates fall from one to the next, so that the last step is no larger than its noise."""
        s, optimizer, stages = self.settings, self.retrainer.optimizer, min(STAGES, self.settings.batches)
        for number in range(stages):
            share = (1 + math.cos(math.pi * number / stages)) / 2
            optimizer.rate.assign(rate * share)
            optimizer.learning_rate.assign(s.learning_rate * share)
            self.retrainer.epoch(batches(self.feed, number), s.batches // stages, [s.seed, number])


def f1_of(outcome: Outcome) -> list[float]:
    """F1 of the three classes at R = 6."""
    return list(f1_by_class(outcome.truths, outcome.predictions).values())


def attempts(studio: Studio, settings: Small, train: Frames, validation: Frames, folder: Path) -> list[Attempt]:
    """Steps from the coarsest to the first that keeps the cells, stored in the folder and judged on validation patients."""
    seen = list(views(validation.first_of_each_patient(settings.fields).images))
    whole = cells_seen(studio, seen)
    pupil, rows = Pupil(studio, settings, train), list[Attempt]()
    for step in sorted(settings.steps, reverse=True):
        path = file_of(step, folder)
        shared, f1 = pupil.compress(step, path), f1_of(found(studio, "small", validation))
        size = path.stat().st_size
        ratio = float32_bytes(shared, vectors(studio.model)) / size
        worst = furthest(likenesses(whole, cells_seen(studio, seen)))
        told = worst.view, CLASS_NAMES[worst.label], worst.f1, worst.spare, worst.kept
        rows.append(Attempt(step, len(shared.codebooks[0]), shared.entropy, size, ratio, f1[0], f1[1], f1[2], *told))
        if worst.kept:
            break
    return rows


def cells_seen(studio: Studio, seen: Sequence[View]) -> Found:
    """What the studio's network finds, run as it will be used."""
    network = Network(folded_graph(graph_of(*described(studio.as_it_stands()), studio.unit)))
    with closing(Finder(network, studio.detector)) as finder:
        return found_in(finder, seen)


def smallest(tried: Sequence[Attempt]) -> Attempt:
    """The smallest file that keeps the cells; where none does, the one that comes nearest, which is not to be shipped."""
    good = [attempt for attempt in tried if attempt.kept]
    return min(good, key=lambda attempt: attempt.file_bytes) if good else max(tried, key=lambda attempt: attempt.spare)


def smallest_file(folder: Path) -> Path:
    """The file that a study chose, where its stage has run."""
    summary = folder / "metrics/small.json"
    step = read_json(summary)["step"] if summary.is_file() else 0.0
    return file_of(step, folder / "models/small")


def file_of(step: float, folder: Path) -> Path:
    """Where the attempt with this step is stored."""
    return folder / f"{step:g}.ki67"


def outcome_of(path: Path, studio: Studio, frames: Frames) -> Outcome:
    """The cells that the network in a file finds, read from disk and expanded."""
    network = expanded(read(path), str(path))
    maps = predict_maps(network, frames.images) * np.array(studio.unit, np.float32)
    return Outcome("small", frames.names, frames.patients, frames.cells, [studio.detector(m) for m in maps])


def figures_on_test(before: Outcome, after: Outcome, differences: pd.DataFrame, draws: Resampling) -> dict[str, Any]:
    """F1 on test patients before and after with the paired difference, and what changed for patients."""
    classes = list(CLASS_NAMES.values())
    paired = differences.set_index("cells")[["difference", "low", "high"]].loc[classes].to_dict("index")
    whole, small = f1_of(before), f1_of(after)
    f1 = {name: {"before": whole[i], "after": small[i]} | paired[name] for i, name in enumerate(classes)}
    return f1 | {"change": asdict(change(after, before, draws))}
