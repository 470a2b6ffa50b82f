"""Each fold's frames judged by a network that learnt from the others, after every epoch; a finished fold is kept in a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ki67.base.files import whole_file
from ki67.base.hardware import CORES
from ki67.cells.detect import GRID, Detector, counts_by_image
from ki67.cells.outcomes import STRICT
from ki67.data.frames import Frames
from ki67.engine.detector import detector_of
from ki67.finetune.choice import Places, Table, Tried, Way
from ki67.finetune.learner import Learner
from ki67.finetune.start import Start

FEW = 16  # maps, for which starting processes takes longer than they save


@dataclass(frozen=True)
class Judge:
    """How maps become counts: the start's detector at every threshold that is tried, the start's own among them."""

    detector: Detector
    grid: tuple[float, ...]

    @classmethod
    def of(cls, start: Start) -> "Judge":
        """As the network's description says."""
        detector = detector_of(start.description)
        return cls(detector, tuple(sorted({*map(float, GRID), *detector.thresholds})))

    @property
    def start(self) -> Way:
        """No epoch, and the start's own thresholds."""
        return Way(0, tuple(self.grid.index(threshold) for threshold in self.detector.thresholds))

    def counts(self, rounds: Sequence[NDArray[np.float32]], held: Frames) -> Table:
        """Counts (frames, rounds, thresholds, classes, 3) of what was said of the same frames in several rounds."""
        maps = [said for maps in rounds for said in maps]
        processes = 1 if len(maps) <= FEW else CORES
        counted = counts_by_image(
            maps, held.cells * len(rounds), STRICT.radius, STRICT.match, self.detector, self.grid, processes
        )  # fmt: skip
        return np.moveaxis(counted.reshape(len(rounds), len(held), *counted.shape[1:]), 0, 1)


def tried(learner: Learner, judge: Judge, frames: Frames, folds: Sequence[Places], state: Path) -> Tried:
    """All folds, each from its file where a run that was cut off has left one."""
    counts = [fold_counts(learner, judge, frames, fold, state / f"held_out_{fold[0]}.npy") for fold in folds]
    whole = np.empty((len(frames), *counts[0].shape[1:]), np.int64)
    for fold, counted in zip(folds, counts, strict=True):
        whole[fold] = counted
    return Tried(whole, judge.start)


def fold_counts(learner: Learner, judge: Judge, frames: Frames, fold: Places, kept: Path) -> Table:
    """Counts of one fold's frames, before the first epoch and after each."""
    if not kept.is_file():
        held, others = frames.take(fold.tolist()), frames.take(np.setdiff1d(np.arange(len(frames)), fold).tolist())
        learner.begin()
        rounds = [learner.maps(held.images)]
        most = learner.settings.epochs
        for _ in tqdm(learner.epochs(others, most), "held-out pictures", most, unit="epoch"):
            rounds.append(learner.maps(held.images))
        with whole_file(kept, ".partial.npy") as partial:
            np.save(partial, judge.counts(rounds, held))
    table: Table = np.load(kept)
    return table
