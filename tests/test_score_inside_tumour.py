"""Ki-67 inside the tumour of a slide: outlined on one section, counted on another in the same frame, its hot spot on the map."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_slides import write_pyramid
from PIL import Image
from slide_networks import outlined, write_networks
from tile_network import glass, read, tissue
from typer.testing import CliRunner, Result

from ki67.cells.cells import NEGATIVE, POSITIVE, QUPATH_CLASSES, TIL, Cells, read_csv
from ki67.cli.main import app
from ki67.pictures.outline import read_outline
from ki67.pictures.stains import KI67_FOR_HE
from ki67.score.hotspot import ENOUGH, hot_spot
from ki67.score.on_slide import HOT_SPOT, LEAST, index_map, mapped, write_hot_spot
from ki67.simulate import render_field

UM, SIDE = 0.5, 1792
TUMOUR = SIDE // 2  # columns of the section from the left
RNG = np.random.default_rng(67)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def he_section() -> np.ndarray:
    """Left of its middle as the made-up network knows tumour, other tissue on the right, glass round both."""
    picture = glass(SIDE, SIDE)
    picture[256:-256, 256:-256] = tissue(SIDE - 512, SIDE - 512, 0.5)
    return picture


def ihc_section() -> np.ndarray:
    """In the same frame: simulated fields of one tumour, and below on the left those of a patient whose cells divide more."""
    cold, hot = (np.asarray(Image.fromarray(render_field(5, patient, 1).image).reduce(3)) for patient in (3, 12))
    side = len(cold)
    picture = glass(SIDE, SIDE)
    picture[256:-256, 256:-256] = np.tile(cold, (4, 4, 1))[: SIDE - 512, : SIDE - 512]
    picture[-256 - 3 * side : -256, 256 : 256 + side] = np.tile(hot, (3, 1, 1))
    return picture


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The H&E slide is outlined, the Ki-67 slide of the same name is scored, once as a whole and once inside."""
    folder = tmp_path_factory.mktemp("pair")
    write_pyramid(folder / "he/case.tif", he_section(), UM)
    write_pyramid(folder / "ihc/case.svs", ihc_section(), UM)
    assert outlined([folder / "he"], folder / "tumour", write_networks(folder / "networks")).exit_code == 0
    for out, inside in (("all", []), ("in", ["--inside", folder / "tumour"])):
        done = run("score", folder / "ihc", "--out", folder / out, *inside)
        assert done.exit_code == 0, done.output
    return folder


def cells(out: Path) -> Cells:
    return read_csv(out / "cells.csv", "image")["case"]


def tumour_cells(found: Cells) -> Cells:
    return found.where(found.label != TIL)


def test_the_outline_of_a_slide_is_taken_as_it_is_by_score(pair: Path) -> None:
    every, inside = cells(pair / "all"), cells(pair / "in")
    outline = read_outline(pair / "tumour/case.geojson")
    assert 0.3 * len(every) < len(inside) < 0.7 * len(every)
    assert outline.inside(inside.xy).all()
    assert (inside.xy[:, 0] < TUMOUR + 64).all() and (every.xy[:, 0] > TUMOUR + 64).sum() > 500
    (row,), (slide,) = read(pair / "in/scores.csv"), read(pair / "tumour/slides.csv")
    assert row["warnings"].startswith(f"only inside the outline, {float(slide['tumour_mm2']):.3g} mm²")


def test_a_folder_of_outlines_counts_what_its_one_outline_counts(pair: Path, tmp_path: Path) -> None:
    assert run("score", pair / "ihc", "--out", tmp_path, "--inside", pair / "tumour/case.geojson").exit_code == 0
    assert (tmp_path / "cells.csv").read_bytes() == (pair / "in/cells.csv").read_bytes()


@pytest.mark.parametrize("out", ["all", "in"])
def test_the_circle_of_the_hot_spot_holds_500_tumour_cells_of_the_index_in_the_table(pair: Path, out: str) -> None:
    (feature,) = json.loads((pair / out / f"case{HOT_SPOT}").read_text())["features"]
    told = feature["properties"]
    held = tumour_cells(cells(pair / out))
    held = held.where(read_outline(pair / out / f"case{HOT_SPOT}").inside(held.xy))
    assert (told["objectType"], told["name"]) == ("annotation", "Hot spot")
    assert abs(len(held) - ENOUGH) <= 1  # corners cut the circle, and tables round
    (row,) = read(pair / out / "scores.csv")
    index = told["measurements"]["Ki-67 index"]
    assert float(row["hot_spot_index"]) == pytest.approx(index, abs=0.0006)
    assert (held.label == POSITIVE).mean() == pytest.approx(index, abs=0.003)
    assert index > float(row["ki67_index"]) + 0.03


