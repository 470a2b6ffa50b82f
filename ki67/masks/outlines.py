"""The outlines round the shapes of a black and white picture and round the holes in them: how much each encloses, and where.

They are the polygons that OpenCV's `findContours` draws through the middles of the outermost pixels. A square of four
neighbouring pixel middles is cut into two triangles so that no polygon crosses one; a triangle whose corners are all white lies
in their shape, any other in the hole or ground of its black corners. So an outline's moments are sums over triangles.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import generate_binary_structure, label

CROSS, SQUARE = generate_binary_structure(2, 1), generate_binary_structure(2, 2)  # four neighbours, eight neighbours

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outlines:
    """Each region of a picture: its white shapes first, then the ground, then its holes.

    `region` says to which a pixel belongs. `area` is what an outline encloses, all within it included: 0 for a line, a single
    pixel and the ground. `centre` is that area's centroid (x, y), nan where there is no area.
    """

    region: Ints
    shapes: int
    area: Floats
    centre: Floats


def outlines(white: NDArray[np.bool_]) -> Outlines:
    """What the outlines of a picture enclose; white touches at corners, black does not."""
    region, shapes = regions(np.pad(white, 1))
    sums = with_all_within(triangles(region, shapes), region, shapes)
    sums[shapes] = 0
    with np.errstate(invalid="ignore"):
        centre = sums[:, 1:] * (1 / 6) / (sums[:, :1] * 0.5)  # rounded as OpenCV rounds it: who cuts it to a pixel gets the same
    return Outlines(region[1:-1, 1:-1], shapes, sums[:, 0] * 0.5, centre)


def areas(shape: Ints) -> Floats:
    """What the outline of each numbered shape without holes encloses: a square where four pixels meet, half where three do."""
    corners = (shape[:-1, :-1], shape[:-1, 1:], shape[1:, :-1], shape[1:, 1:])
    meet = sum((corner > 0).astype(np.uint8) for corner in corners)
    enclosed = np.array([0, 0, 0, 0.5, 1])[meet]
    return np.bincount(np.maximum.reduce(corners).ravel(), enclosed.ravel()).astype(np.float64)


def regions(white: NDArray[np.bool_]) -> tuple[Ints, int]:
    """A number for each shape, then one for the ground, which begins in the first corner, then one for each hole."""
    shape, shapes = label(white, SQUARE)
    hole, _ = label(~white, CROSS)
    return np.where(white, shape, hole + shapes).astype(np.int32) - 1, shapes


def triangles(region: Ints, shapes: int) -> Floats:
    """Of each region: how many triangles lie in it, and the sums of their corners' x and y."""
    a, b, c, d = region[:-1, :-1], region[:-1, 1:], region[1:, :-1], region[1:, 1:]
    cut = (np.maximum(a, d) < shapes) & (np.maximum(b, c) >= shapes)  # from a to d; else from b to c
    upper = np.where(cut, np.maximum(np.maximum(a, d), b), np.maximum(np.maximum(b, c), a))
    lower = np.where(cut, np.maximum(np.maximum(a, d), c), np.maximum(np.maximum(b, c), d))
    y, x = np.indices(a.shape, np.int32) - 1  # the picture has an edge of one pixel round it
    owner = np.concatenate([upper.ravel(), lower.ravel()])
    across = np.concatenate([(3 * x + np.where(cut, 2, 1)).ravel(), (3 * x + np.where(cut, 1, 2)).ravel()])
    down = np.concatenate([(3 * y + 1).ravel(), (3 * y + 2).ravel()])
    return np.stack([np.bincount(owner, weights, region.max() + 1) for weights in (None, across, down)], 1).astype(np.float64)


def with_all_within(sums: Floats, region: Ints, shapes: int) -> Floats:
    """The same sums, those of the regions that a region surrounds added to its own.

    Above a region's first pixel, in the order of reading, lies the region that surrounds it.
    """
    _, first = np.unique(region, return_index=True)
    around = region.ravel()[first - region.shape[1]]
    for inner in np.argsort(first)[::-1]:
        if inner != shapes:
            sums[around[inner]] += sums[inner]
    return sums
