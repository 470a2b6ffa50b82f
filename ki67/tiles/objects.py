"""Tiles as objects that QuPath opens over the picture, each with its figures."""

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from ki67.base.files import write_whole
from ki67.base.geojson import Feature, collection
from ki67.pictures.regions import Size
from ki67.tiles.grid import Tile
from ki67.tiles.results import CellularityResult

CLASS, COLOUR = "Tissue", (180, 70, 3)


def write_objects(path: Path, result: CellularityResult, tiles: Sequence[Tile], size: Size, corner: Size) -> None:
    """A rectangle a tile with tissue, in pixels from QuPath's corner on; the same tiles get the same ids every time."""
    write_whole(path, collection(_features(result, tiles, size, corner)))


def _features(result: CellularityResult, tiles: Sequence[Tile], size: Size, corner: Size) -> Iterator[Feature]:
    """An enlarged strip can be narrower than a pixel of the picture: it has no rectangle."""
    for tile in tiles:
        left, top, right, bottom = tile.box(size, (result.width, result.height))
        if tile.cellularity is not None and left < right and top < bottom:
            ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
            ring = [[x - corner[0], y - corner[1]] for x, y in ring]
            key = f"ki67/{result.image}/tile/{left}/{top}/{right}/{bottom}"
            yield _feature(key, ring, {"cellularity": round(tile.cellularity, 4), "tissue share": round(tile.tissue, 4)})


def _feature(key: str, ring: list[list[int]], measurements: dict[str, float]) -> Feature:
    return {
        "type": "Feature",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "objectType": "tile",
            "classification": {"name": CLASS, "color": list(COLOUR)},
            "measurements": measurements,
        },
    }
