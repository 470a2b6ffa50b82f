"""The index that Table 1 reports. The paper does not say how it was averaged; here each kind's pixels are counted over all
patches together, and the mean is taken over the three kinds of nuclei."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ki67.data.patches import KINDS

THRESHOLD = 0.5


def jaccard(masks: NDArray[np.bool_], maps: NDArray[Any], threshold: float = THRESHOLD) -> NDArray[np.float64]:
    """Intersection over union of each channel, over all pixels of (patch, row, column, channel); NaN where both are empty."""
    found = maps > threshold
    both, either = (part.sum(axis=(0, 1, 2)).astype(np.float64) for part in (found & masks, found | masks))
    indices: NDArray[np.float64] = np.divide(both, either, out=np.full(len(either), np.nan), where=either > 0)
    return indices


def mean_jaccard(indices: NDArray[np.float64]) -> float:
    """Over the kinds of nuclei that are there or were found; the background does not count."""
    nuclei = indices[: len(KINDS)]
    known = nuclei[~np.isnan(nuclei)]
    return float(known.mean()) if len(known) else float("nan")
