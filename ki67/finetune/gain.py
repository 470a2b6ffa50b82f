"""What labelling bought: F1 after less F1 before on the same held-out pictures, with an interval."""

from dataclasses import dataclass

import numpy as np

from ki67.cells.metrics import Estimate, average_f1_statistic, bootstrap, difference, summed_by
from ki67.finetune.choice import Table
from ki67.finetune.folds import Groups

SEED = 0


@dataclass(frozen=True)
class Gain:
    """In average F1 at R = 6; the interval is over patients, or over pictures where there are not several patients."""

    f1: Estimate

    @property
    def sure(self) -> bool:
        """All of the interval lies above nought: otherwise the start wins."""
        return self.f1.low > 0

    def __str__(self) -> str:
        return f"{signed(self.f1.value)} ({signed(self.f1.low)} to {signed(self.f1.high)})"


def gain(before: Table, after: Table, groups: Groups) -> Gain:
    """The paired difference, from counts (frames, classes, 3) on both sides."""
    sides = (average_f1_statistic(*np.moveaxis(summed_by(groups.owners, counts), -1, 0)) for counts in (after, before))
    return Gain(bootstrap(difference(*sides), len(groups.who), SEED))


def signed(value: float) -> str:
    """A difference as the last line has it: `+.05`."""
    return f"{value:+.2f}".replace("0.", ".", 1).replace("-", "−")
