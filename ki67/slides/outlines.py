"""Where a map of probabilities crosses a threshold: outlines with holes, in a slide's own pixels, as objects for QuPath."""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours, points_in_poly

from ki67.base.files import write_whole
from ki67.base.geojson import Feature, collection
from ki67.pictures.outline import Points, Polygon
from ki67.pictures.regions import Size

CLASS, COLOUR = "Tumor", (200, 0, 0)  # as QuPath calls and draws it
DECIMALS = 1  # of a pixel, in what is written
Floats = NDArray[np.float32]


def outlined(probability: Floats, threshold: float, size: Size) -> tuple[Polygon, ...]:
    """A map of a whole slide, width × height, as polygons with holes: the largest first, none reaching beyond the slide."""
    rows, columns = probability.shape
    steps = np.array([size[0] / columns, size[1] / rows])
    rings = [
        np.clip((ring[:-1, ::-1] - 0.5) * steps, 0, size)  # a pixel's value is that of its middle, after a margin of one
        for ring in find_contours(np.pad(probability, 1), threshold, positive_orientation="low")
    ]
    areas = [ring_area(ring) for ring in rings]
    borders = sorted((n for n, area in enumerate(areas) if area > 0), key=lambda n: -areas[n])
    holes = [ring for ring, area in zip(rings, areas, strict=True) if area < 0]
    return _joined([rings[n] for n in borders], holes)


def ring_area(ring: Points) -> float:
    """By the shoelace formula; negative where it winds the other way, as holes do."""
    x, y = ring.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def area(polygon: Polygon) -> float:
    """In square pixels, less the holes."""
    border, *holes = polygon
    return abs(ring_area(border)) - sum(abs(ring_area(hole)) for hole in holes)


def mm2(polygons: Sequence[Polygon], um_per_px: float) -> float:
    """Of all of them, where a pixel is so wide."""
    return sum(map(area, polygons)) * (um_per_px / 1000) ** 2


def _joined(borders: Sequence[Points], holes: Sequence[Points]) -> tuple[Polygon, ...]:
    """Each hole belongs to the smallest border round it."""
    found = [[border] for border in borders]
    for hole in holes:
        for number in reversed(range(len(borders))):
            if _within(hole, borders[number]):
                found[number].append(hole)
                break
    return tuple(tuple(rings) for rings in found)


def _within(ring: Points, border: Points) -> bool:
    """Lines of one threshold never cross, so that most of a ring's points tell of all."""
    if (ring.min(axis=0) < border.min(axis=0)).any() or (ring.max(axis=0) > border.max(axis=0)).any():
        return False
    return bool(points_in_poly(ring, border).mean() > 0.5)


def write_outlines(path: Path, name: str, polygons: Sequence[Polygon], corner: Size, um_per_px: float) -> None:
    """An annotation a polygon, in pixels from QuPath's corner on; the same outline gets the same ids every time."""
    write_whole(path, collection(_features(name, polygons, corner, um_per_px)))


def _features(name: str, polygons: Sequence[Polygon], corner: Size, um_per_px: float) -> Iterator[Feature]:
    for polygon in polygons:
        rings = [_closed(ring - corner) for ring in polygon]
        yield {
            "type": "Feature",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"ki67/{name}/tumour/{rings[0]}")),
            "geometry": {"type": "Polygon", "coordinates": rings},
            "properties": {
                "objectType": "annotation",
                "classification": {"name": CLASS, "color": list(COLOUR)},
                "measurements": {"area mm^2": round(mm2([polygon], um_per_px), 6)},
            },
        }


def _closed(ring: Points) -> list[list[float]]:
    points: list[list[float]] = ring.round(DECIMALS).tolist()
    return [*points, points[0]]
