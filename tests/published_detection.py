"""The published steps from maps to cells, written plainly with OpenCV: what `ki67.detect` is held against."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from skimage.feature import peak_local_max
from skimage.segmentation import watershed


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
