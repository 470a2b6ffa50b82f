"""`ki67 slide` from end to end, with made-up networks: what is purple is tumour, and the refiner believes the heat map."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openslide
import pytest
import tifffile
from made import content
from PIL import Image
from scipy import ndimage
from slide_networks import SIDE, UM, outlined, section, write_networks, write_slide
from tile_network import glass, read
from typer.testing import CliRunner, Result

from ki67.cli.main import app
from ki67.pictures.outline import check_within, read_outline
from ki67.pictures.written import STATE
from ki67.slides.drawing import MAP_UM
from ki67.slides.heating import Heater
from ki67.slides.model import load_slide_model
from ki67.slides.results import PATCHES, SLIDES


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_networks(tmp_path_factory.mktemp("networks"))


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tissue among glass on a slide of odd sides, and bare glass."""
    folder = tmp_path_factory.mktemp("slides")
    write_slide(folder / "a.tif", section())
    write_slide(folder / "glass.tif", glass(1500, 1300))
    return folder


@pytest.fixture(scope="module")
def done(slides: Path, networks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert outlined([slides], out, networks).exit_code == 0
    return out


def table(out: Path, name: str = "slides.csv") -> dict[str, dict[str, str]]:
    return {row["slide"]: row for row in read(out / name)}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["slide", *map(str, arguments)])


def test_a_row_a_slide_and_a_row_a_patch(done: Path) -> None:
    rows, patches = table(done), read(done / "patches.csv")
    assert list(rows) == ["a", "glass"]
    assert tuple(rows["a"]) == SLIDES.columns and tuple(patches[0]) == PATCHES.columns
    assert len(patches) == int(rows["a"]["patches"]) == 16
    assert {(int(p["x"]), int(p["y"])) for p in patches} == {(512 * c, 512 * r) for c in range(1, 5) for r in range(1, 5)}
    assert {p["probability"] for p in patches if p["column"] in "12" and p["row"] != "4"} == {"1.0000"}
    assert {p["probability"] for p in patches if p["column"] == "4"} == {"0.0000"}
    assert float(rows["a"]["tissue_mm2"]) == pytest.approx(2137 * 2029 * UM**2 / 1e6, rel=0.02)
    assert float(rows["a"]["tumour_share"]) == pytest.approx(0.47, abs=0.01)  # up to the middle of the third of four columns
    assert rows["a"]["warnings"] == ""


def test_a_slide_without_tissue_has_no_share_and_says_so(done: Path) -> None:
    row = table(done)["glass"]
    assert (row["tissue_mm2"], row["tumour_mm2"], row["tumour_share"], row["patches"]) == ("0.0000", "0.0000", "not defined", "0")
    assert row["warnings"] == "no tissue"
    assert json.loads((done / "glass.geojson").read_text())["features"] == []


def test_outline_and_maps_lie_on_the_slide_unshifted(done: Path, slides: Path) -> None:
    """A patch is half purple from 1536 on: the border runs through the middle of where probabilities meet."""
    (polygon,) = read_outline(done / "a.geojson").polygons
    low, high = polygon[0].min(axis=0), polygon[0].max(axis=0)
    step = 3149 / SIDE
    assert low == pytest.approx((512, 512), abs=1.5 * step)
    assert high == pytest.approx((512 + 2137 / 2, 2541), abs=3 * step)
    with openslide.OpenSlide(slides / "a.tif") as whole:
        width, height = whole.dimensions
    for ending in (".heat.tif", ".mask.tif"):
        with openslide.OpenSlide(done / f"a{ending}") as found:
            um = [float(found.properties[f"openslide.mpp-{axis}"]) for axis in "xy"]
            assert um == pytest.approx([MAP_UM, MAP_UM], rel=0.01)
            assert [side * um[0] for side in found.dimensions] == pytest.approx([width * UM, height * UM], abs=MAP_UM)
    mask, heat = (tifffile.imread(done / f"a{ending}") for ending in (".mask.tif", ".heat.tif"))
    assert set(np.unique(mask)) == {0, 255}
    scale = mask.shape[1] / width
    drawn = read_outline(done / "a.geojson").of((width, height), mask.shape[::-1]).mask(0, 0, *mask.shape[::-1])
    assert (drawn == (mask > 0)).mean() > 0.99
    assert heat[round(1024 * scale), round(1024 * scale)] == 255 and heat[round(1024 * scale), round(2400 * scale)] == 0


