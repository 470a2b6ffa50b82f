"""Measures a picture by number, so that simulated fields and anyone's real ones can stand in one table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from ki67.cells.cells import NEGATIVE, POSITIVE, Cells

BINS = np.linspace(0.0, 3.0, 61)
# Measured middle directions of the two stains over several laboratories: one yardstick for every picture.
YARDSTICK = np.array([[0.65, 0.69, 0.31], [0.27, 0.57, 0.78]])
INNER, OUTER, WINDOW = 10, 30, 60


@dataclass(frozen=True)
class Realism:
    """One picture in numbers; optical densities are relative to the picture's own white, lengths in its pixels."""

    cells: int
    index: float
    white_blue_to_red: float
    ground: float
    haematoxylin_q95: float
    dab_q95: float
    dab_q99: float
    negative_contrast: float
    negative_redness: float
    positive_contrast: float
    positive_dab: float
    negative_area: float
    positive_area: float
    spacing: float
    sharpness: float


@dataclass(frozen=True)
class Histograms:
    """How often each optical density occurs, per stain, over `BINS`."""

    haematoxylin: NDArray[np.float64]
    dab: NDArray[np.float64]


def optical_density(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Density relative to the brightest two per cent: the glass, wherever there is some."""
    white = np.percentile(pixels[::4, ::4].reshape(-1, 3), 98, axis=0)
    return np.asarray(-np.log10(np.maximum(pixels, 1) / np.maximum(white, 1)), dtype=np.float32)


def unmixed(density: NDArray[np.float32]) -> NDArray[np.float32]:
    """Concentrations (h, w, 2) of haematoxylin and DAB by least squares on the yardstick."""
    unit = YARDSTICK / np.linalg.norm(YARDSTICK, axis=1, keepdims=True)
    return np.asarray(np.maximum(density @ np.linalg.pinv(unit).astype(np.float32), 0))


def stain_histograms(pixels: NDArray[np.uint8]) -> Histograms:
    """Both stains' optical-density histograms, as shares of the picture."""
    stains = np.minimum(unmixed(optical_density(pixels[::2, ::2])), BINS[-1])
    counts = [np.histogram(stains[..., k], BINS)[0] / stains[..., k].size for k in (0, 1)]
    return Histograms(*counts)


def measure(pixels: NDArray[np.uint8], cells: Cells) -> Realism:
    """Everything that the comparison needs from one picture and its labels."""
    density = optical_density(pixels)
    stains = unmixed(density)
    grey = density.mean(axis=2)
    white = np.percentile(pixels[::4, ::4].reshape(-1, 3), 98, axis=0)
    negative, positive = cells.of(NEGATIVE).xy, cells.of(POSITIVE).xy
    lost = float(np.hypot(*np.gradient(ndimage.gaussian_filter(grey, 1.0))).mean())
    return Realism(
        cells=len(cells),
        index=len(positive) / max(len(positive) + len(negative), 1),
        white_blue_to_red=float(white[2] / white[0]),
        ground=float(np.median(grey)),
        haematoxylin_q95=float(np.percentile(stains[..., 0], 95)),
        dab_q95=float(np.percentile(stains[..., 1], 95)),
        dab_q99=float(np.percentile(stains[..., 1], 99)),
        negative_contrast=_contrast(density[..., 0], negative),
        negative_redness=_contrast(density[..., 2], negative) / max(_contrast(density[..., 0], negative), 0.01),
        positive_contrast=_contrast(density[..., 2], positive),
        positive_dab=_contrast(stains[..., 1], positive),
        negative_area=_area(density[..., 0], negative),
        positive_area=_area(density[..., 2], positive),
        spacing=_spacing(cells.xy),
        sharpness=1000 * lost,
    )


def _windows(plane: NDArray[np.float32], points: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """A square around each point that has room for one."""
    height, width = plane.shape
    inside = [(int(x), int(y)) for x, y in points if WINDOW <= x < width - WINDOW and WINDOW <= y < height - WINDOW]
    return [plane[y - WINDOW : y + WINDOW + 1, x - WINDOW : x + WINDOW + 1] for x, y in inside]


def _disc_and_ring() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    rows, columns = np.mgrid[-WINDOW : WINDOW + 1, -WINDOW : WINDOW + 1]
    distance = np.hypot(rows, columns)
    return distance < INNER, (distance > OUTER) & (distance < OUTER + 6)


def _contrast(plane: NDArray[np.float32], points: NDArray[np.float32]) -> float:
    """Median over the cells of centre disc minus the pale quarter of the ring around it."""
    disc, ring = _disc_and_ring()
    found = [float(np.median(w[disc]) - np.percentile(w[ring], 25)) for w in _windows(plane, points)]
    return float(np.median(found)) if found else float("nan")


def _area(plane: NDArray[np.float32], points: NDArray[np.float32]) -> float:
    """Median area of the connected region around a label that is darker than half-way to its surroundings."""
    disc, ring = _disc_and_ring()
    areas = []
    for window in _windows(plane, points):
        half = (np.median(window[disc]) + np.percentile(window[ring], 25)) / 2
        regions, _ = ndimage.label(window > half)
        labelled = regions[WINDOW, WINDOW]
        if labelled:
            areas.append(int((regions == labelled).sum()))
    return float(np.median(areas)) if areas else float("nan")


def _spacing(points: NDArray[np.float32]) -> float:
    """Median distance to the nearest labelled neighbour."""
    if len(points) < 2:
        return float("nan")
    return float(np.median(cKDTree(points).query(points, k=2)[0][:, 1]))
