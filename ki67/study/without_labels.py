"""What pictures without labels teach a network: in simulated laboratories that it never saw, or in a folder.

The network is taught by the cells of which it is surest (ki67/finetune/unlabelled.py), and thrown away. Labels only judge:
those of other patients, or in a folder, where patients are few, those of the very pictures that taught.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from ki67.cells.cells import CLASS_NAMES
from ki67.cells.metrics import Counts, pooled
from ki67.cells.outcomes import STRICT
from ki67.finetune.choice import Table, average_f1
from ki67.finetune.folds import groups_of
from ki67.finetune.gain import gain
from ki67.finetune.unlabelled import Lesson, self_trained
from ki67.study.other_laboratories import SIZES, Trial, simulated_trials
from ki67.study.trial_by_trial import Pupil, Question

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


def answer(pupil: Pupil, trial: Trial) -> Iterator[Row]:
    """What the start finds in the pictures that judge, and what it finds once it has taught itself."""
    pupil.learner.begin()
    images = trial.labelled.images  # and nothing else of them
    lesson = Lesson.of(images, pupil.learner.maps(images), pupil.judge.detector)

    def teach() -> None:
        for _ in tqdm(self_trained(pupil.learner, lesson), trial.laboratory, pupil.learner.settings.epochs, unit="epoch"):
            pass

    yield from rows_of(trial, lesson, *pupil.before_and_after(trial.judged, teach, pupil.judge.start.thresholds))


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


def simulated(state: Path) -> Iterator[Trial]:
    """The learning curve's fields: those that are labelled there, at most, here have no label."""
    return (trial for trial in simulated_trials(state) if len(trial.labelled) == max(SIZES))


def of_folder(whole: Trial) -> list[Trial]:
    """All pictures at once: so few patients leave none to judge alone."""
    return [whole]


WITHOUT_LABELS = Question("without_labels", Row, answer, simulated, of_folder)
