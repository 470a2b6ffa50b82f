"""The published way from a file to cells, written plainly with OpenCV: what ours is held against, in its results and its time.

OpenCV is a tool of development here; nothing that users start needs it.
"""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from skimage.feature import peak_local_max
from skimage.segmentation import watershed

FRAME = 256


def published_cells(model: Any, path: Path, thresholds: tuple[float, float, float]) -> list[list[tuple[float, float]]]:
    """One picture: decoded, reduced, through `predict`, and each class's map to centres."""
    picture: Any = cv2.imread(str(path))
    frame = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), (FRAME, FRAME)).astype(np.float32) / 255
    maps = model.predict(frame[None], verbose=0)[0]
    return [published_centres(maps[..., column], threshold) for column, threshold in enumerate(thresholds)]


def published_centres(density: NDArray[np.float32], threshold: float, marker: str = "distance") -> list[tuple[float, float]]:
    """Centres (x, y) of the cells in one map, region by region."""
    mask = density >= threshold
    if not mask.any():
        return []
    distance = distance_transform_edt(mask)
    heights = distance if marker == "distance" else density
    peaks = peak_local_max(heights, min_distance=5, exclude_border=False, labels=mask)
    markers = np.zeros(mask.shape, int)
    for number, (row, column) in enumerate(peaks, start=1):
        markers[row, column] = number
    regions = watershed(-distance, markers, mask=mask)
    return [centre_of(regions == number) for number in np.unique(regions) if number > 0]


def centre_of(region: NDArray[np.bool_]) -> tuple[float, float]:
    """The centre of the smallest circle round the region's largest outline."""
    outlines, _ = cv2.findContours(region.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    (x, y), _ = cv2.minEnclosingCircle(max(outlines, key=cv2.contourArea))
    return x, y
