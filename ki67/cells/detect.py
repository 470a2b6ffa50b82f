"""From maps to cells: threshold, distance transform, watershed, and the centre of each region's smallest circle."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.segmentation import watershed

from ki67.base.workers import pool
from ki67.cells.cells import LABELS, Cells
from ki67.cells.geometry import Image, Mask, distance_inside, outlines, peak_pixels, smallest_circles
from ki67.cells.metrics import Counts, Match, count_class, summed_by
from ki67.cells.thresholds import balanced

Marker = Literal["distance", "density"]
PEAK = 255.0
GRID = tuple(range(0, 256, 5))


@dataclass(frozen=True)
class Detector:
    """The published post-processing. Markers are maxima of the distance transform (public code) or of the map (paper)."""

    thresholds: tuple[float, float, float]
    min_distance: int = 5
    marker: Marker = "distance"

    def __call__(self, maps: Image) -> Cells:
        """The cells of one picture's maps (height, width, 3), class by class, in the network frame."""
        return self.classes(maps, LABELS)

    def classes(self, maps: Image, labels: Sequence[int]) -> Cells:
        """The cells of some classes only; a region's confidence is its highest value over 255."""
        densities = np.stack([maps[..., label - 1] for label in labels])
        regions = [self.regions(d, self.thresholds[k - 1]) for d, k in zip(densities, labels, strict=True)]
        offsets = np.cumsum([0, *(r.max() for r in regions)])
        numbered = np.stack([np.where(r > 0, r + o, 0) for r, o in zip(regions, offsets[:-1], strict=True)])
        pixels = np.flatnonzero(numbered)
        if len(pixels) == 0:
            return Cells.empty("network")
        kinds, number = np.unique(numbered.ravel()[pixels], return_inverse=True)
        highest = np.zeros(len(kinds), np.float32)
        np.maximum.at(highest, number, densities.ravel()[pixels])
        height, width = maps.shape[:2]
        centres = smallest_circles(outlines(pixels, number, width))
        channel = np.searchsorted(offsets, kinds) - 1
        xy = np.column_stack([centres.real, centres.imag - channel * height])
        return Cells.of_points(xy, np.asarray(labels)[channel], "network", np.clip(highest / PEAK, 0, 1))

    def regions(self, density: Image, threshold: float) -> NDArray[np.int32]:
        """Numbered regions, 0 elsewhere: patches of the map above the threshold, cut by a watershed where peaks share one."""
        mask = density >= threshold
        regions = np.zeros(mask.shape, np.int32)
        box = _box(mask)
        regions[box] = self._regions_within(density[box], mask[box])
        return regions

    def _regions_within(self, density: Image, mask: Mask) -> NDArray[np.int32]:
        if not mask.any():
            return np.zeros(mask.shape, np.int32)
        distance = distance_inside(mask)
        peaks = peak_pixels(distance if self.marker == "distance" else density, mask, self.min_distance)
        patches, n_patches = ndimage.label(mask)
        claims = np.bincount(patches.ravel()[peaks], minlength=n_patches + 1)
        if claims.max() <= 1:
            return np.asarray(patches * claims[patches], np.int32)
        markers = np.zeros(mask.shape, np.int32)
        markers.ravel()[peaks] = 1 + np.arange(len(peaks))
        # All patches, not only the shared ones: among equal peaks the order decides, and it must be the published one.
        return np.asarray(watershed(-distance, markers, mask=mask), np.int32)


UNTUNED = Detector((0.0, 0.0, 0.0))


def _box(mask: Mask) -> tuple[slice, slice]:
    """What holds the mask and, where the picture has it, one pixel of background on each side."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if len(rows) == 0:
        return slice(0, 0), slice(0, 0)
    return slice(max(rows[0] - 1, 0), rows[-1] + 2), slice(max(columns[0] - 1, 0), columns[-1] + 2)


@dataclass(frozen=True)
class Tuning:
    """Pooled counts for every threshold and class on validation images, and the thresholds that were chosen by them."""

    grid: tuple[int, ...]
    counts: tuple[tuple[Counts, ...], ...]
    thresholds: tuple[float, float, float]

    @property
    def f1(self) -> NDArray[np.float64]:
        """F1 by threshold (rows) and class (columns); 1 where nothing is labelled and nothing found."""
        return np.array([[1.0 if c == Counts() else c.f1 for c in row] for row in self.counts])

    @property
    def chosen_f1(self) -> tuple[float, ...]:
        """F1 of each class at its threshold."""
        return tuple(float(self.f1[self.grid.index(value), column]) for column, value in enumerate(self.thresholds))


def tune(
    maps: Sequence[Image],
    truths: Sequence[Cells],
    radius: float,
    match: Match,
    detector: Detector = UNTUNED,
    grid: Sequence[int] = GRID,
    processes: int = 2,
    patients: Sequence[str] = (),
) -> Tuning:
    """Try every threshold for every class on all images, each image in a process; the rest of the detector stays.

    The index has to be right by patient; where none is named each image is one.
    """
    images = counts_by_image(maps, truths, radius, match, detector, grid, processes)
    tally = summed_by(patients or range(len(maps)), images)
    positive, negative, til = (float(grid[chosen]) for chosen in balanced(tally))
    pooled = tuple(tuple(Counts(*map(int, c)) for c in row) for row in tally.sum(axis=0))
    return Tuning(tuple(grid), pooled, (positive, negative, til))


def counts_by_image(
    maps: Sequence[Image],
    truths: Sequence[Cells],
    radius: float,
    match: Match,
    detector: Detector = UNTUNED,
    grid: Sequence[float] = GRID,
    processes: int = 2,
) -> NDArray[np.int64]:
    """Hits, false alarms and misses (images, thresholds, classes, 3), for whoever adds them up in more ways than one."""
    count = partial(_counts_of_image, radius=radius, match=match, grid=tuple(grid), detector=detector)
    if processes == 1:
        return np.array([count(m, t) for m, t in zip(maps, truths, strict=True)])
    with pool(processes) as workers:
        return np.array(list(workers.map(count, maps, truths, chunksize=4)))


def _counts_of_image(
    maps: Image,
    truth: Cells,
    *,
    radius: float,
    match: Match,
    grid: Sequence[float],
    detector: Detector,
) -> NDArray[np.int64]:
    """Counts (thresholds, classes, 3) of one image."""
    counts = np.zeros((len(grid), len(LABELS), 3), np.int64)
    for row, threshold in enumerate(grid):
        cells = replace(detector, thresholds=(threshold,) * 3)(maps)
        for column, label in enumerate(LABELS):
            found = count_class(truth, cells, label, match, radius)
            counts[row, column] = found.tp, found.fp, found.fn
    return counts