def test_a_hot_spot_is_looked_for_inside_the_outline_alone(pair: Path, tmp_path: Path) -> None:
    """Where the outline leaves out what divides most, another place is the hottest."""
    shape = [(700, 300), (1100, 300), (1100, 1500), (700, 1500)]
    part = tmp_path / "part.geojson"
    part.write_text(json.dumps({"type": "Polygon", "coordinates": [shape]}))
    assert run("score", pair / "ihc", "--out", tmp_path / "out", "--inside", part).exit_code == 0
    (whole,), (less,) = read(pair / "in/scores.csv"), read(tmp_path / "out/scores.csv")
    assert float(less["hot_spot_index"]) < float(whole["hot_spot_index"])
    left, _, right, _ = read_outline(tmp_path / f"out/case{HOT_SPOT}").box
    x = (left + right) / 2
    assert 700 < x < 1100


def test_a_picture_gets_no_file_more_than_before(pair: Path, tmp_path: Path) -> None:
    Image.fromarray(ihc_section()[300:700, 300:700]).save(tmp_path / "field.png")
    assert run("score", tmp_path / "field.png", "--out", tmp_path / "out", "--mpp", UM).exit_code == 0
    assert {path.name for path in (tmp_path / "out").glob("field.*")} == {"field.png", "field.plain.jpg", "field.geojson"}
    (slide,) = {path.name for path in (pair / "in").glob("case.*")} - {"case.png", "case.plain.jpg", "case.geojson"}
    assert slide == f"case{HOT_SPOT}"


def few_cells(folder: Path) -> list[object]:
    """A slide of a field's size, and how it is scored."""
    write_pyramid(folder / "few.svs", ihc_section()[300:700, 300:700], UM)
    return ["score", folder / "few.svs", "--out", folder / "out"]


def test_a_slide_with_few_tumour_cells_has_no_hot_spot_and_says_so_in_an_empty_file(tmp_path: Path) -> None:
    assert run(*few_cells(tmp_path)).exit_code == 0
    assert json.loads((tmp_path / f"out/few{HOT_SPOT}").read_text())["features"] == []
    assert read(tmp_path / "out/scores.csv")[0]["hot_spot_index"] == ""


def test_a_slide_that_lost_its_hot_spot_is_scored_again_and_one_that_did_not_is_not(tmp_path: Path) -> None:
    command = few_cells(tmp_path)
    assert "earlier" not in run(*command).output and "1 of them earlier" in run(*command).output
    place = tmp_path / f"out/few{HOT_SPOT}"
    before = place.read_bytes()
    place.unlink()
    assert "earlier" not in run(*command).output
    assert place.read_bytes() == before


def test_what_stands_under_the_name_of_a_hot_spot_and_is_not_ours_stays(tmp_path: Path) -> None:
    place = tmp_path / f"out/few{HOT_SPOT}"
    place.parent.mkdir()
    place.write_text("mine")
    done = run(*few_cells(tmp_path))
    assert done.exit_code == 2 and "few.hotspot.geojson: was not written by ki67" in done.output + done.stderr
    assert place.read_text() == "mine"


def test_to_outline_the_tumour_on_the_ki67_slide_itself_is_warned_of(pair: Path, tmp_path: Path) -> None:
    assert outlined([pair / "ihc"], tmp_path, pair / "networks").exit_code == 0
    assert KI67_FOR_HE in read(tmp_path / "slides.csv")[0]["warnings"]
    assert KI67_FOR_HE not in read(pair / "tumour/slides.csv")[0]["warnings"]


