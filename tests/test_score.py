"""`ki67 score` from end to end on simulated fields: what is written, what is kept, and what is said when something is wrong."""

import csv
import errno
import json
import os
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
from typer.testing import CliRunner

from ki67.base.errors import InputError
from ki67.cells.cells import Cells, read_csv
from ki67.cells.metrics import Counts, match_one_to_one
from ki67.cells.scores import CutOffs
from ki67.cli.main import app
from ki67.engine.model import load_model
from ki67.pictures.batch import BatchResult
from ki67.pictures.decoded import Decoded
from ki67.pictures.header import header
from ki67.pictures.run import run_tool
from ki67.pictures.tool import Order
from ki67.pictures.written import STATE as STORE
from ki67.score import windows
from ki67.score.command import cut_offs_of
from ki67.score.results import SCORES
from ki67.score.scorer import CellScorer
from ki67.score.sliding import put_together
from ki67.score.tool import CellTool
from ki67.simulate import render_field
from ki67.weights import NETWORK

CUTS = CutOffs("ki67_index", 0.16, 0.30)


@pytest.fixture(scope="module")
def tissue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three simulated fields, and one of bare glass."""
    folder = tmp_path_factory.mktemp("tissue")
    for patient in (1, 2, 3):
        Image.fromarray(render_field(5, patient, 1).image).save(folder / f"p{patient}.jpg", quality=92)
    Image.new("RGB", (1228, 1228), (240, 238, 230)).save(folder / "glass.jpg")
    return folder


def scored(paths: list[Path], out: Path, um_per_px: float | None = None) -> BatchResult:
    return run_tool(CellTool(load_model(NETWORK), "float32", CUTS), Order(paths, out, um_per_px))


@pytest.fixture(scope="module")
def result(tissue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert scored([tissue], out).exit_code == 0
    return out


def table(out: Path) -> dict[str, dict[str, str]]:
    with (out / "scores.csv").open(newline="") as stream:
        return {row["image"]: row for row in csv.DictReader(stream)}


def test_the_tables_hold_a_row_a_picture_and_a_row_a_cell(result: Path) -> None:
    rows, cells = table(result), read_csv(result / "cells.csv", "image")
    assert list(rows) == ["glass", "p1", "p2", "p3"]
    assert list(rows["p1"]) == list(SCORES.columns)
    for name, found in cells.items():
        counts = [int(rows[name][column]) for column in ("n_positive", "n_negative", "n_til")]
        assert counts == [int((found.label == label).sum()) for label in (1, 2, 3)]
        assert (found.xy >= 0).all() and (found.xy < 1228).all()


def test_the_cells_are_those_of_the_tissue(result: Path) -> None:
    truth = render_field(5, 1, 1).cells
    found = read_csv(result / "cells.csv", "image")["p1"]
    counts = match_one_to_one(truth.xy, found.xy, 6.0 * 1228 / 256)
    assert counts.f1 > 0.75
    assert match_one_to_one(truth.xy, 1228 - found.xy, 6.0 * 1228 / 256).f1 < 0.5


def test_a_picture_without_cells_has_no_index(result: Path) -> None:
    row = table(result)["glass"]
    assert (row["ki67_index"], row["ki67_low"], row["til_score"], row["category"]) == ("not defined",) * 4
    assert row["warnings"].startswith("no tumour cells: the index is not defined")
    assert "hardly any tissue" in row["warnings"]


def test_few_cells_are_warned_of(result: Path) -> None:
    row = table(result)["p1"]
    tumour = int(row["n_positive"]) + int(row["n_negative"])
    assert (f"{tumour} tumour cells, fewer than 500" in row["warnings"]) == (tumour < 500)


def test_qupath_gets_the_same_cells(result: Path) -> None:
    ours, theirs = read_csv(result / "cells.csv", "image")["p2"], Cells.from_geojson(result / "p2.geojson")
    assert np.array_equal(ours.label, theirs.label)
    assert np.allclose(ours.xy, theirs.xy, atol=0.011)
    ids = [feature["id"] for feature in json.loads((result / "p2.geojson").read_text())["features"]]
    assert len(set(ids)) == len(ids)


def test_the_overlay_is_bounded_and_shows_the_cells(result: Path, tissue: Path) -> None:
    with Image.open(result / "p1.png") as drawn, Image.open(tissue / "p1.jpg") as plain:
        assert max(drawn.size) <= 1600
        assert np.abs(np.asarray(drawn, float) - np.asarray(plain.resize(drawn.size), float)).mean() > 2


def test_the_report_asks_for_nothing_from_outside(result: Path) -> None:
    page = (result / "report.html").read_text()
    assert "http://" not in page and "https://" not in page
    assert "research use only" in page.lower()
    assert "trained on simulated data" in page
    assert page.count("Warning: trained on simulated tissue.") == 1
    assert page.count("<tr>") == 5  # the heads and four pictures


def test_the_record_says_what_was_run_and_nothing_of_when(result: Path) -> None:
    record = json.loads((result / "run.json").read_text())
    assert record["model"]["sha256"] == load_model(NETWORK).digest
    assert record["precision"] == "float32"
    assert record["warnings"] == ["trained on simulated tissue"]
    assert not any(word in json.dumps(record) for word in ("time", "date"))


def test_the_same_pictures_give_the_same_bytes(result: Path, tissue: Path, tmp_path: Path) -> None:
    scored([tissue], tmp_path)
    assert content(tmp_path) == content(result)


def test_what_is_done_is_not_done_again_unless_it_changed(tissue: Path, tmp_path: Path) -> None:
    pictures = shutil.copytree(tissue, tmp_path / "in")
    out = tmp_path / "out"
    assert scored([pictures], out).skipped == 0
    before = content(out)
    assert scored([pictures], out).skipped == 4
    assert content(out) == before
    shutil.copy(pictures / "p1.jpg", pictures / "p2.jpg")
    assert scored([pictures], out).skipped == 3
    assert table(out)["p2"]["n_positive"] == table(out)["p1"]["n_positive"]
    assert scored([pictures], out, um_per_px=0.2).skipped == 0


def test_a_killed_run_goes_on_where_it_was(result: Path, tissue: Path, tmp_path: Path) -> None:
    code = "import sys; from ki67.cli.main import main; main()"
    command = [sys.executable, "-c", code, "score", str(tissue), "--out", str(tmp_path), "--precision", "float32"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (tmp_path / STORE / "p1.json").is_file():
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert 1 <= scored([tissue], tmp_path).skipped <= 4
    assert content(tmp_path) == content(result)


def test_bad_pictures_are_listed_and_the_others_done(tissue: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "in"
    pictures.mkdir()
    shutil.copy(tissue / "p1.jpg", pictures)
    (pictures / "cut.jpg").write_bytes((tissue / "p2.jpg").read_bytes()[:20_000])
    (pictures / "empty.jpg").touch()
    Image.new("RGB", (1, 1)).save(pictures / "tiny.png", dpi=(100_000, 100_000))
    Image.new("RGB", (600, 600)).save(pictures / "unknown.png")
    done = CliRunner().invoke(app, ["score", str(pictures), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert "1 picture scored; 4 could not be scored" in done.output
    for why in ("cut.jpg: damaged or truncated", "empty.jpg: the file is empty", "tiny.png: 1×1 at 0.254 µm/px", "--mpp"):
        assert sum(why in line for line in done.output.splitlines()) == 1
    assert list(table(tmp_path / "out")) == ["p1"]
    assert "unknown.png" in (tmp_path / "out/report.html").read_text()


@pytest.mark.parametrize(
    ("um_per_px", "why"), [("50", "50 µm/px is more than 4 times"), ("1000", "1000 µm/px is more than 4 times")]
)
def test_a_scale_that_no_microscope_has_is_refused(tmp_path: Path, um_per_px: str, why: str) -> None:
    Image.new("RGB", (700, 400)).save(tmp_path / "a.png")
    arguments = [str(tmp_path / "a.png"), "--out", str(tmp_path / "out"), "--mpp", um_per_px]
    done = CliRunner().invoke(app, ["score", *arguments])
    assert done.exit_code == 2
    assert f"ki67: {tmp_path / 'a.png'}: {why}" in done.output


def test_where_nothing_can_be_done_the_code_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    done = CliRunner().invoke(app, ["score", str(tmp_path / "empty.jpg"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert table(tmp_path / "out") == {}
    assert "empty.jpg" in (tmp_path / "out/report.html").read_text()


def test_a_full_disk_costs_one_line(tissue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Cells.to_geojson

    def full(cells: Cells, path: Path, image: str) -> None:
        if image == "p2":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written(cells, path, image)

    monkeypatch.setattr(Cells, "to_geojson", full)
    done = scored([tissue], tmp_path)
    assert [result.image for result in done.results] == ["glass", "p1", "p3"]
    assert done.exit_code == 1
    assert len(done.failures) == 1 and "p2.geojson: not written (No space left on device)" in done.failures[0]


def test_ctrl_c_keeps_what_is_done(tissue: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Cells.to_geojson

    def stopped(cells: Cells, path: Path, image: str) -> None:
        if image == "p2":
            raise KeyboardInterrupt
        written(cells, path, image)

    monkeypatch.setattr(Cells, "to_geojson", stopped)
    done = scored([tissue], tmp_path)
    assert done.interrupted and done.exit_code == 1
    assert {"glass", "p1"} <= table(tmp_path).keys() <= {"glass", "p1", "p3"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused_first(tissue: Path, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(InputError, match="locked/out: cannot be written to"):
        scored([tissue], tmp_path / "locked/out")


def test_an_output_that_is_a_file_is_refused_first(tissue: Path, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="out: cannot be written to"):
        scored([tissue], tmp_path / "out")


def test_two_pictures_that_would_share_their_files_are_refused(tissue: Path, tmp_path: Path) -> None:
    shutil.copy(tissue / "p1.jpg", tmp_path / "p1.jpg")
    with pytest.raises(InputError, match="would be written to the same files as"):
        scored([tissue, tmp_path / "p1.jpg"], tmp_path / "out")


def test_a_folder_without_pictures_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no pictures in it"):
        scored([tmp_path], tmp_path / "out")
    with pytest.raises(InputError, match="no such file or folder"):
        scored([tmp_path / "x.jpg"], tmp_path / "out")


def test_the_scale_is_asked_for_where_nothing_tells_it(tmp_path: Path) -> None:
    scorer = CellScorer(load_model(NETWORK), "float32")
    Image.new("RGB", (1228, 1228)).save(tmp_path / "published.jpg")
    Image.new("RGB", (1228, 1227)).save(tmp_path / "other.jpg")
    assert scorer.scale(header(tmp_path / "published.jpg")) == 0.135
    with pytest.raises(InputError, match="its scale is not known; give it in micrometres per pixel with --mpp"):
        scorer.scale(header(tmp_path / "other.jpg"))
    assert CellScorer(load_model(NETWORK), "float32", 0.2).scale(header(tmp_path / "published.jpg")) == 0.2


def test_cells_found_in_windows_are_those_of_the_whole_picture(tissue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = [Image.open(tissue / f"p{patient}.jpg").resize((256, 256), Image.Resampling.BOX) for patient in (1, 2, 3)]
    rows = [np.concatenate([np.asarray(fields[(row + column) % 3]) for column in range(3)], axis=1) for row in range(3)]
    large, found = np.concatenate(rows), []
    with CellScorer(load_model(NETWORK), "float32") as scorer:
        for side in (768, 384):
            monkeypatch.setattr(windows, "SIDE", side)
            found.append(put_together(scorer.finder.windows(Decoded(large, 1.0), 1.0)))
    counts = [match_one_to_one(found[0].of(label).xy, found[1].of(label).xy, 6.0) for label in (1, 2)]
    assert sum(counts, Counts()).f1 >= 0.99
    assert len(found[0]) > 300


@pytest.mark.parametrize("text", ["16", "30/16", "a/b", "16/130", ""])
def test_cut_offs_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="not two limits in per cent"):
        cut_offs_of(text)


def test_cut_offs_are_written_in_per_cent() -> None:
    assert cut_offs_of("10/20").categories([0.09, 0.1, 0.2, 0.21]).tolist() == [0, 1, 1, 2]
    assert cut_offs_of(" 16 / 30 % ") == CUTS


def test_scoring_loads_no_tensorflow(tissue: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from ki67.score.command import score_command; from pathlib import Path; "
        f"score_command([Path({str(tissue / 'p1.jpg')!r})], Path({str(tmp_path)!r}), None, None, 'auto', '16/30', 10**9); "
        "print([m for m in ('tensorflow', 'keras', 'matplotlib', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
