"""Cross-validation's verdict: the start, or what learnt on; whichever it is, the network is then left so."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from ki67.cells.cells import CLASS_NAMES
from ki67.cells.metrics import Counts
from ki67.data.frames import Frames
from ki67.engine.description import Description
from ki67.finetune.choice import Table, Way
from ki67.finetune.cross_validation import Judge, tried
from ki67.finetune.folds import Groups, folds_of, groups_of
from ki67.finetune.gain import Gain, gain
from ki67.finetune.learner import Learner


@dataclass(frozen=True)
class Verdict:
    """What held-out frames say of the start and of the way that their other folds chose, and the way to take."""

    frames: Frames
    groups: Groups
    folds: int
    before: Table
    after: Table
    gain: Gain
    start: Way
    best: Way

    @property
    def way(self) -> Way:
        """The best one, where it is surely better than the start."""
        return self.best if self.gain.sure else self.start

    @property
    def kept(self) -> bool:
        """Whether the start is written as it was."""
        return self.way == self.start

    def table(self) -> pd.DataFrame:
        """Counts of each picture and class, of the start and of what learnt from the others."""
        rows = [
            {"image": name, "patient": patient, "network": network, "class": kind, "tp": tp, "fp": fp, "fn": fn}
            for network, counts in (("start", self.before), ("learnt", self.after))
            for name, patient, counted in zip(self.frames.names, self.frames.patients, counts.tolist(), strict=True)
            for kind, (tp, fp, fn) in zip(CLASS_NAMES.values(), counted, strict=True)
        ]
        return pd.DataFrame(rows).groupby(["image", "patient", "network", "class"], sort=False).sum().reset_index()

    def lines(self) -> list[str]:
        """How it was found, class by class; and last what labelling bought."""
        how = f"{self.folds} folds by {self.groups.unit}" + (f", as {self.groups.why}" if self.groups.why else "")
        pictures = len(set(self.frames.names))
        bought = (
            f"{self.gain} in average F1 by cross-validation on {pictures} pictures, the interval over {self.groups.counted()}"
        )
        last = f"labelling bought {bought}"
        return [
            f"held-out pictures, {how}: F1 at R = 6 {', '.join(self.by_class())}",
            f"the start is kept: {last}; {self.why_kept}" if self.kept else last,
        ]

    @property
    def why_kept(self) -> str:
        """In what the start is not beaten."""
        return "on all pictures together nothing is better" if self.gain.sure else "that is not surely more than nothing"

    def by_class(self) -> list[str]:
        """F1 of the classes that are labelled, pooled over all pictures, before and after."""
        pooled = zip(*(counts.sum(axis=0).tolist() for counts in (self.before, self.after)), strict=True)
        sides = zip(CLASS_NAMES.values(), ((Counts(*start), Counts(*learnt)) for start, learnt in pooled), strict=True)
        return [f"{name} {start.f1:.3f} → {learnt.f1:.3f}" for name, (start, learnt) in sides if start.labels]


def verdict(learner: Learner, judge: Judge, frames: Frames, state: Path) -> Verdict:
    """Cross-validate, and choose on all frames."""
    groups = groups_of(frames.names, frames.patients)
    folds = folds_of(groups, learner.settings.folds)
    found = tried(learner, judge, frames, folds, state)
    before, after = found.at(found.start), found.crossed(folds)
    best = found.best(np.arange(len(frames)))
    return Verdict(frames, groups, len(folds), before, after, gain(before, after, groups), found.start, best)


def carry_out(found: Verdict, learner: Learner, judge: Judge, described: Description) -> Description:
    """Leave the network as the verdict has it, and say so in its description."""
    learner.begin()
    count = found.way.epochs
    for _ in tqdm(learner.epochs(found.frames, count), "all pictures", count, unit="epoch", disable=not count):
        pass
    positive, negative, til = (judge.grid[place] for place in found.way.thresholds)
    return described.tuned((positive, negative, til), described.marker, described.min_distance)
