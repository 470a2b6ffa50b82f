"""What labelling buys by the number of labelled pictures: in simulated laboratories that the network never saw, or in a folder.

Every row goes through the whole of `ki67 train --start`; its network is thrown away. What cross-validation promised stands beside
what other pictures then say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ki67.finetune.choice import Table, average_f1
from ki67.finetune.folds import groups_of
from ki67.finetune.gain import gain, signed
from ki67.finetune.verdict import Verdict, carry_out, verdict
from ki67.study.other_laboratories import Trial, folder_trials, simulated_trials
from ki67.study.trial_by_trial import Pupil, Question


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


def answer(pupil: Pupil, trial: Trial) -> Iterator[Row]:
    """One row. Where the labelled pictures are all that there are, cross-validation is the judge."""
    found = verdict(pupil.learner, pupil.judge, trial.labelled, pupil.place_of(trial))
    counts = (found.before, found.after) if trial.judged is trial.labelled else judged(pupil, trial, found)
    yield row_of(trial, found, *counts)


def judged(pupil: Pupil, trial: Trial, found: Verdict) -> tuple[Table, Table]:
    """What the start finds in the other pictures, and what the network finds that is written."""

    def teach() -> None:
        carry_out(found, pupil.learner, pupil.judge, pupil.start.description)

    return pupil.before_and_after(trial.judged, teach, found.way.thresholds)


def row_of(trial: Trial, found: Verdict, before: Table, after: Table) -> Row:
    """From counts on the pictures that judge."""
    bought, promised = gain(before, after, groups_of(trial.judged.names, trial.judged.patients)).f1, found.gain.f1
    return Row(
        trial.laboratory, len(set(trial.labelled.names)), len(set(trial.judged.names)), found.way.epochs, found.kept,
        average_f1(before), average_f1(after), bought.value, bought.low, bought.high,
        promised.value, promised.low, promised.high,
    )  # fmt: skip


def of_folder(whole: Trial) -> Iterator[Trial]:
    """All pictures, which cross-validation judges; then fewer, judged patient by patient."""
    yield replace(whole, laboratory="all, by cross-validation")
    yield from folder_trials(whole.labelled)


LEARNING_CURVE = Question("learning_curve", Row, answer, simulated_trials, of_folder)
