"""Slides through the same door as pictures, for both tools; and of either only what lies inside an outline."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from made_slides import write_pyramid
from PIL import Image
from tile_network import HALF_UM, PURPLE, glass, read, saved, tissue
from typer.testing import CliRunner, Result

from ki67.base.errors import InputError
from ki67.cells.cells import Cells, read_csv
from ki67.cells.metrics import match_one_to_one
from ki67.cli.main import app
from ki67.engine.model import load_model
from ki67.pictures import header as head
from ki67.pictures.drawing import OBJECTS
from ki67.pictures.header import Header, header
from ki67.pictures.inputs import pictures
from ki67.pictures.outline import read_outline
from ki67.pictures.reader import open_regions
from ki67.pictures.slide import Slide
from ki67.score.scorer import CellScorer
from ki67.simulate import render_field
from ki67.weights import NETWORK

UM = 0.5


def polygon(path: Path, *rings: list[tuple[float, float]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": rings}, "properties": {}}))
    return path


def box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def stained() -> np.ndarray:
    """Simulated fields side by side at half a micrometre a pixel."""
    fields = [Image.fromarray(render_field(5, patient, 1).image).reduce(3) for patient in (1, 2, 3)]
    return np.concatenate([np.asarray(field) for field in fields], axis=1)


@pytest.fixture(scope="module")
def whole(stained: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same pixels as a slide and as a picture, scored."""
    folder = tmp_path_factory.mktemp("whole")
    write_pyramid(folder / "in/slide.svs", stained, UM)
    saved(stained, folder / "in/picture.png", **HALF_UM)
    assert run("score", folder / "in", "--out", folder / "out").exit_code == 0
    return folder


def cells(folder: Path) -> dict[str, Cells]:
    return read_csv(folder / "out/cells.csv", "image")


def test_a_slide_has_the_cells_that_its_pixels_have_as_a_picture(whole: Path) -> None:
    slide, picture = cells(whole)["slide"], cells(whole)["picture"]
    apart = match_one_to_one(picture.xy, slide.xy, 1.5)
    assert len(picture) > 300
    assert apart.fp + apart.fn <= 0.01 * len(picture)
    rows = {row["image"]: row for row in read(whole / "out/scores.csv")}
    assert rows["slide"]["um_per_px"] == rows["picture"]["um_per_px"] == "0.5"
    assert float(rows["slide"]["ki67_index"]) == pytest.approx(float(rows["picture"]["ki67_index"]), abs=0.005)


@pytest.mark.parametrize("kind", ["slide.svs", "picture.png"])
def test_only_cells_inside_the_outline_are_counted_and_that_is_said(whole: Path, tmp_path: Path, kind: str) -> None:
    outline = polygon(tmp_path / "part.geojson", box(500, 20, 1100, 380), box(700, 100, 900, 300))
    done = run("score", whole / "in" / kind, "--out", tmp_path / "out", "--inside", outline)
    assert done.exit_code == 0, done.output
    name = kind.partition(".")[0]
    every, found = cells(whole)[name], cells(tmp_path)[name]
    kept = every.where(read_outline(outline).inside(every.xy))
    assert 0 < len(found) < 0.5 * len(every)
    apart = match_one_to_one(kept.xy, found.xy, 0.1)
    assert apart.fp + apart.fn <= 2  # where a window that is left out had the surer twin
    (row,) = read(tmp_path / "out/scores.csv")
    assert int(row["n_positive"]) + int(row["n_negative"]) + int(row["n_til"]) == len(found)
    said, _, _ = row["warnings"].partition(" mm²; ")
    assert said.startswith("only inside the outline, ")
    assert float(said.rpartition(" ")[2]) == pytest.approx((600 * 360 - 200 * 200) * (UM / 1000) ** 2, rel=0.005)
    report = (tmp_path / "out/report.html").read_text()
    assert "Only what lies inside the outlines was looked at, 0.0" in report and said in report
    record = json.loads((tmp_path / "out/run.json").read_text())
    assert record["inside_sha256"] == read_outline(outline).digest and record["inside"] == str(outline)