def test_what_is_hot_lies_where_it_was_put_also_among_very_many_cells() -> None:
    """Of 60,000 tumour cells 600 in one corner divide: fewer places than one in a hundred would pass them by."""
    many = RNG.uniform(0, 40_000, (60_000, 2))
    cold = Cells.of_points(many, np.full(len(many), NEGATIVE), "image")
    hot = Cells.of_points(RNG.uniform(30_000, 30_600, (600, 2)), np.full(600, POSITIVE), "image")
    found = hot_spot(Cells.concatenate([cold, hot]))
    assert found.index > 0.9
    assert np.hypot(found.x - 30_300, found.y - 30_300) < 300 and found.radius < 500


def test_the_hot_spot_of_a_slide_with_padding_is_in_the_frame_of_qupath(tmp_path: Path) -> None:
    points = Cells.of_points(RNG.uniform(2000, 3000, (900, 2)), RNG.integers(1, 3, 900), "image")
    spot = hot_spot(points)
    write_hot_spot(tmp_path / "spot.geojson", "a", spot, (1500, 700), 0.25)
    left, top, right, bottom = read_outline(tmp_path / "spot.geojson").box
    assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((spot.x - 1500, spot.y - 700), abs=0.1)
    measured = json.loads((tmp_path / "spot.geojson").read_text())["features"][0]["properties"]["measurements"]
    assert measured["radius µm"] == pytest.approx((right - left) / 2 * 0.25, abs=0.1)


def test_a_square_has_the_index_of_its_own_tumour_cells_and_none_where_there_are_few() -> None:
    """Four squares: a quarter positive, all positive, one tumour cell too few, lymphocytes alone."""
    middles = np.array([[50, 50], [150, 50], [50, 150], [150, 150]]).repeat([40, 40, LEAST - 1, 40], axis=0)
    label = np.repeat([POSITIVE, NEGATIVE, POSITIVE, POSITIVE, TIL], [10, 30, 40, LEAST - 1, 40])
    found = index_map(Cells.of_points(middles + RNG.uniform(-40, 40, middles.shape), label, "view"), (200, 180), 100)
    assert np.array_equal(found, [[0.25, 1.0], [np.nan, np.nan]], equal_nan=True)


def test_the_map_is_blue_where_cells_rest_orange_where_they_divide_and_leaves_the_rest_as_it_is() -> None:
    view, um = np.full((400, 600, 3), 230, np.uint8), 1.0
    left, middle = RNG.uniform(0, 100, (300, 2)), RNG.uniform((100, 0), (200, 100), (300, 2))
    found = Cells.of_points(np.concatenate([left, middle]), np.repeat([NEGATIVE, POSITIVE], 300), "view")
    shown = np.asarray(mapped(view, found, um)).astype(int)
    for x, label in ((50, NEGATIVE), (150, POSITIVE)):
        assert shown[50, x] == pytest.approx(0.4 * 230 + 0.6 * np.array(QUPATH_CLASSES[label][1]), abs=1)
    assert (shown[:300, 200:] == 230).all() and (shown[100:300] == 230).all()
    assert (shown[360:] != 230).any()  # the scale


PEAK = """
import re, sys
from pathlib import Path
from ki67.engine.model import load_model
from ki67.pictures.header import header
from ki67.score.scorer import CellScorer
from ki67.weights import NETWORK
with CellScorer(load_model(NETWORK), "float32", at_once=1) as scorer:
    found = scorer.score("a", header(Path(sys.argv[1]))).cells
print(len(found), re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def peak(path: Path) -> tuple[int, float]:
    """Cells of a slide and the most kilobytes that a process of its own had to hold for them."""
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    found, held = done.stdout.split()
    return int(found), float(held)


def section_in_the_middle(path: Path, side: int) -> Path:
    """The same tissue on more glass, at a scale that leaves few windows to a network and many pixels to each."""
    picture = np.full((side, side, 3), 243, np.uint8)
    field = render_field(5, 3, 1).image
    picture[side // 2 : side // 2 + len(field), side // 2 : side // 2 + len(field)] = field
    return write_pyramid(path, picture, 0.135)


@pytest.mark.slow
def test_a_slide_four_times_as_large_takes_no_more_memory(tmp_path: Path) -> None:
    (few, small), (many, large) = (peak(section_in_the_middle(tmp_path / f"{side}.svs", side)) for side in (6000, 12_000))
    assert few > 200 and many == pytest.approx(few, rel=0.1)
    assert large < 1.2 * small
