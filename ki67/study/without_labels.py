"""What pictures without labels teach a network: in simulated laboratories that it never saw, or in a folder.

The network is taught by the cells of which it is surest (ki67/finetune/unlabelled.py), and thrown away. Labels only judge:
those of other patients, or in a folder, where patients are few, those of the very pictures that taught.
"""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from ki67.base.state import state_folder
from ki67.base.tables import read_json, write_csv, write_json
from ki67.bench.other_laboratories import SIZES, Trial, simulated_trials
from ki67.cells.cells import CLASS_NAMES
from ki67.cells.metrics import Counts, pooled
from ki67.cells.outcomes import STRICT
from ki67.finetune.choice import Table, Tried, Way, average_f1
from ki67.finetune.command import frames_in, replayed, settings_with
from ki67.finetune.cross_validation import Judge
from ki67.finetune.folds import groups_of
from ki67.finetune.gain import gain
from ki67.finetune.learner import Learner
from ki67.finetune.start import load_start, named
from ki67.finetune.unlabelled import Lesson, self_trained

SIMULATED, OF_FOLDER = Path("release/without_labels.csv"), Path("release/without_labels_folder.csv")
CLASSES = {name: [place] for place, name in enumerate(CLASS_NAMES.values())} | {"average": [*range(len(CLASS_NAMES))]}


@dataclass(frozen=True)
class Row:
    """F1 of a class at R = 6 before and after; and how many labels the network gave itself, and how many of them were right."""

    laboratory: str
    cells: str
    unlabelled: int
    judged: int
    own: int
    right: int
    f1_start: float
    f1: float
    gain: float
    low: float
    high: float

    def line(self) -> str:
        """For the terminal."""
        change = f"{self.f1_start:.3f} → {self.f1:.3f}, {self.gain:+.3f} ({self.low:+.3f} to {self.high:+.3f})"
        return f"{self.laboratory}, {self.cells}: {change} on {self.judged}; {self.right} of {self.own} own labels are right"


class Laboratories:
    """One network, taught by each laboratory anew; rows are kept, so that a run that was cut off goes on."""

    def __init__(self, start: Path, state: Path) -> None:
        self.start, self.state = load_start(start), state
        settings = settings_with({})
        self.learner = Learner(self.start, settings, replayed(self.start, settings, state / "replayed.npz"))
        self.judge = Judge.of(self.start)

    def rows(self, trial: Trial) -> list[Row]:
        """One laboratory's, from their file where that is there."""
        kept = self.state / f"{trial.laboratory}.json".replace(" ", "_")
        if not kept.is_file():
            write_json([asdict(row) for row in self.taught(trial)], kept)
        return [Row(**row) for row in read_json(kept)]

    def taught(self, trial: Trial) -> list[Row]:
        """What the start finds in the pictures that judge, and what it finds once it has taught itself."""
        self.learner.begin()
        images = trial.labelled.images  # and nothing else of them
        lesson = Lesson.of(images, self.learner.maps(images), self.judge.detector)
        rounds = [self.learner.maps(trial.judged.images)]
        most = self.learner.settings.epochs
        for _ in tqdm(self_trained(self.learner, lesson), trial.laboratory, most, unit="epoch"):
            pass
        rounds.append(self.learner.maps(trial.judged.images))
        tried = Tried(self.judge.counts(rounds, trial.judged), self.judge.start)
        before, after = tried.at(tried.start), tried.at(Way(1, tried.start.thresholds))
        return list(rows_of(trial, lesson, before, after))


def rows_of(trial: Trial, lesson: Lesson, before: Table, after: Table) -> Iterator[Row]:
    """Each class that is labelled, and their average; the interval is over the patients who judge."""
    groups, size = groups_of(trial.judged.names, trial.judged.patients), (len(trial.labelled), len(trial.judged))
    own = [pooled(trial.labelled.cells, lesson.cells, label, STRICT.match, STRICT.radius) for label in CLASS_NAMES]
    for name, places in CLASSES.items():
        start, learnt = before[:, places], after[:, places]
        if start[..., [0, 2]].any():
            given, change = sum((own[place] for place in places), Counts()), gain(start, learnt, groups).f1
            yield Row(
                trial.laboratory, name, *size, given.tp + given.fp, given.tp,
                average_f1(start), average_f1(learnt), change.value, change.low, change.high,
            )  # fmt: skip


def without_labels(folder: Path | None, um_per_px: float | None, start: Path) -> Iterator[str]:
    """Row by row, as lines, in a table and the same for prose. Simulated laboratories where no folder is named."""
    network = named(start)
    state = state_folder("without_labels", settings_with({}).model_dump(), [network, *([folder] if folder else [])])
    laboratories, out, rows = Laboratories(network, state), OF_FOLDER if folder else SIMULATED, []
    for trial in [in_folder(folder, um_per_px, laboratories)] if folder else simulated(state):
        found = laboratories.rows(trial)
        rows += [asdict(row) for row in found]
        write_csv(pd.DataFrame(rows), out)
        write_json(rows, out.with_suffix(".json"))
        yield from (row.line() for row in found)
    shutil.rmtree(state, ignore_errors=True)
    yield f"written: {out}"


def simulated(state: Path) -> Iterator[Trial]:
    """The learning curve's fields: those that are labelled there, at most, here have no label."""
    return (trial for trial in simulated_trials(state) if len(trial.labelled) == max(SIZES))


def in_folder(folder: Path, um_per_px: float | None, laboratories: Laboratories) -> Trial:
    """All pictures of a folder, which is their laboratory's name."""
    frames = frames_in(folder, um_per_px, laboratories.start)
    return Trial(folder.name, frames, frames)
