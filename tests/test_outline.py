"""An outline: what is inside it, whatever polygons and holes it has, and what is no outline."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from skimage.measure import points_in_poly

from ki67.base.errors import InputError
from ki67.pictures.outline import Outline, check_within, read_outline


def square(left: float, top: float, side: float) -> list[list[float]]:
    """Closed, as GeoJSON wants it."""
    right, bottom = left + side, top + side
    return [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def outline(folder: Path, content: Any) -> Outline:
    path = folder / "outline.geojson"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_outline(path)


RING = feature("Polygon", [square(10, 10, 40), square(20, 20, 10)], objectType="annotation")
TWO = feature("MultiPolygon", [[square(60, 10, 10)], [square(80, 60, 20), square(85, 65, 5)]])


@pytest.mark.parametrize(
    ("content", "area"),
    [
        (RING, 1500), ([RING, TWO], 1500 + 100 + 375), ({"type": "FeatureCollection", "features": [RING, TWO]}, 1975),
        (RING["geometry"], 1500), ({"type": "GeometryCollection", "geometries": [RING["geometry"], TWO["geometry"]]}, 1975),
        ([RING, RING], 1500), ([RING, feature("Polygon", [square(20, 20, 10)])], 1600),
    ],
)  # fmt: skip
def test_polygons_of_all_features_count_once_and_their_holes_do_not(tmp_path: Path, content: Any, area: float) -> None:
    found = outline(tmp_path, content)
    assert found.mask(0, 0, 100, 100).sum() == area
    assert found.area() == pytest.approx(area, rel=0.003)


def test_what_a_detection_found_is_no_outline(tmp_path: Path) -> None:
    cells = [feature("Polygon", [square(0, 0, 90)], objectType=kind) for kind in ("detection", "cell", "tile")]
    assert outline(tmp_path, [RING, *cells, feature("Point", [3, 3])]).mask(0, 0, 100, 100).sum() == 1500
    with pytest.raises(InputError, match="holds no polygon"):
        outline(tmp_path, cells)


@pytest.mark.parametrize("seed", range(6))
def test_points_are_inside_where_the_mask_is(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    rings = [[(random.uniform(-5, 105, (count, 2))).tolist() for count in (9, 5)] for _ in range(3)]
    found = outline(tmp_path, feature("MultiPolygon", rings))
    mask = found.mask(0, 0, 100, 90)
    y, x = np.mgrid[:90, :100]
    middles = np.stack([x.ravel(), y.ravel()], axis=1) + 0.5
    shuffled = random.permutation(len(middles))
    assert np.array_equal(found.inside(middles[shuffled]), mask.ravel()[shuffled])
    assert 0.1 < mask.mean() < 0.9
    assert np.array_equal(found.mask(20, 30, 40, 50), mask[30:80, 20:60])


def test_a_polygon_holds_what_another_library_says_that_it_holds(tmp_path: Path) -> None:
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = 30 + 12 * np.cos(5 * angles)
    points = np.stack([50 + reach * np.cos(angles), 50 + reach * np.sin(angles)], axis=1)
    xy = np.random.default_rng(1).uniform(0, 100, (5000, 2))
    assert np.array_equal(outline(tmp_path, feature("Polygon", [points.tolist()])).inside(xy), points_in_poly(xy, points))


def test_another_size_of_the_picture_has_the_outline_in_its_pixels(tmp_path: Path) -> None:
    found = outline(tmp_path, RING).of((100, 100), (200, 50))
    assert found.box == (20, 5, 100, 25)
    assert found.mask(0, 0, 200, 50).sum() == 1500
    assert found.mask(0, 0, 50, 25, 2.0).sum() == pytest.approx(375, abs=30)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "not valid JSON"), ("{", "not valid JSON"), ("[" * 100_000, "not valid JSON"), ("[]", "holds no polygon"),
        ("3", "holds no polygon"), ('{"type": "FeatureCollection", "features": []}', "holds no polygon"),
        (feature("LineString", square(0, 0, 9)), "holds no polygon"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [NaN, 1], [1, 1]]]}', "NaN is not a number"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1e999, 1], [1, 1]]]}', "out of range"),
        (feature("Polygon", []), "no list of rings"), (feature("Polygon", [[[0, 0], [1, 1]]]), "no list of rings"),
        (feature("Polygon", 3), "no list of rings"), (feature("Polygon", [[0, 1, 2]]), "no list of rings"),
        (feature("Polygon", [[["a", "b"]] * 3]), "no list of rings"), (feature("Polygon", [[[0, None]] * 3]), "not finite"),
        (feature("Polygon", None), "no list of rings"), (feature("MultiPolygon", [[[[1, 2], [3]]]]), "no list of rings"),
    ],
)  # fmt: skip
def test_what_is_no_outline_is_one_line(tmp_path: Path, content: Any, says: str) -> None:
    with pytest.raises(InputError, match=says) as refused:
        outline(tmp_path, content)
    assert str(refused.value).startswith(f"{tmp_path}/outline.geojson: ")


def test_an_outline_of_another_picture_is_refused(tmp_path: Path) -> None:
    found = outline(tmp_path, feature("Polygon", [square(-5, 100, 900)]))
    check_within(found, (1000, 1000), 32)
    for size in ((880, 1000), (1000, 980)):
        with pytest.raises(InputError, match=r"beyond the picture's"):
            check_within(found, size, 32)
    with pytest.raises(InputError, match="not in degrees"):
        check_within(outline(tmp_path, feature("Polygon", [square(10.39, 63.42, 0.01)])), (1000, 1000), 32)
    with pytest.raises(InputError, match="beyond"):
        check_within(outline(tmp_path, feature("Polygon", [square(-70, 40, 5)])), (1000, 1000), 1)
