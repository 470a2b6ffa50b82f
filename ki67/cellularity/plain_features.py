"""The features as the paper defines them, one library call a threshold: what the quick ones are held to."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from skimage.feature import blob_log

from ki67.cellularity.features import AREA_THRESHOLDS, BLOB_THRESHOLDS, SIGMAS, Map, features
from ki67.data.patches import KINDS

# Blobs may overlap altogether. At 1 the library drops, by rounding, a rare blob that touches a larger one from within.
OVERLAP = 1.001


def plain_features(maps: Map) -> NDArray[np.float64]:
    """The 81 features of one view, in the order of `features.NAMES`."""
    return np.concatenate([_channel(maps[..., channel]) for channel in range(len(KINDS))])


def _channel(activation: Map) -> NDArray[np.float64]:
    inside = [activation[activation > threshold] for threshold in AREA_THRESHOLDS]
    found = [
        blob_log(activation, SIGMAS[0], SIGMAS[-1], len(SIGMAS), threshold, OVERLAP)[:, :2].astype(int)
        for threshold in BLOB_THRESHOLDS
    ]
    centres = [activation[tuple(places.T)] for places in found]
    parts = [[activation], inside, inside, centres, centres]
    measures: list[Callable[[Map], float]] = [_sum, len, _sum, len, _sum]
    return np.array([measure(values) for part, measure in zip(parts, measures, strict=True) for values in part], np.float64)


def _sum(values: Map) -> float:
    return float(values.sum(dtype=np.float64))


@dataclass(frozen=True)
class Pace:
    """Milliseconds of one core for one view, the median of those measured, and whether both ways say the same of all."""

    views: int
    ms: float
    plain_ms: float
    same: bool


def pace(views: Map) -> Pace:
    """Both ways on the same views, by turns: whatever else the machine does meets both."""
    ours, theirs = zip(*((_timed(features, maps), _timed(plain_features, maps)) for maps in views), strict=True)
    same = all(np.allclose(quick, plain, rtol=1e-9) for (_, quick), (_, plain) in zip(ours, theirs, strict=True))
    return Pace(len(views), median(ms for ms, _ in ours), median(ms for ms, _ in theirs), same)


def _timed(way: Callable[[Map], NDArray[np.float64]], maps: Map) -> tuple[float, NDArray[np.float64]]:
    """Milliseconds, and the features."""
    started = time.thread_time()
    row = way(maps)
    return 1000 * (time.thread_time() - started), row