def test_the_picture_shows_the_tumour_in_full_colour_within_its_border_and_the_rest_paler(done: Path) -> None:
    marked, plain = (np.asarray(Image.open(done / f"a{ending}").convert("RGB")).astype(int) for ending in (".png", ".plain.jpg"))
    height, width = plain.shape[:2]
    tumour = read_outline(done / "a.geojson").of((3149, 2941), (width, height)).mask(0, 0, width, height)
    inside, outside = ndimage.binary_erosion(tumour, iterations=6), ~ndimage.binary_dilation(tumour, iterations=6)
    assert 0.05 < inside.mean() < outside.mean()
    assert np.abs(marked - plain)[inside].mean() < 1  # JPEG changes as much
    assert np.abs((255 - marked) * 2 - (255 - plain))[outside].mean() < 1
    assert (255 - plain)[outside & (plain[..., 1] < 200)].mean() > 50
    border = tumour & ~ndimage.binary_erosion(tumour)
    assert (marked[border].max(axis=1) < 60).mean() > 0.5


def test_the_report_and_the_record_name_both_networks(done: Path, networks: Path) -> None:
    page, record = (done / "report.html").read_text(), json.loads((done / "run.json").read_text())
    assert "The networks purple and trusting were trained on made-up data." in page
    assert "http://" not in page and "https://" not in page and page.count("<tr>") == 3
    assert record["command"] == "slide" and record["model"]["sha256"] == load_slide_model(networks).digest
    assert not any(word in json.dumps(record) for word in ("time", "date"))


def test_the_same_slides_give_the_same_bytes_and_are_not_done_again(
    done: Path, slides: Path, networks: Path, tmp_path: Path
) -> None:
    assert outlined([slides], tmp_path, networks).skipped == 0
    assert content(tmp_path) == content(done)
    assert outlined([slides], tmp_path, networks).skipped == 2
    assert outlined([slides], tmp_path, write_networks(tmp_path / "other", threshold=0.9)).skipped == 0


@pytest.mark.parametrize(("whole", "torn"), [(0, 0), (0, 20), (1, 0), (2, 20), (4, 1)])  # of a line of the key and four of rows
def test_a_run_that_ended_at_any_byte_asks_for_the_rest_alone_and_ends_in_the_same_bytes(
    done: Path, slides: Path, networks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: int, torn: int
) -> None:
    lines = (done / STATE / "a.rows").read_bytes().splitlines(keepends=True)
    assert len(lines) == 5
    (tmp_path / STATE).mkdir()
    (tmp_path / STATE / "a.rows").write_bytes(b"".join(lines[:whole]) + lines[whole][:torn])
    asked, rows = [], Heater.rows
    monkeypatch.setattr(Heater, "rows", lambda heater, slide, grid, left: asked.extend(left) or rows(heater, slide, grid, left))
    outlined([slides], tmp_path, networks)
    assert len(asked) == 16 - 4 * max(whole - 1, 0)
    assert content(tmp_path) == content(done)


def test_the_outline_is_one_that_other_commands_take_with_inside(done: Path) -> None:
    outline = read_outline(done / "a.geojson")
    check_within(outline, (3149, 2941), 100)
    assert outline.mm2(UM) == pytest.approx(float(table(done)["a"]["tumour_mm2"]), rel=0.01)


def test_what_another_slide_or_network_left_is_not_taken(done: Path, slides: Path, networks: Path, tmp_path: Path) -> None:
    (tmp_path / STATE).mkdir()
    kept = (done / STATE / "a.rows").read_text()
    (tmp_path / STATE / "a.rows").write_text(kept.replace("1.0, 1.0", "0.5, 0.5").replace('"key": "[', '"key": "[0'))
    outlined([slides], tmp_path, networks)
    assert content(tmp_path) == content(done)


def test_in_other_numbers_a_slide_is_asked_anew_and_the_record_says_so(slides: Path, networks: Path, tmp_path: Path) -> None:
    heads, said = [], []
    for numbers in ("float32", "bfloat16"):
        done = run(slides / "a.tif", "--out", tmp_path, "--model", networks, "--precision", numbers)
        assert done.exit_code == 0 and "1 picture scored" in done.output
        heads.append((tmp_path / STATE / "a.rows").read_text().splitlines()[0])
        said.append(json.loads((tmp_path / "run.json").read_text())["precision"])
    assert said == ["float32", "bfloat16"] and heads[0] != heads[1]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped_goes_on_where_it_was(
    done: Path, slides: Path, networks: Path, tmp_path: Path, how: signal.Signals
) -> None:
    code = "from ki67.cli.main import main; main()"
    command = [sys.executable, "-c", code, "slide", str(slides), "--out", str(tmp_path), "--model", str(networks)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not list((tmp_path / STATE).glob("*.rows")):
            assert process.poll() is None, "it ended before it could be stopped"
            time.sleep(0.002)
        process.send_signal(how)
    assert process.returncode != 0
    outlined([slides], tmp_path, networks)
    assert {name: data for name, data in content(tmp_path).items() if not name.endswith(".partial")} == content(done)
