"""What labelling buys by the number of labelled pictures: in simulated laboratories that the network never saw, or in a folder.

Every row goes through the whole of `ki67 train --start`; its network is thrown away. What cross-validation promised stands beside
what other pictures then say.
"""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from ki67.base.state import state_folder
from ki67.base.tables import read_json, write_csv, write_json
from ki67.bench.other_laboratories import Trial, folder_trials, simulated_trials
from ki67.finetune.choice import Table, Tried, Way, average_f1
from ki67.finetune.command import frames_in, replayed, settings_with
from ki67.finetune.cross_validation import Judge
from ki67.finetune.folds import groups_of
from ki67.finetune.gain import gain, signed
from ki67.finetune.learner import Learner
from ki67.finetune.start import load_start
from ki67.finetune.verdict import Verdict, carry_out, verdict
from ki67.weights import NETWORK

SIMULATED, OF_FOLDER = Path("release/learning_curve.csv"), Path("release/learning_curve_folder.csv")
ALL = "all, by cross-validation"


@dataclass(frozen=True)
class Row:
    """Average F1 at R = 6 before and after, on other pictures; and the difference that cross-validation had promised."""

    laboratory: str
    labelled: int
    judged: int
    epochs: int
    kept: bool
    f1_start: float
    f1: float
    gain: float
    low: float | None  # none where one patient, or one picture, judges
    high: float | None
    promised: float
    promised_low: float
    promised_high: float

    def line(self) -> str:
        """For the terminal."""
        what = "the start is kept" if self.kept else f"{self.epochs} epochs"
        interval = "" if self.low is None or self.high is None else f" ({signed(self.low)} to {signed(self.high)})"
        bought = f"{self.f1_start:.3f} → {self.f1:.3f}, {signed(self.gain)}{interval}"
        return f"{self.laboratory}, {self.labelled} labelled: {bought} on {self.judged}; promised {signed(self.promised)}; {what}"


class Curve:
    """The shipped network, let go on trial by trial; each row is kept, so that a run that was cut off goes on."""

    def __init__(self, state: Path) -> None:
        self.start, self.state = load_start(NETWORK), state
        settings = settings_with({})
        self.learner = Learner(self.start, settings, replayed(self.start, settings, state / "replayed.npz"))
        self.judge = Judge.of(self.start)

    def row(self, trial: Trial) -> Row:
        """One trial, from its file where that is there."""
        own = self.state / f"{trial.laboratory} {len(trial.labelled)}".replace(" ", "_")
        kept = own / "row.json"
        if not kept.is_file():
            found = verdict(self.learner, self.judge, trial.labelled, own)
            counts = (found.before, found.after) if trial.laboratory == ALL else self.judged(trial, found)
            write_json(asdict(row_of(trial, found, *counts)), kept)
        return Row(**read_json(kept))

    def judged(self, trial: Trial, found: Verdict) -> tuple[Table, Table]:
        """What the start finds in the other pictures, and what the network finds that is written."""
        self.learner.begin()
        rounds = [self.learner.maps(trial.judged.images)]
        carry_out(found, self.learner, self.judge, self.start.description)
        rounds.append(self.learner.maps(trial.judged.images))
        tried = Tried(self.judge.counts(rounds, trial.judged), found.start)
        return tried.at(found.start), tried.at(Way(1, found.way.thresholds))


def row_of(trial: Trial, found: Verdict, before: Table, after: Table) -> Row:
    """From counts on the pictures that judge."""
    bought, promised = gain(before, after, groups_of(trial.judged.names, trial.judged.patients)).f1, found.gain.f1
    return Row(
        trial.laboratory, len(set(trial.labelled.names)), len(set(trial.judged.names)), found.way.epochs, found.kept,
        average_f1(before), average_f1(after), bought.value, bought.low, bought.high,
        promised.value, promised.low, promised.high,
    )  # fmt: skip


def learning_curve(folder: Path | None, um_per_px: float | None) -> Iterator[str]:
    """Row by row, as lines, in a table and the same for prose. Simulated laboratories where no folder is named."""
    state = state_folder("learning_curve", settings_with({}).model_dump(), [NETWORK, *([folder] if folder else [])])
    curve, out = Curve(state), OF_FOLDER if folder else SIMULATED
    rows = []
    for trial in trials_in(folder, um_per_px, curve) if folder else simulated_trials(state):
        rows.append(asdict(row := curve.row(trial)))
        write_csv(pd.DataFrame(rows), out)
        write_json(rows, out.with_suffix(".json"))
        yield row.line()
    shutil.rmtree(state, ignore_errors=True)
    yield f"written: {out}"


def trials_in(folder: Path, um_per_px: float | None, curve: Curve) -> Iterator[Trial]:
    """All pictures, which cross-validation judges; then fewer, judged patient by patient."""
    frames = frames_in(folder, um_per_px, curve.start)
    yield Trial(ALL, frames, frames)
    yield from folder_trials(frames)
