"""`ki67 cellularity` from end to end, with a made-up network whose score is the share of dark purple pixels."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from tile_network import GLASS, PINK, PURPLE, graph, write_network
from typer.testing import CliRunner

from ki67.cli import app
from ki67.errors import InputError
from ki67.graphs import ov
from ki67.scoring import pixels
from ki67.scoring.batch import Done
from ki67.scoring.keeping import KEPT
from ki67.scoring.opening import header
from ki67.tiles import model as models
from ki67.tiles.grid import SIDE, Part, Tile, bands, mean_cellularity, parts
from ki67.tiles.look import familiar, look, unlike
from ki67.tiles.model import load_model
from ki67.tiles.results import COLUMNS, TILE_COLUMNS, Result
from ki67.tiles.run import Job, score_pictures
from ki67.tiles.scorer import Scorer

RNG = np.random.default_rng(5)
HALF_UM = {"dpi": (50_800, 50_800)}  # half a micrometre a pixel


def tissue(width: int, height: int, purple: float) -> np.ndarray:
    """Pink, its left part purple."""
    picture = np.full((height, width, 3), PINK, np.uint8)
    picture[:, : round(width * purple)] = PURPLE
    return picture


def glass(width: int, height: int) -> np.ndarray:
    return np.full((height, width, 3), GLASS, np.uint8)


def slide() -> np.ndarray:
    """Two rows of patches, and what is left over at the right and the bottom: tissue of three kinds among glass."""
    top = np.concatenate([tissue(512, 512, 0.5), tissue(512, 512, 1.0), glass(200, 512)], axis=1)
    bottom = np.concatenate([glass(512, 600), tissue(712, 600, 0.25)], axis=1)
    return np.concatenate([top, bottom])


def saved(picture: np.ndarray, path: Path, **how: object) -> Path:
    Image.fromarray(picture).save(path, **how)
    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_network(tmp_path_factory.mktemp("purple"))


@pytest.fixture(scope="module")
def sections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published patch, a part of a slide, and bare glass."""
    folder = tmp_path_factory.mktemp("sections")
    saved(tissue(512, 512, 0.25), folder / "123_4.tif")
    saved(slide(), folder / "slide.png", **HALF_UM)
    saved(glass(700, 600), folder / "glass.png", **HALF_UM)
    return folder


def scored(paths: list[Path], out: Path, network: Path, um_per_px: float | None = None) -> Done[Result]:
    return score_pictures(Job(paths, out, um_per_px), load_model(network))


