"""An outline round what alone is to be counted: GeoJSON as QuPath exports it, in the picture's own pixels.

Polygons and multipolygons with holes, of any number of features, count together; points, lines and the cells and tiles of a
detection do not. What lies in any polygon and in none of that polygon's holes is inside.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ki67.base import strict_json
from ki67.base.errors import InputError
from ki67.pictures.regions import Size

ENDING = ".geojson"
AT_ONCE = 1 << 14  # points: of ragged outlines many edges pass each
SAMPLES = 2048  # along an outline's longer side, by which its area is measured
ROOM = 0.01  # of a picture's side, by which an outline may reach beyond it
NO_REGION = ("detection", "cell", "tile")  # what QuPath calls objects that were found and not drawn
Points = NDArray[np.float64]
Polygon = tuple[Points, ...]  # its border, and the borders of its holes


@dataclass(frozen=True, eq=False)
class Outline:
    """Polygons in pixels of a picture at some scale, the file that they come from and its hash."""

    path: Path
    digest: str
    polygons: tuple[Polygon, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        points = np.concatenate([ring for polygon in self.polygons for ring in polygon])
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return left, top, right, bottom

    def of(self, size: Size, new: Size) -> "Outline":
        """The same outline of the picture in another size."""
        factors = np.array([new[0] / size[0], new[1] / size[1]])
        return replace(self, polygons=tuple(tuple(ring * factors for ring in polygon) for polygon in self.polygons))

    def moved(self, across: int, down: int) -> "Outline":
        """The same outline in a frame that begins so far to the left and above."""
        way = np.array([across, down])
        return replace(self, polygons=tuple(tuple(ring + way for ring in polygon) for polygon in self.polygons))

    def inside(self, xy: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
        """Which points lie inside."""
        found, order = np.zeros(len(xy), bool), np.argsort(xy[:, 1], kind="stable")
        for first in range(0, len(xy), AT_ONCE):
            some = order[first : first + AT_ONCE]
            found[some] = np.any([_enclosed(polygon, xy[some].astype(np.float64)) for polygon in self.polygons], axis=0)
        return found

    def mask(self, left: float, top: float, width: int, height: int, step: float = 1.0) -> NDArray[np.bool_]:
        """Which pixels lie inside by their middles: so many columns and rows from a corner on, `step` wide."""
        found = np.zeros((height, width), bool)
        for polygon in self.polygons:
            found |= _filled([(ring - (left, top)) / step for ring in polygon], width, height)
        return found

    def mm2(self, um_per_px: float) -> float:
        """Its area in mm², where its pixels are so wide."""
        return self.area() * (um_per_px / 1000) ** 2

    def area(self) -> float:
        """In square pixels; what several polygons share counts once."""
        left, top, right, bottom = self.box
        step = max(right - left, bottom - top) / SAMPLES or 1.0
        columns, rows = math.ceil((right - left) / step), math.ceil((bottom - top) / step)
        return float(self.mask(left, top, columns, rows, step).sum()) * step**2


def _edges(rings: Sequence[Points]) -> tuple[Points, Points]:
    """The ends of all edges that are not level, the upper ones and the lower ones."""
    starts = np.concatenate(rings)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    sloping, falling = starts[:, 1] != ends[:, 1], (starts[:, 1] > ends[:, 1])[:, None]
    return np.where(falling, ends, starts)[sloping], np.where(falling, starts, ends)[sloping]


def _crossed(upper: Points, lower: Points, ys: Points) -> tuple[NDArray[np.intp], Points]:
    """Of rising `ys`, each one at whose height an edge passes, and where it does; each as often as edges do."""
    first, last = np.searchsorted(ys, upper[:, 1]), np.searchsorted(ys, lower[:, 1])
    counts = last - first
    edge = np.repeat(np.arange(len(upper)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    (x0, y0), (x1, y1) = upper[edge].T, lower[edge].T
    return row, x0 + (ys[row] - y0) * ((x1 - x0) / (y1 - y0))


def _enclosed(polygon: Polygon, points: Points) -> NDArray[np.bool_]:
    """Points in the order of their height: those to whose left an odd number of edges passes."""
    row, x = _crossed(*_edges(polygon), points[:, 1])
    left = np.bincount(row[x < points[row, 0]], minlength=len(points))
    return np.asarray(left % 2 == 1)


def _filled(rings: Sequence[Points], width: int, height: int) -> NDArray[np.bool_]:
    """The same for the middles of all pixels of a rectangle: edges are counted where they are passed, row by row."""
    row, x = _crossed(*_edges(rings), np.arange(height, dtype=np.float64) + 0.5)
    column = np.clip(np.floor(x + 0.5), 0, width).astype(np.intp)
    passed = np.bincount(row * (width + 1) + column, minlength=height * (width + 1)).reshape(height, width + 1)
    return np.asarray(np.cumsum(passed, axis=1)[:, :width] % 2 == 1)


def read_outline(path: Path) -> Outline:
    """An outline from a file, or one line of why it is none."""
    try:
        data = path.read_bytes()
        content = strict_json.loads(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); export the outline from QuPath as GeoJSON") from error
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON ({error}); export the outline from QuPath as GeoJSON") from error
    polygons = tuple(_polygon(path, rings) for rings in _found(content))
    if not polygons:
        raise InputError(f"{path}: holds no polygon; export the outline from QuPath as GeoJSON, as an annotation with an area")
    return Outline(path, hashlib.sha256(data).hexdigest(), polygons)


def _found(content: Any) -> Iterator[Any]:
    """The coordinates of every polygon in a collection, a list, a feature or a geometry."""
    match content:
        case list():
            for part in content:
                yield from _found(part)
        case {"type": "FeatureCollection", "features": list(parts)} | {"type": "GeometryCollection", "geometries": list(parts)}:
            yield from _found(parts)
        case {"type": "Feature", "properties": {"objectType": kind}} if kind in NO_REGION:
            return
        case {"type": "Feature", "geometry": geometry}:
            yield from _found(geometry)
        case {"type": "Polygon", "coordinates": rings}:
            yield rings
        case {"type": "MultiPolygon", "coordinates": list(polygons)}:
            yield from polygons


def _polygon(path: Path, rings: Any) -> Polygon:
    try:
        found = tuple(np.array(ring, np.float64) for ring in rings)
    except (TypeError, ValueError, OverflowError):
        found = ()
    if not found or any(ring.ndim != 2 or ring.shape[1] not in (2, 3) or len(ring) < 3 for ring in found):
        raise InputError(f"{path}: holds a polygon that is no list of rings of points; export the outline from QuPath again")
    if not all(np.isfinite(ring).all() for ring in found):
        raise InputError(f"{path}: holds a point that is not finite; export the outline from QuPath again")
    return tuple(ring[:, :2] for ring in found)


class Outlines:
    """What a user gives with `--inside`: one outline for all pictures, or a folder with one of the name of each."""

    def __init__(self, path: Path) -> None:
        self.path, self._one = path, None if path.is_dir() else read_outline(path)

    def of(self, name: str) -> Outline:
        """The outline of a picture by its name in the tables."""
        return self._one or read_outline(self.path / f"{name}{ENDING}")

    def record(self, names: Iterable[str]) -> dict[str, object]:
        """What the run record says of them: where they lie, and the hash of each."""
        hashes = self._one.digest if self._one else {name: self.of(name).digest for name in names}
        return {"inside": str(self.path), "inside_sha256": hashes}


def said(mm2: float) -> str:
    """How tables and reports say that only a part of a picture was looked at."""
    return f"only inside the outline, {mm2:.3g} mm²"


def parts_of_pictures(areas: Iterable[float | None]) -> list[str]:
    """The same of many pictures, some of which may have been looked at as a whole."""
    given = [area for area in areas if area is not None]
    return [f"Only what lies inside the outlines was looked at, {sum(given):.3g} mm² in all."] * bool(given)


def check_within(outline: Outline, size: Size, least: float) -> None:
    """Refuse an outline that is not of this picture: beyond its borders, or smaller than a square of `least` pixels a side."""
    left, top, right, bottom = outline.box
    (width, height), reach = size, f"reaches from {left:.6g} to {right:.6g} across, {top:.6g} to {bottom:.6g} down"
    room = ROOM * max(size)
    if left < -room or top < -room or right > width + room or bottom > height + room:
        what = f"{reach}, beyond the picture's {width}×{height} pixels"
        raise InputError(f"{outline.path}: {what}; give the outline of this picture")
    if outline.area() < least**2:
        what = f"{reach}, and holds too little: {least:.0f}×{least:.0f} pixels at least are needed"
        raise InputError(f"{outline.path}: {what}: give it in the picture's own pixels, not in degrees or millimetres")
