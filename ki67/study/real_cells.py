"""What a set of real fields says of a network: its cells and scores beside the classical row, chance, and constant answers.

Development figures. Intervals are over patients; where the patients are not known each field is its own, and that is said.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.tables import rounded
from ki67.cells.cells import CLASS_NAMES
from ki67.cells.classical import load_classical
from ki67.cells.evaluation import DifferenceRow, Evaluation, Resampling, constant_answers, cut_off_row, evaluate, image_scores
from ki67.cells.metrics import Estimate
from ki67.cells.outcomes import PUBLISHED, STRICT, Outcome
from ki67.cells.scores import CUT_OFFS
from ki67.cells.scores import score as count
from ki67.cells.summary import Accuracy, ByClass, ByRule, Detection, Error, is_labelled, summary
from ki67.data import shidc
from ki67.data.frames import FRAME, Frames
from ki67.models.predictions import Network, found_by
from ki67.pictures.batch import counted
from ki67.score.evaluate import Figures, with_interval

INDEX = tuple(cut for cut in CUT_OFFS if cut.measure == "ki67_index")


@dataclass(frozen=True)
class FieldScores:
    """How far a method's scores are off by field, and how often its category of the index is right."""

    index: Error
    til: Error
    category_16_30: Accuracy
    category_10_20: Accuracy


@dataclass(frozen=True)
class Fields:
    """What a set of real fields says of the networks, the classical row and chance, and of `ki67 score` on the same files."""

    images: int
    fields_of: Mapping[str, int] | None  # each patient's; nothing where the patients are not known, so each field is its own
    um_per_px: float
    excluded: Sequence[str]  # without a labelled tumour cell: they have no index
    detection: Mapping[str, ByRule]
    better: Mapping[str, Mapping[str, Error]]  # F1 of the first network above each other method's, a class each
    scores: Mapping[str, FieldScores]  # by method, then of two answers that look at no picture
    score: Figures

    @property
    def labelled(self) -> list[str]:
        """The classes that the set labels."""
        classes = next(iter(self.detection.values()))[STRICT.key]
        return [kind for kind in CLASS_NAMES.values() if is_labelled(classes[kind])]

    def lines(self, name: str) -> list[str]:
        """What the check came to, as lines to print."""
        left_out = f", index undefined in {', '.join(self.excluded)}" if self.excluded else ""
        whose = f"of {counted(len(self.fields_of), 'patient')}" if self.fields_of else "of patients unknown"
        lines = [f"{name}: {self.images} real fields {whose}, development figures{left_out}"]
        for method, rules in self.detection.items():
            strict, published = (_f1_line(rules[rule.key]) for rule in (STRICT, PUBLISHED))
            lines.append(f"  {method:10} R=6: {strict} · R=20: {published}")
        scored = {kind: figure for kind, figure in self.score[STRICT.name].items() if kind in self.labelled}
        lines.append("  ki67 score R=6: " + ", ".join(f"{kind} {with_interval(figure)}" for kind, figure in scored.items()))
        for method, found in self.scores.items():
            right = f"{found.category_16_30.correct} of {found.category_16_30.of} categories right"
            lines.append(f"  index RMSE per image, {method}: {found.index.value:.3f}, {right}")
        return lines


def _f1_line(classes: ByClass) -> str:
    return ", ".join(f"{kind} {_f1(classes[kind])}" for kind in CLASS_NAMES.values() if is_labelled(classes[kind]))


def _f1(found: Detection) -> str:
    figures = (math.nan if value is None else value for value in (found.f1, found.f1_low, found.f1_high))
    return with_interval(Estimate(*figures))


def judged(frames: Frames, networks: Sequence[Path], settings: Path, score: Figures) -> Fields:
    """Counts pooled over a set, by the same rules as the test; intervals are over patients, over fields where none is known."""
    found_in_turn = [Network.load(network).outcome(frames) for network in networks]
    outcomes = [*found_in_turn, found_by("classical", load_classical(settings), frames)]
    draws = Resampling()
    found = evaluate(outcomes, draws)
    known = dict(Counter(frames.patients)) if set(frames.patients) != set(frames.names) else None
    return Fields(
        images=len(frames),
        fields_of=known,
        um_per_px=shidc.SHIDC.um_per_px * shidc.PUBLISHED_SIZE[0] / FRAME,
        excluded=undefined(frames),
        detection=summary(found).detection,
        better={other.method: better_than(other.method, found.compared) for other in outcomes[1:]},
        scores=scores_by_field(found, outcomes, draws),
        score=score,
    )


def better_than(method: str, compared: Sequence[DifferenceRow]) -> dict[str, Error]:
    """By how much the first method's F1 at R = 6 lies above this one's, class by class."""
    rows = (row for row in compared if (row.against, row.matching) == (method, STRICT))
    return {row.cells: Error(*map(rounded, (row.difference, row.low, row.high))) for row in rows}


def scores_by_field(found: Evaluation, outcomes: Sequence[Outcome], draws: Resampling) -> dict[str, FieldScores]:
    """Errors and categories of every method and of the constant answers, a field each."""
    errors = {(row.method, row.measure): Error.of(row) for row in found.errors if row.unit == "image"}
    tables = [*map(image_scores, outcomes), *constant_answers(image_scores(outcomes[0]))]
    rights = {
        str(table["method"].iloc[0]): [Accuracy.of_row(cut_off_row(table, cut, draws)) for cut in INDEX] for table in tables
    }
    return {name: FieldScores(errors[name, "ki67_index"], errors[name, "til_score"], *both) for name, both in rights.items()}


def undefined(frames: Frames) -> list[str]:
    """Pictures without a labelled tumour cell: they have no index."""
    return [name for name, cells in zip(frames.names, frames.cells, strict=True) if count(cells).n_tumour == 0]
