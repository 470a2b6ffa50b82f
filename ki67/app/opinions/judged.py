"""A student's cells against the network's or an expert's, cell by cell, by the strict rule of the study."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree

from ki67.cells.cells import CLASS_NAMES, LABELS, Cells
from ki67.cells.metrics import Counts, count_class, match_one_to_one
from ki67.cells.outcomes import STRICT

NETWORK_UM = 0.135 * 1228 / 256  # of a pixel in which the strict rule's radius is given: a published field is reduced to 256
RADIUS_UM = STRICT.radius * NETWORK_UM
Outcome = Literal["hit", "other_class", "miss", "false_alarm"]
Pairs = NDArray[np.intp]  # (pairs, 2): a place among the reference's cells, one among the student's


@dataclass(frozen=True)
class Verdict:
    """What became of one cell; it lies where the student put it, and a miss where the reference has it."""

    outcome: Outcome
    x: float
    y: float
    said: str | None  # the student's class
    meant: str | None  # the reference's


def judge(reference: Cells, student: Cells, radius: float) -> list[Verdict]:
    """Hits of each class first, as many as there can be; what is left and near is a wrong class, the rest missed or made up."""
    hits = [pairs(reference, student, radius, label) for label in LABELS]
    left, right = (without(cells, [p[:, side] for p in hits]) for side, cells in enumerate((reference, student)))
    confused = pairs(left, right, radius)
    missed, made_up = without(left, [confused[:, 0]]), without(right, [confused[:, 1]])
    return [
        *(verdict for found in hits for verdict in met("hit", reference, student, found)),
        *met("other_class", left, right, confused),
        *(Verdict("miss", *place, None, name) for place, name in placed(missed)),
        *(Verdict("false_alarm", *place, name, None) for place, name in placed(made_up)),
    ]


def counts(reference: Cells, student: Cells, radius: float) -> Mapping[str, Counts]:
    """The figures of each class, as the study counts them."""
    return {name: count_class(reference, student, label, match_one_to_one, radius) for label, name in CLASS_NAMES.items()}


def pairs(reference: Cells, student: Cells, radius: float, label: int | None = None) -> Pairs:
    """As many pairs nearer than the radius as there can be, of one class or whatever the class."""
    first, second = (np.flatnonzero((cells.label == label) | (label is None)) for cells in (reference, student))
    if not len(first) or not len(second):
        return np.empty((0, 2), np.intp)
    trees = cKDTree(reference.xy[first]), cKDTree(student.xy[second])
    close = trees[0].sparse_distance_matrix(trees[1], radius, output_type="coo_matrix")
    near = close.data < radius
    graph = csr_array((np.ones(near.sum()), (close.row[near], close.col[near])), shape=close.shape)
    taken = maximum_bipartite_matching(graph, perm_type="column")
    return np.stack([first[taken >= 0], second[taken[taken >= 0]]], axis=1)


def without(cells: Cells, taken: list[NDArray[np.intp]]) -> Cells:
    """The cells that are left."""
    left = np.ones(len(cells), bool)
    left[np.concatenate(taken)] = False
    return cells.where(left)


def met(outcome: Outcome, reference: Cells, student: Cells, found: Pairs) -> Iterator[Verdict]:
    """Pairs as verdicts."""
    for meant, said in found:
        x, y = student.xy[said].tolist()
        yield Verdict(outcome, x, y, CLASS_NAMES[int(student.label[said])], CLASS_NAMES[int(reference.label[meant])])


def placed(cells: Cells) -> Iterator[tuple[tuple[float, float], str]]:
    """Each cell's place and the name of its class."""
    for (x, y), label in zip(cells.xy.tolist(), cells.label.tolist(), strict=True):
        yield (x, y), CLASS_NAMES[label]