@pytest.fixture(scope="module")
def result(sections: Path, network: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert scored([sections], out, network).code == 0
    return out


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def table(out: Path) -> dict[str, dict[str, str]]:
    return {row["image"]: row for row in read(out / "cellularity.csv")}


def content(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_a_row_a_picture_and_a_row_a_tile(result: Path) -> None:
    rows, tiles = table(result), read(result / "tiles.csv")
    assert list(rows) == ["123_4", "glass", "slide"]
    assert tuple(rows["slide"]) == COLUMNS
    assert tuple(tiles[0]) == TILE_COLUMNS
    for name, row in rows.items():
        own = [tile for tile in tiles if tile["image"] == name]
        assert len(own) == int(row["tiles"])
        assert sum(tile["cellularity"] != "no tissue" for tile in own) == int(row["tiles_with_tissue"])


def test_a_published_patch_is_one_tile_at_its_own_scale(result: Path) -> None:
    row = table(result)["123_4"]
    assert (row["cellularity"], row["tiles"], row["tissue_share"]) == ("0.2500", "1", "1.0000")
    assert (row["um_per_px"], row["scale_from"]) == ("0.5", "published patch")


def test_tiles_leave_no_gap_and_their_mean_by_tissue_is_the_pictures(result: Path) -> None:
    tiles = [tile for tile in read(result / "tiles.csv") if tile["image"] == "slide"]
    covered = np.zeros(slide().shape[:2], int)
    weights, values = [], []
    for tile in tiles:
        x, y, width, height = (int(tile[name]) for name in ("x", "y", "width", "height"))
        covered[y : y + height, x : x + width] += 1
        if tile["cellularity"] != "no tissue":
            weights.append(width * height * float(tile["tissue_share"]))
            values.append(float(tile["cellularity"]))
    assert (covered == 1).all()
    assert np.average(values, weights=weights) == pytest.approx(float(table(result)["slide"]["cellularity"]), abs=1e-3)
    assert np.mean(values) != pytest.approx(np.average(values, weights=weights), abs=0.01)


def test_tiles_say_what_lies_under_them(result: Path) -> None:
    tiles = {(int(t["x"]), int(t["y"])): t for t in read(result / "tiles.csv") if t["image"] == "slide"}
    assert [tiles[place]["cellularity"] for place in ((0, 0), (512, 0), (0, 512))] == ["0.5000", "1.0000", "no tissue"]
    assert tiles[1024, 0]["tissue_share"] == "0.0000"


def test_glass_is_no_tissue_and_not_cellularity_0(result: Path) -> None:
    row = table(result)["glass"]
    assert (row["cellularity"], row["tiles_with_tissue"]) == ("not defined", "0")
    assert row["warnings"] == "no tissue: the cellularity is not defined"
    with Image.open(result / "glass.png") as drawn:
        colours = np.asarray(drawn)[:600]
    assert (colours.max(axis=2) == colours.min(axis=2)).all()


def test_glass_beside_tissue_does_not_thin_it(network: Path, tmp_path: Path) -> None:
    both = np.concatenate([tissue(512, 512, 0.5), glass(512, 512)], axis=1)
    scored([saved(both, tmp_path / "a.png", **HALF_UM)], tmp_path / "out", network)
    assert table(tmp_path / "out")["a"]["cellularity"] == "0.5000"


def test_the_heat_map_is_bounded_and_darker_where_there_is_more(result: Path, network: Path, tmp_path: Path) -> None:
    with Image.open(result / "slide.png") as drawn:
        shown = np.asarray(drawn).astype(int)
        assert drawn.size[0] == slide().shape[1]
    dense, thin = shown[100:150, 600:650], shown[100:150, 300:350]  # purple of the full tile, pink of the half one
    assert np.ptp(dense, axis=2).mean() > 40
    assert dense.mean() < thin.mean() - 20
    scored([saved(tissue(4000, 300, 0.5), tmp_path / "long.png")], tmp_path / "out", network, 1.0)
    with Image.open(tmp_path / "out/long.png") as drawn:
        assert drawn.width <= 1600


def test_the_report_asks_for_nothing_from_outside(result: Path) -> None:
    page = (result / "report.html").read_text()
    assert "http://" not in page and "https://" not in page
    assert "research use only" in page.lower()
    assert "trained on made-up data" in page
    assert page.count("<tr>") == 4  # the heads and three pictures
    assert "<td>published patch</td>" in page


def test_the_record_says_what_was_run_and_nothing_of_when(result: Path, network: Path) -> None:
    record = json.loads((result / "run.json").read_text())
    assert record["command"] == "cellularity"
    assert record["model"]["sha256"] == load_model(network).digest
    assert not any(word in json.dumps(record) for word in ("time", "date"))


def test_the_same_pictures_give_the_same_bytes(result: Path, sections: Path, network: Path, tmp_path: Path) -> None:
    scored([sections], tmp_path, network)
    assert content(tmp_path) == content(result)


def test_what_is_done_is_not_done_again_unless_it_changed(sections: Path, network: Path, tmp_path: Path) -> None:
    pictures, out = shutil.copytree(sections, tmp_path / "in"), tmp_path / "out"
    assert scored([pictures], out, network).skipped == 0
    before = content(out)
    assert scored([pictures], out, network).skipped == 3
    assert content(out) == before
    saved(tissue(512, 512, 0.75), pictures / "123_4.tif")
    assert scored([pictures], out, network).skipped == 2
    assert table(out)["123_4"]["cellularity"] == "0.7500"
    assert scored([pictures], out, network, um_per_px=0.6).skipped == 0
    assert scored([pictures], out, write_network(tmp_path / "other", source="another"), um_per_px=0.6).skipped == 0


def test_a_killed_run_goes_on_where_it_was(result: Path, sections: Path, network: Path, tmp_path: Path) -> None:
    code = "import sys; from ki67.cli import main; main()"
    command = [sys.executable, "-c", code, "cellularity", str(sections), "--out", str(tmp_path), "--model", str(network)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not list((tmp_path / KEPT).glob("*.json")):
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert 1 <= scored([sections], tmp_path, network).skipped <= 3
    assert {name: data for name, data in content(tmp_path).items() if not name.endswith(".partial")} == content(result)


def test_bad_pictures_are_listed_and_the_others_done(sections: Path, network: Path, tmp_path: Path) -> None:
    pictures, out = tmp_path / "in", tmp_path / "out"
    pictures.mkdir()
    shutil.copy(sections / "123_4.tif", pictures)
    noise = Image.fromarray(RNG.integers(0, 256, (300, 300, 3), np.uint8))
    noise.save(pictures / "cut.png", **HALF_UM)
    (pictures / "cut.png").write_bytes((pictures / "cut.png").read_bytes()[:20_000])
    (pictures / "empty.jpg").touch()
    Image.new("L", (512, 512)).save(pictures / "grey.png")
    saved(tissue(200, 600, 0.5), pictures / "narrow.png", **HALF_UM)
    saved(tissue(600, 600, 0.5), pictures / "unknown.png")
    saved(tissue(3000, 2000, 0.5), pictures / "vast.png", **HALF_UM)
    arguments = ["--model", str(network), "--max-pixels", "5000000"]
    done = CliRunner().invoke(app, ["cellularity", str(pictures), "--out", str(out), *arguments])
    assert done.exit_code == 1
    assert "1 pictures scored; 6 could not be scored" in done.output
    for why in (
        "cut.png: damaged", "empty.jpg: the file is empty", "grey.png: the picture is grey", "with --mpp",
        "narrow.png: 200×600 at 0.5 µm/px; 128 µm at least are needed", "allow it with --max-pixels",
    ):  # fmt: skip
        assert sum(why in line for line in done.output.splitlines()) == 1, why
    assert list(table(out)) == ["123_4"]
    assert "unknown.png" in (out / "report.html").read_text()


def test_where_nothing_can_be_done_the_code_says_so(network: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    arguments = [str(tmp_path / "empty.jpg"), "--out", str(tmp_path / "out"), "--model", str(network)]
    assert CliRunner().invoke(app, ["cellularity", *arguments]).exit_code == 2
    assert not (tmp_path / "out/cellularity.csv").exists()


def test_tables_of_two_commands_are_not_mixed(sections: Path, network: Path, tmp_path: Path) -> None:
    (tmp_path / "scores.csv").touch()
    with pytest.raises(InputError, match=r"holds the results of another command \(scores\.csv\); name another folder"):
        scored([sections], tmp_path, network)


def test_the_user_knows_the_scale_better_than_the_file_and_the_file_better_than_the_size(network: Path, tmp_path: Path) -> None:
    scorer = Scorer(load_model(network))
    bare, told = tissue(512, 512, 0.5), tmp_path / "told.png"
    assert scorer.scale(header(saved(bare, tmp_path / "bare.tif"))) == (0.5, "published patch")
    assert scorer.scale(header(saved(bare, told, dpi=(101_600, 101_600)))) == (pytest.approx(0.25), "file")
    assert Scorer(load_model(network), 0.4).scale(header(told)) == (0.4, "--mpp")
    with pytest.raises(InputError, match="its scale is not known; give it in micrometres per pixel with --mpp"):
        scorer.scale(header(saved(tissue(512, 511, 0.5), tmp_path / "other.png")))


def test_a_picture_is_brought_to_the_networks_scale(network: Path, tmp_path: Path) -> None:
    path = saved(tissue(1024, 1024, 0.5), tmp_path / "a.png")
    for um_per_px, tiles in ((0.25, 1), (0.5, 4), (1.0, 16)):
        scored([path], tmp_path / "out", network, um_per_px)
        row = table(tmp_path / "out")["a"]
        assert (int(row["tiles"]), float(row["cellularity"])) == (tiles, pytest.approx(0.5, abs=1e-3))
    scored([path], tmp_path / "out", network, 1.5)
    assert "enlarged" in table(tmp_path / "out")["a"]["warnings"]


def test_a_picture_smaller_than_a_patch_is_not_filled_up_with_glass(network: Path, tmp_path: Path) -> None:
    scored([saved(tissue(512, 300, 0.5), tmp_path / "low.png", **HALF_UM)], tmp_path / "out", network)
    row = table(tmp_path / "out")["low"]
    assert row["cellularity"] == "0.5000"
    assert row["warnings"] == "smaller than a patch: mirrored at its edges"


def test_little_tissue_is_warned_of(network: Path, tmp_path: Path) -> None:
    picture = glass(512, 512)
    picture[:200, :200] = PINK
    scored([saved(picture, tmp_path / "a.tif")], tmp_path / "out", network)
    assert "less tissue than a quarter of a patch" in table(tmp_path / "out")["a"]["warnings"]


def test_a_large_tiled_tif_is_streamed_and_comes_to_the_same(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyvips

    many = np.tile(slide(), (2, 2, 1))
    small = Image.fromarray(RNG.integers(0, 40, (40, 60, 3), np.uint8)).resize(many.shape[1::-1], Image.Resampling.BICUBIC)
    picture = np.clip(many.astype(int) - np.asarray(small), 0, 255).astype(np.uint8)
    pyvips.Image.new_from_array(picture).tiffsave(
        str(tmp_path / "a.tif"), tile=True, compression="deflate", xres=2000.0, yres=2000.0, resunit="cm"
    )  # fmt: skip
    tables = []
    for at_once in (10**9, 1000):
        monkeypatch.setattr(pixels, "AT_ONCE", at_once)
        out = tmp_path / str(at_once)
        assert scored([tmp_path / "a.tif"], out, network).code == 0
        tables.append([(t["x"], t["y"], t["width"], t["height"], t["tissue_share"]) for t in read(out / "tiles.csv")])
        tables.append([float(t["cellularity"]) for t in read(out / "tiles.csv") if t["cellularity"] != "no tissue"])
    assert len(tables[0]) >= 20
    assert tables[0] == tables[2]
    assert tables[1] == pytest.approx(tables[3], abs=2e-3)


@pytest.mark.parametrize("length", [1, 255, 256, 257, 512, 700, 4171])
def test_every_pixel_has_one_tile_to_answer_for_it(length: int) -> None:
    found = parts(length)
    assert [place for part in found for place in range(part.low, part.high)] == list(range(length))
    assert all(part.start <= part.low and part.high <= part.start + SIDE for part in found)
    assert max(part.start for part in found) + SIDE <= max(length, SIDE)


@pytest.mark.parametrize("height", [40, 256, 300, 900])
@pytest.mark.parametrize("step", [1, 32, 700])
def test_bands_are_the_rows_of_their_tiles_however_strips_come(height: int, step: int) -> None:
    picture = np.arange(height, dtype=np.uint16).repeat(2).reshape(height, 2, 1)
    strips = (picture[top : top + step] for top in range(0, height, step))
    for part, band in bands(strips, parts(height)):
        assert np.array_equal(band, picture[part.start : part.start + SIDE])


def test_tiles_weigh_what_tissue_they_answer_for() -> None:
    whole, strip = Part(0, 0, 256), Part(44, 256, 300)
    tiles = [Tile(whole, whole, 0.5, 1.0), Tile(strip, whole, 1.0, 0.0), Tile(whole, strip, 0.01, None)]
    assert mean_cellularity(tiles) == pytest.approx(128 / (128 + 44))
    assert mean_cellularity(tiles[2:]) is None


def stroma(seed: int) -> np.ndarray:
    """Pink and purple in soft patches, with grain."""
    rng = np.random.default_rng(seed)
    share = np.asarray(Image.fromarray(rng.random((20, 20)).astype(np.float32)).resize((256, 256), Image.Resampling.BICUBIC))
    mixed = share[..., None] * PURPLE + (1 - share[..., None]) * PINK + rng.normal(0, 12, (256, 256, 1))
    return np.clip(mixed, 0, 255).astype(np.uint8)


CHANGES = {
    "blurred": lambda picture: np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(3))),
    "blue stain is paler": lambda picture: (255 - (255 - picture.astype(float)) * 0.5).astype(np.uint8),
    "other colours": lambda picture: np.ascontiguousarray(picture[..., [2, 1, 0]]),
}


@pytest.mark.parametrize("why", CHANGES)
def test_what_the_network_was_not_made_for_is_warned_of(why: str) -> None:
    ranges = familiar([look(stroma(seed)) for seed in range(20)])
    assert unlike(look(stroma(30)), ranges) == []
    assert any(why in text for text in unlike(look(CHANGES[why](stroma(30))), ranges))


def test_a_report_warns_of_what_the_model_says_is_strange(network: Path, tmp_path: Path) -> None:
    strict = write_network(tmp_path / "strict", familiar={"eosin": [2.0, 3.0]})
    path = saved(tissue(512, 512, 0.5), tmp_path / "a.tif")
    scored([path], tmp_path / "out", strict)
    assert table(tmp_path / "out")["a"]["warnings"] == "the pink stain is paler than in training"


def test_where_no_network_is_shipped_one_line_says_what_to_do(
    sections: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "CELLULARITY", tmp_path / "weights/cellularity")
    with pytest.raises(InputError, match="holds no network for cellularity; name a model folder with --model"):
        load_model()


def test_a_folder_that_holds_no_such_network_is_refused(network: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"model\.json: cannot be read .*; a model is a folder with model\.json, graph\.xml"):
        load_model(tmp_path)
    folder = shutil.copytree(network, tmp_path / "copy")
    for text, why in (("<net", "damaged"), ("<other/>", "not a graph of OpenVINO")):
        (folder / "graph.xml").write_text(text)
        with pytest.raises(InputError, match=rf"graph\.xml: {why}"):
            load_model(folder)
    other = graph()
    other.output("score").get_tensor().set_names({"maps"})
    ov.save_model(other, folder / "graph.xml")
    with pytest.raises(InputError, match=r"graph\.xml: reads no 'pixels' or gives no 'score'; name a network for cellularity"):
        load_model(folder)
    shutil.copy(network / "graph.xml", folder)
    (folder / "graph.bin").write_bytes(b"short")
    with pytest.raises(InputError, match=r"graph\.xml: damaged, or not the graph of its graph\.bin"):
        load_model(folder)


def test_scoring_loads_no_tensorflow(sections: Path, network: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from ki67.tiles.command import cellularity_command; from pathlib import Path; "
        f"cellularity_command([Path({str(sections)!r})], Path({str(tmp_path)!r}), None, Path({str(network)!r}), 10**9); "
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'pandas', 'pyvips', 'lightgbm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_network_starts_on_several_threads_at_once(network: Path) -> None:
    code = (
        "import sys, threading; from pathlib import Path; import numpy as np; from ki67.tiles.model import SHAPE, load_model; "
        f"running = load_model(Path({str(network)!r})).network.running(*SHAPE); sys.setswitchinterval(1e-6); "
        "gate = threading.Barrier(4); pixels = np.zeros(SHAPE, np.float32); "
        "start = lambda: (gate.wait(), running(pixels)); threads = [threading.Thread(target=start) for _ in range(4)]; "
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]"
    )
    for _ in range(3):
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
