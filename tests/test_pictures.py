"""The way from pictures to results that every tool takes, walked by a tool made for this test."""

import csv
import errno
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from tile_network import HALF_UM, saved, tissue, write_network

from ki67.base.errors import InputError
from ki67.cells.scores import CutOffs
from ki67.engine.model import load_model
from ki67.pictures.header import Header
from ki67.pictures.markup import Cell, Mark, small_picture, words
from ki67.pictures.reader import open_regions
from ki67.pictures.run import run_tool
from ki67.pictures.tables import csv_lines
from ki67.pictures.tool import Order, Scorer, Table, Tool, UsedNetwork
from ki67.pictures.written import STATE
from ki67.score.tool import CellTool
from ki67.tiles.model import load_cellularity_model
from ki67.tiles.tool import CellularityTool
from ki67.weights import NETWORK


@dataclass(frozen=True)
class Redness:
    image: str
    red: float


@dataclass(frozen=True)
class ScoredRedness:
    result: Redness
    drawn: Image.Image

    def files(self) -> Mapping[str, Callable[[Path], None]]:
        return {".png": lambda path: self.drawn.save(path, format="PNG")}

    def write_details(self, path: Path) -> None:
        path.write_text("".join(csv_lines([RedTool.details.columns, [self.result.image, "half"]])))


class RedScorer:
    def score(self, name: str, header: Header) -> ScoredRedness:
        overview = open_regions(header, 1.0, 1.0).overview()
        return ScoredRedness(Redness(name, float(overview[..., 0].mean()) / 255), Image.fromarray(overview))


