"""The features as the paper defines them, one library call a threshold: what the quick ones are held to."""

import time
from collections.abc import Callable
from dataclasses import dataclass

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
    """Milliseconds of one core for one view, the quickest of those measured, and whether both ways say the same of all."""

    views: int
    ms: float
    plain_ms: float
    same: bool


def pace(views: Map) -> Pace:
    """Both ways on the same views, one after the other."""
    ms, rows = _timed(features, views)
    plain_ms, plain_rows = _timed(plain_features, views)
    return Pace(len(views), ms, plain_ms, bool(np.allclose(rows, plain_rows, rtol=1e-9)))


def _timed(way: Callable[[Map], NDArray[np.float64]], views: Map) -> tuple[float, NDArray[np.float64]]:
    """The least milliseconds, and all rows."""
    took, rows = [], []
    for maps in views:
        started = time.thread_time()
        rows.append(way(maps))
        took.append(1000 * (time.thread_time() - started))
    return min(took), np.array(rows)
