"""Three exact pieces of picture geometry, each faster than the library routine it equals."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import peak_local_max

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]
Plane = NDArray[np.complex128]
# Circles through two or three of four points: the smallest that holds all four is one of these ten.
SUPPORTS = np.array([(i, j, j) for i, j in combinations(range(4), 2)] + list(combinations(range(4), 3)))


def distance_inside(mask: Mask) -> Image:
    """`scipy.ndimage.distance_transform_edt` in single precision, number for number, sooner where little is inside.

    Along each row first, from the ends of its runs; then down the columns, for the pixels inside only:
    d² = min over dy of (row distance at dy)² + dy².
    """
    if mask.all():
        return np.asarray(ndimage.distance_transform_edt(mask), np.float32)
    height, width = mask.shape
    far = height + width
    pixels = np.flatnonzero(mask)
    x = pixels % width
    breaks = (np.diff(pixels) != 1) | (x[1:] == 0)
    first, last = np.concatenate([[True], breaks]), np.concatenate([breaks, [True]])
    run = np.cumsum(first) - 1
    # Beyond the picture there is no background.
    left = np.where(x[first] > 0, x[first] - 1, -far)[run]
    right = np.where(x[last] < width - 1, x[last] + 1, far + width)[run]
    along = np.minimum(x - left, right - x)
    reach = min(int(along.max()), height)
    squares = np.zeros((height + 2 * reach, width), np.int64)
    squares[:reach] = squares[height + reach :] = far**2
    flat, inside = squares.ravel(), pixels + reach * width
    flat[inside] = along**2
    best = along**2
    for step in range(1, reach + 1):
        if step**2 >= best.max():
            break
        best = np.minimum(best, np.minimum(flat[inside - step * width], flat[inside + step * width]) + step**2)
    distance = np.zeros(mask.shape, np.float32)
    distance.ravel()[pixels] = np.sqrt(best)
    return distance


def peak_pixels(heights: Image, mask: Mask, min_distance: int) -> NDArray[np.intp]:
    """`peak_local_max(heights, min_distance, exclude_border=False, labels=mask)` as flat indices, sooner.

    Of maxima nearer than `min_distance` (Chebyshev) the higher stays, of equal ones the first in reading order.
    """
    masked = np.where(mask, heights, np.float32(-np.inf))
    top = ndimage.maximum_filter(masked, 2 * min_distance + 1, mode="constant", cval=-np.inf)
    found = np.flatnonzero(mask & (masked == top))
    if mask.all() or len(found) == np.count_nonzero(mask):
        # No background, or nothing but plateaus: the library has rules of its own for them.
        peaks = peak_local_max(heights, min_distance=min_distance, exclude_border=False, labels=mask)
        return np.asarray(np.ravel_multi_index(tuple(peaks.T), mask.shape))
    found = found[np.argsort(-masked.ravel()[found], kind="stable")]
    taken, reach = np.zeros(mask.shape, bool), min_distance - 1
    stays = []
    for pixel in found.tolist():
        y, x = divmod(pixel, mask.shape[1])
        if not taken[y, x]:
            stays.append(pixel)
            taken[max(y - reach, 0) : y + min_distance, max(x - reach, 0) : x + min_distance] = True
    return np.array(stays, np.intp)


def outlines(pixels: NDArray[np.intp], number: NDArray[np.intp], width: int) -> Plane:
    """The first and last pixels of every row of each region, (regions, most), filled up by repetition: its hull is the region's.

    `pixels` are flat indices in reading order, `number` says from 0 on which region each belongs to.
    """
    order = np.argsort(number, kind="stable")
    pixels, number = pixels[order], number[order]
    row = pixels // width
    breaks = (np.diff(row) != 0) | (np.diff(number) != 0)
    ends = np.concatenate([[True], breaks]) | np.concatenate([breaks, [True]])
    counts = np.bincount(number[ends])
    starts = np.cumsum(counts) - counts
    chosen = starts[:, None] + np.minimum(np.arange(counts.max()), counts[:, None] - 1)
    points = (pixels % width + 1j * row)[ends]
    return np.asarray(points[chosen])


def smallest_circles(points: Plane) -> Plane:
    """Centres of the smallest circles round many point sets (sets, points) at once, in the complex plane x + iy.

    A circle is held by at most three points. As long as some point lies outside, it joins them and the smallest circle
    of these four takes over: it is larger each time, so this ends.
    """
    far = _farthest(points, points[:, 0])[1]
    held = np.stack([points[:, 0], far, far], axis=1)
    centres, radii = held[:, :2].mean(1), np.abs(held[:, 0] - far) / 2
    still = np.arange(len(points))
    while len(still):
        distance, outlier = _farthest(points[still], centres[still])
        outside = distance > radii[still] + 1e-6
        still, outlier = still[outside], outlier[outside]
        held[still], centres[still], radii[still] = _circle_of_four(np.column_stack([held[still], outlier]))
    return np.asarray(centres)


def _farthest(points: Plane, centres: Plane) -> tuple[NDArray[np.float64], Plane]:
    distance = np.abs(points - centres[:, None])
    index = distance.argmax(1)
    each = np.arange(len(points))
    return distance[each, index], points[each, index]


def _circle_of_four(four: Plane) -> tuple[Plane, Plane, NDArray[np.float64]]:
    """Of the ten circles the one whose centre has its farthest point nearest: the points that hold it, centre, radius."""
    supports = four[:, SUPPORTS]
    candidates = _circumcentres(supports)
    radii = np.abs(candidates[:, :, None] - four[:, None]).max(-1)
    best = radii.argmin(1)
    each = np.arange(len(four))
    return supports[each, best], candidates[each, best], radii[each, best]


def _circumcentres(three: Plane) -> Plane:
    """Of three points (…, 3); of two, where the last two are one; somewhere far off, where they lie on a line."""
    a, u, v = three[..., 0], three[..., 1] - three[..., 0], three[..., 2] - three[..., 0]
    area = u.conj() * v - u * v.conj()
    round_three = (np.abs(u) ** 2 * v - np.abs(v) ** 2 * u) / np.where(area == 0, 1e-9, area)
    return a + np.where(u == v, u / 2, round_three)
