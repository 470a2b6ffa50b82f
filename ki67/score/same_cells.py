"""Do two networks find the same cells? No label is needed: the cells of one are the truth for the other.

F1 on labelled pictures hides what changes: one network may lose some cells and gain others. So whatever stands for a network, a
compressed file or other numbers, must find that network's own cells, on pictures as they are and as other places show them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from ki67.cells.cells import CLASS_NAMES, NEGATIVE, POSITIVE, TIL, Cells
from ki67.cells.metrics import Counts, pooled
from ki67.cells.outcomes import STRICT
from ki67.engine.graphs import Network, folded
from ki67.engine.model import Model
from ki67.pictures.decoded import Decoded
from ki67.pictures.regions import Pixels
from ki67.score.shifts import SHIFTS, Shift
from ki67.score.sliding import Finder, put_together

LEAST = {POSITIVE: 0.985, NEGATIVE: 0.985, TIL: 0.97}  # F1 between both
AS_THEY_ARE = "as they are"
AS_IT_IS = 1.0  # one scale for pictures and network: nothing is reduced


@dataclass(frozen=True)
class View:
    """Pictures at the network's scale that are judged together, and what was done to them or where they are from."""

    name: str
    pictures: Sequence[Pixels]


def views(pictures: Iterable[Pixels], shifts: Sequence[Shift] = SHIFTS) -> Iterator[View]:
    """The pictures as they are, then changed by each shift, whose steps take turns from picture to picture."""
    shown = list(pictures)
    yield View(AS_THEY_ARE, shown)
    for shift in shifts:
        steps = [step for step in shift.steps if step != shift.none]
        yield View(shift.name, [shift.change(picture, steps[i % len(steps)]) for i, picture in enumerate(shown)])


def finder_of(model: Model) -> Finder:
    """A network in the numbers that it was trained to."""
    return Finder(Network(folded(model.graph())), model.detector)


def cells_of(finder: Finder, picture: Pixels) -> Cells:
    """The cells of a picture of any size at the network's scale, in its own pixels."""
    return put_together(finder.windows(Decoded(picture, AS_IT_IS), AS_IT_IS))


Found = Mapping[str, Sequence[Cells]]  # the cells of each picture, by the name of its view


def found_in(finder: Finder, seen: Iterable[View]) -> Found:
    """All that one network finds."""
    return {view.name: [cells_of(finder, picture) for picture in view.pictures] for view in seen}


@dataclass(frozen=True)
class Likeness:
    """How far two networks find the same cells of a class in a view."""

    view: str
    label: int
    counts: Counts

    @property
    def f1(self) -> float:
        """The same whichever network is taken for the truth; 1 where neither finds any."""
        return self.counts.f1 if self.counts.labels or self.counts.fp else 1.0

    @property
    def spare(self) -> float:
        """How far it lies above the least that is asked for."""
        return self.f1 - LEAST[self.label]

    @property
    def kept(self) -> bool:
        """Whether they are the same cells; of a handful one may be another, which no rule forbids."""
        return self.spare >= 0 or self.counts.fp + self.counts.fn <= 1

    def __str__(self) -> str:
        return f"{self.view}, {CLASS_NAMES[self.label]} cells: F1 {self.f1:.3f} between both, {LEAST[self.label]:g} is asked for"


def likenesses(whole: Found, other: Found) -> list[Likeness]:
    """Each class in each view, one mark for one cell at R = 6."""
    return [
        Likeness(view, label, pooled(cells, other[view], label, STRICT.match, STRICT.radius))
        for view, cells in whole.items()
        for label in CLASS_NAMES
    ]


def furthest(found: Iterable[Likeness]) -> Likeness:
    """Where the rule is broken most, or kept with the least to spare."""
    return min(found, key=lambda like: (like.kept, like.spare))


def compared(whole: Model, other: Model, seen: Sequence[View]) -> list[Likeness]:
    """Two networks from their files, on the same views."""
    with closing(finder_of(whole)) as first, closing(finder_of(other)) as second:
        return likenesses(found_in(first, seen), found_in(second, seen))
