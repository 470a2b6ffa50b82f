"""Outlines of a map: where the map crosses its threshold, with holes, in a slide's pixels, as QuPath opens them."""

import json

import numpy as np
import pytest
from scipy import ndimage

from ki67.pictures.outline import Outline, read_outline
from ki67.slides.outlines import area, mm2, outlined, ring_area, write_outlines

RNG = np.random.default_rng(15)


def disc(side: int, x: float, y: float, radius: float) -> np.ndarray:
    """1 inside, falling to 0 over the two pixels round the border."""
    rows, columns = np.mgrid[0:side, 0:side] + 0.5
    return np.clip((radius - np.hypot(columns - x, rows - y)) / 2 + 0.5, 0, 1).astype(np.float32)


def middle(ring: np.ndarray) -> list[float]:
    return ((ring.min(axis=0) + ring.max(axis=0)) / 2).tolist()


def filled(polygons, size: tuple[int, int]) -> np.ndarray:
    return Outline(None, "", polygons).mask(0, 0, *size) if polygons else np.zeros(size[::-1], bool)


def test_a_disc_has_its_place_and_its_area_on_a_slide_of_other_proportions() -> None:
    (polygon,) = outlined(disc(64, 20.5, 30.25, 9), 0.5, (6400, 3200))
    (border,) = polygon
    assert middle(border) == pytest.approx((2050, 1512.5), abs=10)  # a fifth of a pixel of the map
    assert area(polygon) == pytest.approx(np.pi * 9**2 * 100 * 50, rel=0.01)
    assert mm2([polygon], 0.25) == pytest.approx(np.pi * 0.225 * 0.1125, rel=0.01)


def test_holes_and_islands_in_them_belong_where_they_lie() -> None:
    side = 96
    ring = disc(side, 40, 40, 30) - disc(side, 40, 40, 20) + disc(side, 40, 40, 8) + disc(side, 80, 80, 6)
    polygons = outlined(ring, 0.5, (side, side))
    assert [len(polygon) for polygon in polygons] == [2, 1, 1]
    assert [area(polygon) for polygon in polygons] == pytest.approx([np.pi * r for r in (500, 64, 36)], rel=0.03)
    assert all(ring_area(rings[0]) > 0 and all(ring_area(hole) < 0 for hole in rings[1:]) for rings in polygons)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7])
def test_what_lies_inside_is_what_exceeds_the_threshold(threshold: float) -> None:
    noise = ndimage.gaussian_filter(RNG.random((70, 70)), 2).astype(np.float32)
    noise = (noise - noise.min()) / np.ptp(noise)
    found = filled(outlined(noise, threshold, (70, 70)), (70, 70))
    assert 0.02 < found.mean() < 0.98
    assert (found == (noise > threshold)).all()


def test_a_map_that_is_tumour_all_over_ends_at_the_slides_border() -> None:
    (polygon,) = outlined(np.ones((16, 16), np.float32), 0.5, (801, 403))
    assert area(polygon) == pytest.approx(801 * 403, rel=0.01)
    (low, high) = polygon[0].min(axis=0), polygon[0].max(axis=0)
    assert low.tolist() == [0, 0] and high.tolist() == [801, 403]


def test_no_tumour_is_no_polygon_and_still_a_file_that_opens(tmp_path) -> None:
    assert outlined(np.zeros((16, 16), np.float32), 0.5, (100, 100)) == ()
    write_outlines(tmp_path / "none.geojson", "a", (), (0, 0), 0.5)
    assert json.loads((tmp_path / "none.geojson").read_text()) == {"type": "FeatureCollection", "features": []}


def test_qupath_finds_an_annotation_of_tumour_with_its_area_counted_from_where_the_scanner_began(tmp_path) -> None:
    polygons = outlined(disc(64, 40, 30, 12) - disc(64, 40, 30, 4), 0.5, (640, 640))
    write_outlines(tmp_path / "a.geojson", "a", polygons, (100, 30), 0.5)
    (feature,) = json.loads((tmp_path / "a.geojson").read_text())["features"]
    assert feature["properties"]["objectType"] == "annotation"
    assert feature["properties"]["classification"]["name"] == "Tumor"
    assert feature["properties"]["measurements"]["area mm^2"] == pytest.approx(np.pi * 128 * 100 * 0.25e-6, rel=0.01)
    assert all(ring[0] == ring[-1] for ring in feature["geometry"]["coordinates"])
    (read,) = read_outline(tmp_path / "a.geojson").polygons
    assert len(read) == 2
    assert middle(read[0]) == pytest.approx((400 - 100, 300 - 30), abs=2)


def test_the_same_outline_has_the_same_bytes(tmp_path) -> None:
    polygons = outlined(disc(64, 40, 30, 12), 0.5, (640, 640))
    for name in ("one", "other"):
        write_outlines(tmp_path / name, "a", polygons, (0, 0), 0.5)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