def test_another_outline_is_another_result_and_the_same_one_is_not(whole: Path, tmp_path: Path) -> None:
    outline = polygon(tmp_path / "part.geojson", box(500, 20, 1100, 380))
    again = ["score", whole / "in/picture.png", "--out", tmp_path / "out", "--inside", outline]
    first = run(*again).output
    assert "earlier" not in first and "1 of them earlier" in run(*again).output
    before = len(cells(tmp_path)["picture"])
    polygon(outline, box(500, 20, 800, 380))
    assert "earlier" not in run(*again).output
    assert 0 < len(cells(tmp_path)["picture"]) < before


def test_what_an_outline_does_not_touch_is_not_read(stained: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pyramid(tmp_path / "slide.svs", np.tile(stained, (3, 1, 1)), UM)
    asked, read_on = [], Slide.read
    monkeypatch.setattr(Slide, "read", lambda slide, region: asked.append(region) or read_on(slide, region))
    outline = polygon(tmp_path / "part.geojson", box(30, 30, 130, 130))
    assert run("score", tmp_path / "slide.svs", "--out", tmp_path / "out", "--inside", outline).exit_code == 0
    assert len([region for region in asked if region.x >= 400 or region.y >= 400]) == 0


def test_a_folder_has_an_outline_for_each_and_who_lacks_one_fails_alone(whole: Path, tmp_path: Path) -> None:
    polygon(tmp_path / "outlines/slide.geojson", box(0, 0, 400, 400))
    done = run("score", whole / "in", "--out", tmp_path / "out", "--inside", tmp_path / "outlines")
    assert done.exit_code == 1
    assert list(cells(tmp_path)) == ["slide"]
    assert "outlines/picture.geojson: cannot be read (No such file or directory)" in done.output + done.stderr
    record = json.loads((tmp_path / "out/run.json").read_text())
    assert list(record["inside_sha256"]) == ["slide"]


@pytest.mark.parametrize("command", ["score", "cellularity"])
def test_an_outline_that_is_none_is_refused_before_anything_is_written(whole: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "bad.geojson").write_text("[]")
    done = run(command, whole / "in", "--out", tmp_path / "out", "--inside", tmp_path / "bad.geojson")
    assert isinstance(done.exception, InputError) and "holds no polygon" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_an_outline_of_another_picture_costs_that_picture(whole: Path, tmp_path: Path) -> None:
    outline = polygon(tmp_path / "other.geojson", box(5000, 20, 9000, 380))
    done = run("score", whole / "in/slide.svs", "--out", tmp_path / "out", "--inside", outline)
    assert done.exit_code == 2
    assert "beyond the picture's 1230×410 pixels" in done.output + done.stderr


def graded_inside(folder: Path, purple_network: Path, picture: np.ndarray, outline: Path) -> dict[str, str]:
    write_pyramid(folder / "tiles.svs", picture, UM)
    done = run("cellularity", folder / "tiles.svs", "--out", folder / "out", "--model", purple_network, "--inside", outline)
    assert done.exit_code == 0, done.output
    (row,) = read(folder / "out/cellularity.csv")
    return row


def test_tiles_weigh_what_of_their_tissue_lies_inside(tmp_path: Path, purple_network: Path) -> None:
    picture = np.concatenate([tissue(512, 512, 1.0), tissue(512, 512, 0.0), glass(512, 512)], axis=1)
    row = graded_inside(tmp_path, purple_network, picture, polygon(tmp_path / "part.geojson", box(384, 0, 1024, 512)))
    assert (row["tiles"], row["tiles_with_tissue"]) == ("2", "2")
    assert float(row["cellularity"]) == pytest.approx(0.2, abs=0.01)  # a quarter of a purple tile, the whole of a pink one
    assert float(row["tissue_share"]) == pytest.approx(1.0, abs=0.01)
    assert row["warnings"].startswith("only inside the outline, 0.0819")
    shares = [float(tile["tissue_share"]) for tile in read(tmp_path / "out/tiles.csv")]
    assert shares == pytest.approx([0.25, 1.0], abs=0.01)


def test_a_slide_has_the_cellularity_of_its_pixels_as_a_picture(tmp_path: Path, purple_network: Path) -> None:
    picture = np.concatenate([tissue(700, 900, 0.4), glass(333, 900)], axis=1)
    write_pyramid(tmp_path / "in/slide.svs", picture, UM)
    saved(picture, tmp_path / "in/picture.png", **HALF_UM)
    assert run("cellularity", tmp_path / "in", "--out", tmp_path / "out", "--model", purple_network).exit_code == 0
    slide, png = sorted(read(tmp_path / "out/cellularity.csv"), key=lambda row: row["image"], reverse=True)
    assert slide | {"image": ""} == png | {"image": ""}
    assert [row["cellularity"] for row in read(tmp_path / "out/tiles.csv") if row["image"] == "slide"] == [
        row["cellularity"] for row in read(tmp_path / "out/tiles.csv") if row["image"] == "picture"
    ]


def test_a_table_gives_each_slide_its_scale(whole: Path, tmp_path: Path, stained: np.ndarray) -> None:
    for name in ("a", "b", "c"):
        write_pyramid(tmp_path / f"in/{name}.svs", stained, None)
    (tmp_path / "mpp.csv").write_text("slide,um_per_px\na.svs,0.5\nb,0.45\n")
    done = run("score", tmp_path / "in", "--out", tmp_path / "out", "--mpp", tmp_path / "mpp.csv")
    assert done.exit_code == 1
    assert [(row["image"], row["um_per_px"]) for row in read(tmp_path / "out/scores.csv")] == [("a", "0.5"), ("b", "0.45")]
    assert "c.svs: its scale is not known; give it in micrometres per pixel with --mpp" in done.output + done.stderr
    assert json.loads((tmp_path / "out/run.json").read_text())["um_per_px"] == {"a": 0.5, "b": 0.45}
    (tmp_path / "mpp.csv").write_text("slide,um_per_px\na.svs,0.5\nb,0.4\n")
    assert "1 of them earlier" in run("score", tmp_path / "in", "--out", tmp_path / "out", "--mpp", tmp_path / "mpp.csv").output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("slide,mpp\na,1\n", "needs the columns"), ("slide,um_per_px\na,ten\n", "line 2"), ("slide,um_per_px\na,0\n", "line 2"),
        ("slide,um_per_px\na,nan\n", "line 2"), ("slide,um_per_px\na,1\na.svs,2\n", "line 3"),
        ("slide,um_per_px\n,1\n", "line 2"),
    ],
)  # fmt: skip
def test_a_table_of_scales_that_is_none_is_one_line(whole: Path, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mpp.csv").write_text(text)
    done = run("score", whole / "in", "--out", tmp_path / "out", "--mpp", tmp_path / "mpp.csv")
    assert isinstance(done.exception, InputError) and says in str(done.exception)


def test_no_number_of_pixels_is_too_many_for_a_slide(whole: Path) -> None:
    assert header(whole / "in/slide.svs", 1000).kind == "slide"
    with pytest.raises(InputError, match="more than 1,000 pixels"):
        header(whole / "in/picture.png", 1000)


def large(path: Path, monkeypatch: pytest.MonkeyPatch) -> Header:
    monkeypatch.setattr(head, "AT_ONCE", 10_000)
    return header(path, 10**9)


def test_a_large_tiff_is_a_slide_where_it_is_a_pyramid_in_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.full((300, 500, 3), 200, np.uint8)
    path = write_pyramid(tmp_path / "a.tif", pixels, UM)
    assert header(path).kind == "TIFF"
    found = large(path, monkeypatch)
    assert (found.kind, found.width, found.height, found.um_per_px) == ("slide", 500, 300, UM)
    assert isinstance(open_regions(found, UM, UM), Slide)
    tifffile.imwrite(tmp_path / "flat.tif", pixels, tile=(128, 128), photometric="rgb")
    assert large(tmp_path / "flat.tif", monkeypatch).kind == "TIFF"


def test_what_is_no_colour_in_8_bits_or_holds_several_pictures_stays_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = {"tile": (128, 128), "photometric": "rgb", "metadata": None}
    with tifffile.TiffWriter(tmp_path / "stack.tif") as file:
        for _ in range(3):
            file.write(np.full((300, 500, 3), 200, np.uint8), **way)
    with pytest.raises(InputError, match="holds 3 pages"):
        large(tmp_path / "stack.tif", monkeypatch)
    with tifffile.TiffWriter(tmp_path / "deep.tif") as file:
        for side in (400, 200):
            file.write(np.full((side, side), 999, np.uint16), subfiletype=int(side < 400), tile=(128, 128), metadata=None)
    with pytest.raises(InputError, match="16-bit"):
        large(tmp_path / "deep.tif", monkeypatch)
    saved(np.full((300, 500, 3), 200, np.uint8), tmp_path / "photo.svs", format="JPEG")
    with pytest.raises(InputError, match="no slide that OpenSlide knows"):
        header(tmp_path / "photo.svs")


def test_a_tile_that_is_damaged_is_left_white_and_said(stained: np.ndarray, tmp_path: Path) -> None:
    path = write_pyramid(tmp_path / "slide.svs", stained, UM, tile=256)
    with tifffile.TiffFile(path) as file:
        start, length = file.pages[0].dataoffsets[1], file.pages[0].databytecounts[1]
    data = bytearray(path.read_bytes())
    data[start : start + length] = bytes(length)
    path.write_bytes(data)
    done = run("score", path, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    (row,) = read(tmp_path / "out/scores.csv")
    assert "parts of it cannot be read (level 0, 256, 0: damaged, left white)" in row["warnings"]
    assert int(row["n_negative"]) > 100


def test_where_a_slide_has_padding_outlines_and_objects_are_in_the_frame_of_qupath(
    stained: np.ndarray, whole: Path, tmp_path: Path
) -> None:
    outline = read_outline(polygon(tmp_path / "part.geojson", box(0, 0, 300, 300)))
    told = replace(header(whole / "in/slide.svs"), outline=outline, corner=(500, 60))
    with CellScorer(load_model(NETWORK), "float32") as scorer:
        scored = scorer.score("slide", told)
    left, top = scored.cells.xy.min(axis=0)
    right, bottom = scored.cells.xy.max(axis=0)
    assert 500 <= left < 540 and 60 <= top < 100 and 760 < right <= 800 and 320 < bottom <= 360
    scored.files()[OBJECTS](tmp_path / "objects.geojson")
    assert np.abs(Cells.from_geojson(tmp_path / "objects.geojson").xy - scored.cells.xy + (500, 60)).max() < 0.01


def test_of_the_files_of_a_dicom_slide_the_largest_stands_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("a/0.dcm", 10), ("a/1.dcm", 30), ("a/2.dcm", 20), ("b/0.dcm", 5), ("a/x.dcm", 1), ("a/y.dcm", 2)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    saved(np.full((9, 9, 3), 9, np.uint8), tmp_path / "a/z.png")
    monkeypatch.setattr("ki67.pictures.inputs.series_of", lambda path: path.parent.name if path.stem.isdecimal() else None)
    assert [picture.name for picture in pictures([tmp_path]).pictures] == ["a/1", "a/x", "a/y", "a/z", "b/0"]


def test_who_scores_ordinary_pictures_loads_no_openslide(tmp_path: Path) -> None:
    saved(np.full((60, 50, 3), PURPLE, np.uint8), tmp_path / "a.tif", **HALF_UM)
    code = (
        "import sys; from pathlib import Path; import ki67.score.command, ki67.tiles.command; "
        "from ki67.pictures.header import header; from ki67.pictures.reader import open_regions; "
        f"open_regions(header(Path({str(tmp_path / 'a.tif')!r})), 0.5, 1.0); "
        "print([name for name in ('openslide', 'tifffile') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
