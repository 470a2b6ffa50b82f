"""Weak labels: a disc at each annotated centre stands for the nucleus whose outline nobody drew."""

import numpy as np
from numpy.typing import NDArray

from ki67.data.patches import KINDS, SIDE, Nuclei

CHANNELS = (*KINDS, "background")
BACKGROUND = len(KINDS)
DIAMETER = 7.5  # 15 pixels of the published patch, halved


def discs(nuclei: Nuclei, side: int = SIDE, diameter: float = DIAMETER) -> NDArray[np.float32]:
    """Masks (side, side, channel) of 0 and 1; each pixel has one channel, the nearest centre's where discs overlap."""
    what = np.full((side, side), BACKGROUND)
    reach = np.arange(-int(diameter), int(diameter) + 1)
    nearest = np.rint(nuclei.xy).astype(np.int64)
    columns, rows = np.broadcast_arrays(nearest[:, 0, None, None] + reach, nearest[:, 1, None, None] + reach[:, None])
    distance = np.hypot(columns - nuclei.xy[:, 0, None, None], rows - nuclei.xy[:, 1, None, None])
    inside = (columns >= 0) & (columns < side) & (rows >= 0) & (rows < side)
    covered = inside & (distance <= diameter / 2)
    kinds = np.broadcast_to(nuclei.kind[:, None, None], covered.shape)[covered]
    order = np.lexsort((kinds, -distance[covered]))  # the nearest centre is written last; of two as near, the malignant
    what[rows[covered][order], columns[covered][order]] = kinds[order]
    return np.asarray(np.eye(len(CHANNELS), dtype=np.float32)[what])