@dataclass(frozen=True)
class RedTool(Tool[Redness]):
    """How red pictures are: no network, no threads, and all the rest as with any other tool."""

    open_scorers: list[RedScorer] = field(default_factory=list)

    command = "red"
    results, details = Table("scores.csv", ("image", "red")), Table("halves.csv", ("image", "half"))
    endings, title, heads, marks = (".png",), "Red", ("picture", "name"), (Mark((255, 0, 0), "red"),)
    result_type = Redness

    @property
    def network(self) -> UsedNetwork:
        return UsedNetwork("none", "0" * 64, "float32", "made-up", {"sha256": "0" * 64}, "There is no network.")

    @contextmanager
    def scorer(self, um_per_px: float | None, at_once: int) -> Iterator[Scorer[Redness]]:
        self.open_scorers.append(RedScorer())
        yield self.open_scorers[-1]
        self.open_scorers.pop()

    def row(self, result: Redness) -> Sequence[str]:
        return [result.image, f"{result.red:.2f}"]

    def summary(self, results: Sequence[Redness], failures: Sequence[str]) -> str:
        return f"{len(results)} pictures."

    def total(self, results: Sequence[Redness]) -> str:
        return f"{len(results)} in this case."

    def report_row(self, result: Redness, thumbnail: Path, digest: str) -> Sequence[Cell]:
        return [small_picture(result.image, thumbnail), words(result.image)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, one of them deep in a folder."""
    (tmp_path / "in/deep").mkdir(parents=True)
    Image.new("RGB", (40, 30), (255, 0, 0)).save(tmp_path / "in/red.png")
    Image.new("RGB", (40, 30), (51, 0, 0)).save(tmp_path / "in/deep/dark.png")
    return tmp_path / "in"


def test_a_tool_is_one_scorer_and_its_tables(folder: Path, tmp_path: Path) -> None:
    done = run_tool(RedTool(), Order([folder], tmp_path / "out"))
    assert (done.exit_code, done.results) == (0, [Redness("deep/dark", 0.2), Redness("red", 1.0)])
    with (tmp_path / "out/scores.csv").open() as stream:
        assert list(csv.reader(stream)) == [["image", "red"], ["deep/dark", "0.20"], ["red", "1.00"]]
    assert (tmp_path / "out/halves.csv").read_text() == "image,half\ndeep/dark,half\nred,half\n"
    assert (tmp_path / "out/deep/dark.png").is_file()
    assert json.loads((tmp_path / "out/run.json").read_text())["command"] == "red"
    assert (tmp_path / "out/report.html").read_text().count("<tr>") == 4  # two cases, a head and a picture each


def test_what_is_restored_is_what_was_found_and_asks_for_no_scorer(folder: Path, tmp_path: Path) -> None:
    first = run_tool(RedTool(), Order([folder], tmp_path / "out"))

    class Unwilling(RedTool):
        def scorer(self, um_per_px: float | None, at_once: int) -> Iterator[Scorer[Redness]]:
            raise AssertionError("nothing is left to score")

    again = run_tool(Unwilling(), Order([folder], tmp_path / "out"))
    assert (again.results, again.skipped) == (first.results, 2)


@pytest.mark.parametrize("damage", ["0.9", '"very"', "[" * 100_000, "\0"])
def test_a_result_that_was_damaged_is_found_anew(folder: Path, tmp_path: Path, damage: str) -> None:
    run_tool(RedTool(), Order([folder], tmp_path / "out"))
    kept = tmp_path / "out/.ki67/red.json"
    kept.write_text(kept.read_text().replace("1.0", damage))
    again = run_tool(RedTool(), Order([folder], tmp_path / "out"))
    assert (again.skipped, again.results[1]) == (1, Redness("red", 1.0))


def test_a_scorer_is_closed_when_its_pictures_are_done(folder: Path, tmp_path: Path) -> None:
    tool = RedTool()
    run_tool(tool, Order([folder], tmp_path / "out"))
    assert tool.open_scorers == []


def test_two_tools_never_share_a_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/cellularity.csv").touch()
    with pytest.raises(InputError, match=r"holds the results of another command \(cellularity\.csv\); name another folder"):
        run_tool(RedTool(), Order([folder], tmp_path / "out"))


def working_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("ThreadPool")}


@pytest.mark.parametrize("spoilt", [False, True])
def test_no_thread_works_on_after_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt: bool) -> None:
    before, held = working_threads(), []
    (tmp_path / "in").mkdir()
    for number in (1, 2):
        path = saved(tissue(600, 700, 0.5), tmp_path / f"in/{number}.png", **HALF_UM)
        if spoilt and number == 2:
            path.write_bytes(path.read_bytes()[:-300])
    network = load_cellularity_model(write_network(tmp_path / "network"))
    tools = (CellularityTool(network), CellTool(load_model(NETWORK), "float32", CutOffs("ki67_index", 0.16, 0.3)))
    for tool in tools:
        opened = type(tool).scorer  # held, since a scorer that nobody holds would end its threads by itself
        monkeypatch.setattr(type(tool), "scorer", lambda *how, opened=opened: held.append(opened(*how)) or held[-1])
        done = run_tool(tool, Order([tmp_path / "in"], tmp_path / tool.command))
        assert len(done.results) == 2 - spoilt
    assert len(held) == 2
    assert working_threads() == before


def test_a_picture_that_changes_while_it_is_scored_is_not_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = RedScorer.score

    def meanwhile(scorer: RedScorer, name: str, header: Header) -> ScoredRedness:
        scored = found(scorer, name, header)
        if name == "red":
            Image.new("RGB", (40, 30), (102, 0, 0)).save(header.path)
        return scored

    monkeypatch.setattr(RedScorer, "score", meanwhile)
    done = run_tool(RedTool(), Order([folder], tmp_path / "out"))
    assert (done.exit_code, done.results) == (1, [Redness("deep/dark", 0.2)])
    assert "red.png: was changed while it was scored; run it again" in done.failures[0]
    monkeypatch.undo()
    assert run_tool(RedTool(), Order([folder], tmp_path / "out")).results[1] == Redness("red", 0.4)


@pytest.mark.parametrize("error", [RuntimeError("two\nlines"), MemoryError(), OSError(5, "Input/output error"), KeyError("x")])
def test_a_failure_that_nobody_thought_of_costs_one_line_and_one_picture(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    found = RedScorer.score

    def failing(scorer: RedScorer, name: str, header: Header) -> ScoredRedness:
        if name == "red":
            raise error
        return found(scorer, name, header)

    monkeypatch.setattr(RedScorer, "score", failing)
    done = run_tool(RedTool(), Order([folder], tmp_path / "out"))
    assert done.results == [Redness("deep/dark", 0.2)]
    assert len(done.failures) == 1 and "red.png" in done.failures[0] and "\n" not in done.failures[0]


@pytest.mark.parametrize("full", ["scores.csv", "halves.csv", "run.json", "report.html"])
def test_a_disk_that_fills_while_tables_are_written_costs_that_table(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    replace = os.replace

    def no_room(source: Path, target: Path) -> None:
        if Path(target).name == full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    monkeypatch.setattr(os, "replace", no_room)
    done = run_tool(RedTool(), Order([folder], tmp_path / "out"))
    names = {path.name for path in (tmp_path / "out").glob("*.*")} - {STATE.name, "red.png"}
    assert (done.exit_code, names) == (1, {"scores.csv", "halves.csv", "run.json", "report.html"} - {full})
    assert done.failures == [f"{tmp_path / 'out' / full}: not written (No space left on device); make room or name another "
                             "folder; what is done is kept"]  # fmt: skip
    monkeypatch.undo()
    assert run_tool(RedTool(), Order([folder], tmp_path / "out")).skipped == 2


def test_results_of_an_earlier_run_do_not_outlive_it(folder: Path, tmp_path: Path) -> None:
    run_tool(RedTool(), Order([folder], tmp_path / "out"))
    for picture in folder.rglob("*.png"):
        picture.write_bytes(b"no picture any more")
    done = run_tool(RedTool(), Order([folder], tmp_path / "out"))
    assert (done.exit_code, (tmp_path / "out/scores.csv").read_text()) == (2, "image,red\n")
    assert "no picture" not in (tmp_path / "out/halves.csv").read_text()
    assert "dark.png" in (tmp_path / "out/report.html").read_text()
