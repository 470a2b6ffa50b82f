"""The report that people read and sign: cases, counts, hashes, marks that can be switched off, nothing from elsewhere."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ki67.cells.scores import CutOffs
from ki67.engine.model import load_model
from ki67.pictures.markup import doubted, named, row, small_picture, words
from ki67.pictures.run import run_tool
from ki67.pictures.tool import Order
from ki67.score.report import total
from ki67.score.results import CellResult, Scores
from ki67.score.tool import CellTool
from ki67.weights import NETWORK

HOSTILE = '<img src=x onerror="alert(1)">'


def result(image: str, positive: int = 0, negative: int = 0) -> CellResult:
    return CellResult(image, 10, 10, 0.5, Scores(positive, negative, 0), None, ())


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases, one picture each, and a file that is none."""
    root = tmp_path_factory.mktemp("report")
    rng = np.random.default_rng(4)
    for name in ("a/1.png", "b/2.png"):
        (root / "in" / name).parent.mkdir(parents=True)
        Image.fromarray(rng.integers(225, 245, (300, 300, 3), np.uint8)).save(root / "in" / name)
    (root / "in/b/3.png").touch()
    tool = CellTool(load_model(NETWORK), "float32", CutOffs("ki67_index", 0.16, 0.3))
    assert run_tool(tool, Order([root / "in"], root / "out", 0.65)).exit_code == 1
    return root


def test_each_case_has_its_table_its_total_and_room_to_sign(report: Path) -> None:
    page = (report / "out/report.html").read_text()
    sections = re.findall(r"<section class=case id=.*?</section>", page, re.DOTALL)
    assert [re.search("<h2>(.*?)</h2>", section)[1] for section in sections] == ["a", "b"]
    for section in sections:
        assert "<p>Ki-67 not defined; 0 of the 500 tumour cells asked for in 1 picture; no hot spot." in section
        assert section.count("<textarea") == 1 and all(word in section for word in ("Name", "Date", "Signature", "Comment"))


def test_the_cases_come_first_each_with_a_way_to_its_pictures(report: Path) -> None:
    page = (report / "out/report.html").read_text()
    first = page[: page.index("<section class=case")]
    assert re.findall('<a href="#(.*?)">(.*?)</a>', first) == [("case-1", "a"), ("case-2", "b")]
    assert 'data-head="tumour cells" class="number" data-key="0.000000"><div>0 of 500<' in first
    assert re.findall("<section class=case id=(.*?)>", page) == ["case-1", "case-2"]


def test_it_names_the_model_the_pictures_the_date_and_the_version(report: Path) -> None:
    page = (report / "out/report.html").read_text()
    for name in ("a/1.png", "b/2.png"):
        digest = hashlib.sha256((report / "in" / name).read_bytes()).hexdigest()
        assert f'{digest[:12]}<span class="rest">{digest[12:]}' in page
    assert load_model(NETWORK).digest[12:] in page
    assert re.search(r"Made on <time>20\d\d-\d\d-\d\d</time> by ki67 \d", page)
    for head in ("positive", "negative", "µm/px"):
        assert f'data-head="{head}"' in page


def test_the_drawing_can_be_seen_with_and_without_marks(report: Path) -> None:
    page = (report / "out/report.html").read_text()
    assert 'href="a/1.png" data-plain="a/1.plain.jpg"' in page
    with Image.open(report / "out/a/1.plain.jpg") as plain, Image.open(report / "out/a/1.png") as marked:
        assert plain.size == marked.size
    for colour in ("rgb(213, 94, 0)", "rgb(0, 114, 178)", "rgb(0, 158, 115)"):
        assert colour in page


def test_what_failed_is_listed_after_the_cases(report: Path) -> None:
    page = (report / "out/report.html").read_text()
    assert page.index("Not scored") > page.rindex("<section class=case")
    assert "3.png: the file is empty" in page


def test_a_doubt_stands_beside_the_category() -> None:
    assert "check" in doubted("low", ["blurred"]).html and 'title="blurred"' in doubted("low", ["blurred"]).html
    assert doubted("low", []).html == "low"


def test_the_total_of_a_case_counts_cells_and_not_pictures() -> None:
    both = total([result("a", 9, 1), result("b", 0, 90)])
    assert both.startswith("2 pictures; 9 cells positive, 91 negative: 9.0 % of all counted tumour cells.")
    assert total([result("a")]).startswith("1 picture; 0 cells positive, 0 negative: the index is not defined.")


def test_whatever_a_user_wrote_is_text(tmp_path: Path) -> None:
    (tmp_path / "small.jpg").write_bytes(b"jpg")
    cells = [
        small_picture(HOSTILE, tmp_path / "small.jpg"),
        named(HOSTILE, "0" * 64),
        words(HOSTILE),
        doubted(HOSTILE, [HOSTILE]),
    ]
    line = row(cells, [HOSTILE] * 4)
    assert line.count("<img") == 1 and 'onerror="' not in line
