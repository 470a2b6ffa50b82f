"""The score of a patch: how much of it is malignant, as a pathologist would write it down."""

import numpy as np

NOISE = 0.25  # of the logit: one reading against the next, about 0.06 in the middle of the scale
# Steps of a twentieth, and finer ones at both ends, as in the published label file.
MARKS = np.array([0.0, 0.01, 0.02, 0.03, 0.05, 0.07, *(np.arange(2, 19) / 20), 0.93, 0.95, 0.97, 0.98, 0.99, 1.0])
FREE = 0.25  # of the patches hold no tumour at all


def malignant_share(burden: float, rng: np.random.Generator) -> float:
    """How much of a patch shall be malignant: often nothing, mostly little, now and then all of it."""
    if rng.random() < FREE:
        return 0.0
    return float(min(1.06 * rng.random() ** burden, 1.0))


def rated(share: float, rng: np.random.Generator) -> float:
    """A reader's score of a malignant share: noisy between the ends, and rounded to what readers write."""
    noise = float(rng.normal(0.0, NOISE))
    if share <= 0.0:
        return 0.0
    inner = min(share, 0.999)
    seen = 1 / (1 + np.exp(-np.log(inner / (1 - inner)) - noise))
    return float(MARKS[np.abs(MARKS - seen).argmin()])
