"""Several comparisons made at once: what is left of each when the others are counted in."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIGNIFICANT = 0.05


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Holm's (1979) correction for so many comparisons at once."""
    raw = np.asarray(p, np.float64)
    order = np.argsort(raw)
    corrected = np.empty_like(raw)
    corrected[order] = np.minimum(1, np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1)))
    return corrected
