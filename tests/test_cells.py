"""Cells keep their places and kinds through every format, and refuse what is not a cell."""

import json
from pathlib import Path

import numpy as np
import pytest

from ki67.base.errors import InputError
from ki67.cells.cells import CLASS_NAMES, LABELS, NEGATIVE, POSITIVE, TIL, Cells, read_csv, write_csv


@pytest.fixture
def cells() -> Cells:
    rng = np.random.default_rng(1)
    return Cells.of_points(rng.integers(0, 1228, (30, 2)), rng.integers(1, 4, 30), "image", rng.uniform(0, 1, 30))


def same(a: Cells, b: Cells) -> bool:
    return (
        a.frame == b.frame
        and np.array_equal(a.xy, b.xy)
        and np.array_equal(a.label, b.label)
        and np.allclose(a.confidence, b.confidence, atol=5e-4)
    )


def written(folder: Path, content: object) -> Path:
    path = folder / "p1_2_3.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_class_holds_its_own_cells_only(cells: Cells) -> None:
    assert sum(len(cells.of(label)) for label in LABELS) == len(cells) == 30
    assert set(cells.of(TIL).label) == {TIL}
    assert len(Cells.empty("image").of(TIL)) == 0


def test_scaling_changes_places_and_frame_and_nothing_else(cells: Cells) -> None:
    small = cells.scaled(256 / 1228, "network")
    assert small.frame == "network"
    assert np.allclose(small.xy * 1228 / 256, cells.xy, atol=1e-3)
    assert small.xy.dtype == np.float32 and small.label is cells.label


def test_cells_of_two_frames_do_not_mix(cells: Cells) -> None:
    assert len(Cells.concatenate([cells, cells, Cells.empty("image")])) == 60
    with pytest.raises(ValueError, match="one frame"):
        Cells.concatenate([cells, Cells.empty("network")])


def test_arrays_of_different_lengths_are_no_cells() -> None:
    with pytest.raises(ValueError, match="shapes disagree"):
        Cells.of_points([(1, 2), (3, 4)], [1], "image")


def test_shidc_json_comes_back_as_it_went(cells: Cells, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    cells.to_shidc_json(path)
    back = Cells.from_shidc_json(path, 1228, 1228)
    assert np.array_equal(back.xy, cells.xy) and np.array_equal(back.label, cells.label)
    assert (back.confidence == 1).all()
    assert set(json.loads(path.read_text())[0]) == {"x", "y", "label_id"}
    assert not list(tmp_path.glob("*.partial"))


def test_no_cells_are_an_empty_list(tmp_path: Path) -> None:
    Cells.empty("image").to_shidc_json(tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == []
    assert len(Cells.from_shidc_json(tmp_path / "a.json", 10, 10)) == 0


def test_coordinates_may_be_strings(tmp_path: Path) -> None:
    path = written(tmp_path, [{"x": "12", "y": 7.5, "label_id": 2}])
    assert Cells.from_shidc_json(path, 20, 20).xy.tolist() == [[12, 7.5]]


GOOD = {"x": 1, "y": 2, "label_id": 1}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[{", "not valid JSON"),
        ({"x": 1}, "holds no list"),
        ([GOOD, 5], "entry 2 is no object"),
        ([{"x": 1, "label_id": 1}], "lacks y"),
        ([{**GOOD, "label_id": 7}], "label_id 7"),
        ([{**GOOD, "label_id": 1.5}], "label_id 1.5"),
        ([{**GOOD, "x": "left"}], "x = 'left', not a number"),
        ([{**GOOD, "x": "nan"}], "not a number"),
        ([{**GOOD, "y": True}], "y = True, not a number"),
        ([{**GOOD, "x": 20}], r"\(20, 2\), outside the 20×10 picture"),
        ([{**GOOD, "y": -0.5}], "outside"),
    ],
)
def test_bad_labels_are_refused_in_one_line_that_names_the_file(tmp_path: Path, content: object, complaint: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError, match=complaint) as caught:
        Cells.from_shidc_json(path, 20, 10)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message and ";" in message


def test_missing_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Cells.from_shidc_json(tmp_path / "none.json", 20, 10)


def test_a_table_of_many_images_comes_back_image_by_image(cells: Cells, tmp_path: Path) -> None:
    images = {"p1_1": cells, 'odd, "name"': cells.of(POSITIVE)}
    write_csv(tmp_path / "cells.csv", images)
    back = read_csv(tmp_path / "cells.csv", "image")
    assert list(back) == list(images)
    assert all(same(back[name], images[name]) for name in images)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "first line"),
        ("x,y\n", "first line"),
        ("image,x,y,label,confidence\na,1,2,1\n", "line 2 has 4 fields"),
        ("image,x,y,label,confidence\na,1,2,9,1\n", "label_id '9'"),
        ("image,x,y,label,confidence\na,one,2,1,1\n", "x = 'one'"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "cells.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_csv(path, "image")


def test_qupath_gets_classified_points_with_ids_that_stay(cells: Cells, tmp_path: Path) -> None:
    first, second = tmp_path / "1.geojson", tmp_path / "2.geojson"
    cells.to_geojson(first, "p1_1")
    cells.to_geojson(second, "p1_1")
    assert first.read_bytes() == second.read_bytes()
    features = json.loads(first.read_text())["features"]
    assert len({f["id"] for f in features}) == len(cells)
    one = next(f for f, label in zip(features, cells.label, strict=True) if label == NEGATIVE)
    assert one["geometry"]["type"] == "Point"
    assert one["properties"]["objectType"] == "detection"
    assert one["properties"]["classification"]["name"] == "Negative"
    assert same(Cells.from_geojson(first), cells)


def test_qupath_annotations_are_a_choice_and_frames_are_not(cells: Cells, tmp_path: Path) -> None:
    cells.to_geojson(tmp_path / "a.geojson", "a", "annotation")
    assert '"annotation"' in (tmp_path / "a.geojson").read_text()
    with pytest.raises(ValueError, match="own pixels"):
        cells.scaled(0.2, "network").to_geojson(tmp_path / "b.geojson", "a")
    assert not (tmp_path / "b.geojson").exists()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ({"type": "Topology"}, "no GeoJSON feature collection"),
        ([{"geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {}}], "no point of class"),
        (
            [{"geometry": {"type": "Blob", "coordinates": [1, 2]}, "properties": {"classification": {"name": "TIL"}}}],
            "is a Blob",
        ),
    ],
)
def test_bad_geojson_is_refused(tmp_path: Path, content: object, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Cells.from_geojson(written(tmp_path, content))


def test_every_label_has_a_name() -> None:
    assert tuple(CLASS_NAMES) == LABELS
