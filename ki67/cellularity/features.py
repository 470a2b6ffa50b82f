"""The 81 numbers that the trees see of one view: how much of each kind of nucleus there is, how sure that is, how many.

Rakhlin et al. (2019), section 3.3. Blobs are those of `skimage.feature.blob_log(map, 1, 4, 4, threshold, overlap=1)`.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ki67.data.patches import KINDS

Map = NDArray[np.float32]
AREA_THRESHOLDS = (0.02, 0.04, 0.08, 0.16, 0.24, 0.32, 0.5)
BLOB_THRESHOLDS = (0.02, 0.04, 0.08, 0.16, 0.24, 0.5)
SIGMAS = (1.0, 2.0, 3.0, 4.0)


def _channel_names(kind: str) -> list[str]:
    above = [f"{kind}_{what}_above_{t}" for what, t in product(("area", "activation"), AREA_THRESHOLDS)]
    blobs = [f"{kind}_{what}_above_{t}" for what, t in product(("blobs", "activation_in_blobs"), BLOB_THRESHOLDS)]
    return [f"{kind}_activation", *above, *blobs]


NAMES = tuple(name for kind in KINDS for name in _channel_names(kind))


def features(maps: Map) -> NDArray[np.float64]:
    """The features of one view, in the order of NAMES; maps are (height, width, channels), the background not read."""
    return np.concatenate([_channel_features(maps[..., channel]) for channel in range(len(KINDS))])


def _channel_features(activation: Map) -> NDArray[np.float64]:
    """Of one channel: its sum, areas and activations above seven thresholds, blobs and activations in them above six."""
    activation = np.ascontiguousarray(activation, np.float32)
    peaks, heights = _maxima(activation, BLOB_THRESHOLDS[0])
    y, x = peaks[1:]
    pixels = activation.ravel()
    return np.concatenate(
        [
            [pixels.sum(dtype=np.float64)],
            *_above(pixels, pixels, AREA_THRESHOLDS),
            *_above(heights, activation[y, x], BLOB_THRESHOLDS),
        ]
    )


def _above(values: Map, activation: Map, thresholds: Sequence[float]) -> tuple[list[float], list[float]]:
    """For each threshold how many values lie above it, and the activation there; the thresholds rise, so what is left shrinks."""
    numbers, totals = [], []
    for threshold in thresholds:
        above = values > np.float32(threshold)
        values, activation = values[above], activation[above]
        numbers.append(float(len(values)))
        totals.append(float(activation.sum(dtype=np.float64)))
    return numbers, totals


def blobs(activation: Map, threshold: float) -> NDArray[np.float32]:
    """Blobs of one channel as rows of x, y and sigma, the strongest first; a blob's radius is √2 sigma."""
    (level, y, x), heights = _maxima(np.asarray(activation, np.float32), threshold)
    found = np.column_stack([x, y, np.array(SIGMAS)[level]]).astype(np.float32)
    return found[np.argsort(-heights, kind="stable")]


def _maxima(activation: Map, threshold: float) -> tuple[NDArray[np.intp], Map]:
    """Where the scale-normalised Laplacian is above its 26 neighbours or equal, as (level, y, x) each, and how strong."""
    cube = np.stack([-ndimage.gaussian_laplace(activation, sigma) * np.float32(sigma**2) for sigma in SIGMAS])
    peaks = np.array(np.nonzero((cube == _highest_around(cube)) & (cube > np.float32(threshold))))
    return peaks, cube[tuple(peaks)]


def _highest_around(cube: Map) -> Map:
    """The maximum over 3 × 3 × 3 places round each, axis by axis."""
    top = np.pad(cube, 1, mode="edge")
    for axis in range(3):
        lines = np.moveaxis(top, axis, 0)
        top = np.moveaxis(np.maximum(np.maximum(lines[:-2], lines[1:-1]), lines[2:]), 0, axis)
    return top


def feature_rows(views: Sequence[Map] | Map) -> NDArray[np.float64]:
    """One row of features a view, on all cores: the filters that take the time let other threads run."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.array(list(pool.map(features, views))).reshape(-1, len(NAMES))
