"""`ki67 cellularity` from end to end, with a made-up network whose score is the share of dark purple pixels."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from made import content
from PIL import Image
from tile_network import HALF_UM, read, saved, scored, table, tissue, write_network
from typer.testing import CliRunner

from ki67.base.errors import InputError
from ki67.cli.main import app
from ki67.pictures.written import STATE as STORE
from ki67.tiles.model import load_cellularity_model
from ki67.tiles.results import CELLULARITY, TILES

RNG = np.random.default_rng(5)


def test_a_row_a_picture_and_a_row_a_tile(graded: Path) -> None:
    rows, tiles = table(graded), read(graded / "tiles.csv")
    assert list(rows) == ["123_4", "glass", "slide"]
    assert tuple(rows["slide"]) == CELLULARITY.columns
    assert tuple(tiles[0]) == TILES.columns
    for name, row in rows.items():
        own = [tile for tile in tiles if tile["image"] == name]
        assert len(own) == int(row["tiles"])
        assert sum(tile["cellularity"] != "no tissue" for tile in own) == int(row["tiles_with_tissue"])


def test_the_report_asks_for_nothing_from_outside(graded: Path) -> None:
    page = (graded / "report.html").read_text()
    assert "http://" not in page and "https://" not in page
    assert "research use only" in page.lower()
    assert "trained on made-up data" in page
    assert page.count("<tr>") == 4  # the heads and three pictures
    assert ">published patch</div>" in page


def test_a_network_that_saw_no_real_tissue_is_warned_of_once_wherever_it_speaks(purple_network: Path, tmp_path: Path) -> None:
    path = saved(tissue(512, 512, 0.5), tmp_path / "a.tif")
    for folder, times in ((purple_network, 0), (write_network(tmp_path / "simulated", trained_on="simulated"), 1)):
        out = tmp_path / folder.name / "out"
        done = CliRunner().invoke(app, ["cellularity", str(path), "--out", str(out), "--model", str(folder)])
        assert done.output.count("warning: trained on simulated tissue") == times
        assert (out / "report.html").read_text().count("Warning: trained on simulated tissue.") == times
        assert json.loads((out / "run.json").read_text())["warnings"] == ["trained on simulated tissue"] * times


def test_the_record_says_what_was_run_and_nothing_of_when(graded: Path, purple_network: Path) -> None:
    record = json.loads((graded / "run.json").read_text())
    assert record["command"] == "cellularity"
    assert record["model"]["sha256"] == load_cellularity_model(purple_network).digest
    assert not any(word in json.dumps(record) for word in ("time", "date"))


def test_the_same_pictures_give_the_same_bytes(graded: Path, sections: Path, purple_network: Path, tmp_path: Path) -> None:
    scored([sections], tmp_path, purple_network)
    assert content(tmp_path) == content(graded)


def test_what_is_done_is_not_done_again_unless_it_changed(sections: Path, purple_network: Path, tmp_path: Path) -> None:
    pictures, out = shutil.copytree(sections, tmp_path / "in"), tmp_path / "out"
    assert scored([pictures], out, purple_network).skipped == 0
    before = content(out)
    assert scored([pictures], out, purple_network).skipped == 3
    assert content(out) == before
    saved(tissue(512, 512, 0.75), pictures / "123_4.tif")
    assert scored([pictures], out, purple_network).skipped == 2
    assert table(out)["123_4"]["cellularity"] == "0.7500"
    assert scored([pictures], out, purple_network, um_per_px=0.6).skipped == 0
    assert scored([pictures], out, write_network(tmp_path / "other", source="another"), um_per_px=0.6).skipped == 0


def test_a_killed_run_goes_on_where_it_was(graded: Path, sections: Path, purple_network: Path, tmp_path: Path) -> None:
    code = "import sys; from ki67.cli.main import main; main()"
    command = [sys.executable, "-c", code, "cellularity", str(sections), "--out", str(tmp_path), "--model", str(purple_network)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not list((tmp_path / STORE).glob("*.json")):
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert 1 <= scored([sections], tmp_path, purple_network).skipped <= 3
    assert {name: data for name, data in content(tmp_path).items() if not name.endswith(".partial")} == content(graded)


def test_bad_pictures_are_listed_and_the_others_done(sections: Path, purple_network: Path, tmp_path: Path) -> None:
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
    arguments = ["--model", str(purple_network), "--max-pixels", "5000000"]
    done = CliRunner().invoke(app, ["cellularity", str(pictures), "--out", str(out), *arguments])
    assert done.exit_code == 1
    assert "1 picture scored; 6 could not be scored" in done.output
    for why in (
        "cut.png: damaged", "empty.jpg: the file is empty", "grey.png: the picture is grey", "with --mpp",
        "narrow.png: 200×600 at 0.5 µm/px; 128 µm at least are needed", "allow it with --max-pixels",
    ):  # fmt: skip
        assert sum(why in line for line in done.output.splitlines()) == 1, why
    assert list(table(out)) == ["123_4"]
    assert "unknown.png" in (out / "report.html").read_text()


def test_where_nothing_can_be_done_the_code_says_so(purple_network: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    arguments = [str(tmp_path / "empty.jpg"), "--out", str(tmp_path / "out"), "--model", str(purple_network)]
    assert CliRunner().invoke(app, ["cellularity", *arguments]).exit_code == 2
    assert table(tmp_path / "out") == {}
    assert "empty.jpg" in (tmp_path / "out/report.html").read_text()


@pytest.mark.parametrize(
    ("um_per_px", "why"), [("50", "50 µm/px is more than 4 times"), ("1000", "1000 µm/px is more than 4 times")]
)
def test_a_scale_that_no_microscope_has_is_refused(purple_network: Path, tmp_path: Path, um_per_px: str, why: str) -> None:
    path = saved(tissue(700, 400, 0.5), tmp_path / "a.png")
    arguments = [str(path), "--out", str(tmp_path / "out"), "--model", str(purple_network), "--mpp", um_per_px]
    done = CliRunner().invoke(app, ["cellularity", *arguments])
    assert done.exit_code == 2
    assert f"ki67: {path}: {why}" in done.output


def test_tables_of_two_commands_are_not_mixed(sections: Path, purple_network: Path, tmp_path: Path) -> None:
    (tmp_path / "scores.csv").touch()
    with pytest.raises(InputError, match=r"holds the results of another command \(scores\.csv\); name another folder"):
        scored([sections], tmp_path, purple_network)


def test_scoring_loads_no_tensorflow(sections: Path, purple_network: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from ki67.tiles.command import cellularity_command; from pathlib import Path; "
        f"cellularity_command([Path({str(sections)!r})], Path({str(tmp_path)!r}), None, Path({str(purple_network)!r}), 10**9); "
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'pandas', 'lightgbm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
