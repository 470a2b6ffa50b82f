"""Which thresholds a network gets: good F1 of each class, and of what is nearly as good the pair by which the counts are right.

By F1 alone a threshold may miss many cells to avoid few false ones, and the index that is signed leans to one side.
"""

import numpy as np
from numpy.typing import NDArray

from ki67.cells.cells import NEGATIVE, POSITIVE, TIL
from ki67.cells.metrics import ratio

TOLERANCE = 0.01  # of F1, which a class may give away
HARMLESS = 0.005  # of the index: below it no counts are more right than others
Tally = NDArray[np.int64]  # hits, false alarms, misses by patient, threshold and class
Floats = NDArray[np.float64]


def balanced(tally: Tally) -> tuple[int, int, int]:
    """The place of each class's threshold. Lymphocytes are no part of the index, so theirs is the best by F1."""
    f1 = f1_of(tally.sum(axis=0))
    lost = f1.max(axis=0) - f1
    positive, negative = lost[:, POSITIVE - 1], lost[:, NEGATIVE - 1]
    good = (positive[:, None] <= TOLERANCE) & (negative[None, :] <= TOLERANCE)
    bias = np.maximum(np.abs(index_bias(tally)), HARMLESS)
    middles = [middle_of_best(column) for column in f1.T]
    rows, columns = np.nonzero(good)
    away = np.abs(rows - middles[POSITIVE - 1]) + np.abs(columns - middles[NEGATIVE - 1])
    order = np.lexsort([away, (positive[rows] + negative[columns]).round(12), bias[rows, columns].round(12)])
    return int(rows[order[0]]), int(columns[order[0]]), middles[TIL - 1]


def index_bias(tally: Tally) -> Floats:
    """The mean error of a patient's index for each threshold of positive (rows) and of negative cells (columns).

    Patients without a labelled tumour cell have none; where nothing at all is found, the index counts as 0.
    """
    found, labelled = tally[..., 0] + tally[..., 1], (tally[..., 0] + tally[..., 2])[:, 0]
    positive, negative = (found[..., kind - 1].astype(np.float64) for kind in (POSITIVE, NEGATIVE))
    index = np.nan_to_num(ratio(positive[:, :, None] + 0 * negative[:, None, :], positive[:, :, None] + negative[:, None, :]))
    tumour = labelled[:, POSITIVE - 1] + labelled[:, NEGATIVE - 1]
    truth, known = ratio(labelled[:, POSITIVE - 1].astype(np.float64), tumour.astype(np.float64)), tumour > 0
    if not known.any():
        return np.zeros(index.shape[1:])
    return np.asarray((index[known] - truth[known, None, None]).mean(axis=0))


def f1_of(pooled: Tally) -> Floats:
    """F1 by threshold (rows) and class (columns); 1 where nothing is labelled and nothing found."""
    hits, wrong = pooled[..., 0], pooled[..., 1] + pooled[..., 2]
    return np.where(hits + wrong == 0, 1.0, 2 * hits / np.maximum(2 * hits + wrong, 1))


def middle_of_best(values: Floats) -> int:
    """The middle of the longest run of best values, the first such run: the choice least sensitive to a small change."""
    best = np.concatenate([[False], values >= values.max() - 1e-12, [False]])
    changes = np.flatnonzero(np.diff(best.astype(np.int8)))
    starts, ends = changes[::2], changes[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest] + ends[longest] - 1) // 2
