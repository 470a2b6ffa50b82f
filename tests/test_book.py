"""The book says what the results say, loads nothing from outside, and every link in it leads somewhere."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from sphinx.search.en import SearchEnglish

from ki67.app.browser.site import Site
from ki67.base.errors import InputError
from ki67.study import book_links
from ki67.study.book_links import css_addresses, faults

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = f"""
import sys
sys.path.insert(0, {str(ROOT / "book/_ext")!r})
extensions = ["myst_parser", "values", "glossed"]
myst_enable_extensions = ["colon_fence"]
value_words = {{"pathonet": "PathoNet"}}
"""
CLAIMS = """
- {paper: p, table: Table 9, title: t, kind: measured, needs: shidc, claims: [{row: a, cell: cells, value: 50861}]}
"""
RESULTS = """
{"f1": 0.78449, "cells": 12345, "none": null, "wall_s": 754.2, "change": -0.25, "odd": ["p1", "p2"],
 "true": true, "false": false, "many": [1, 2, 3, 4, 5, 6, 7, 8, 9, 0], "at R": {"of 6": 0.375}}
"""
VERDICTS = "table,row,cell,ours,verdict\nTable 9,a,cells,50862,not run: needs SHIDC\nTable 9,a,effect,,holds\n"
TOLD = (">not run: needs SHIDC<", ">holds<", "50,862.0")
TABLE = (
    "method,class,f1,low,high,n\npathonet,positive,0.91234,0.9,0.92,1200\nchance,positive,0.04,0.03,0.05,1200\nnone,nothing,,,,\n"
)


def built(folder: Path, page: str) -> tuple[str, str]:
    """A one-page book of the given text: the page as html, and the warnings."""
    (folder / "claims.yaml").write_text(CLAIMS)
    (folder / "m.json").write_text(RESULTS)
    (folder / "m.csv").write_text(TABLE)
    (folder / "p.csv").write_text("p\n0\n0.00012\n0.0312\n1\n")
    (folder / "metrics").mkdir()
    (folder / "metrics/claims.csv").write_text(VERDICTS)
    (folder / "conf.py").write_text(CONFIGURATION)
    (folder / "index.md").write_text("# T\n\n" + page)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", str(folder), str(folder / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stderr)
    return (folder / "out/index.html").read_text(), done.stderr


def test_prose_and_tables_show_the_figures_of_the_files(tmp_path: Path) -> None:
    html, warnings = built(
        tmp_path,
        "A {value}`m.json:f1 .3f` B {value}`m.json:cells` C {value}`m.json:none .3f` D {value}`m.json:wall_s duration` "
        "E {value}`m.json:change .2f` J {value}`m.json:at%20R.of%206 .3f` H {value}`m.json:true` I {value}`m.json:false` "
        "O {value}`m.json:f1 .1%` "
        "F {value}`m.json:odd`, {value}`m.json:many` G {claim}`Table 9/a/cells` K {verdict}`Table 9/a/cells` "
        "L {verdict}`Table 9/a/effect` M {recomputed}`Table 9/a/cells:,.1f` N {value}`m.csv:pathonet.0.f1 .4f`.\n\n"
        ":::{metric-table} m.csv\n:where: class=positive, method=pathonet|network\nmethod | Method\n"
        "{f1} ({low} to {high}) | F1 | .2f\nn\n:::\n\n"
        ":::{metric-table} m.csv\n:where: class=nothing\n{low} to {high} | Interval\n:::\n\n"
        ":::{metric-table} p.csv\np | p | p\n:::\n",
    )
    assert warnings == ""
    numbers = ("0.784", "12,345", "–", "13 min", "−0.25", "50,861", "0.91 (0.90 to 0.92)", "1,200", "0.9123", "78.4\u00a0%")
    for shown in (*numbers, "p1, p2", "7, 8 and 2 more", "0.375", "PathoNet", ">yes<", ">no<", *TOLD):
        assert shown in html
    assert "0.04" not in html and "– to –" not in html
    assert [html.count(f"<p>{p}</p>") for p in ("&lt; 0.001", "0.031", "1.000", "0.000")] == [2, 1, 1, 0]


def test_what_was_not_measured_fails_a_strict_build(tmp_path: Path) -> None:
    html, warnings = built(
        tmp_path,
        "{value}`m.json:recall` {value}`gone.json:f1` {value}`m.json` {value}`m.json:f1 .3q` {claim}`Table 9/b/cells` "
        "{verdict}`Table 9/b/cells`\n\n"
        ":::{metric-table} m.csv\nrecall | Recall\n:::\n\n:::{metric-table} gone.csv\n:::\n\n"
        ":::{metric-table} m.csv\n:where: method=nobody\n:::\n",
    )
    for said in (
        "no 'recall' at the top", "gone.json: missing", "'m.json': write it as path:key", "format code 'q'",
        "no figure 'Table 9/b/cells'", "no claim 'Table 9/b/cells'",
        "m.csv: no column 'recall'", "gone.csv: missing", "no row where 'method=nobody'",
    ):  # fmt: skip
        assert said in " ".join(warnings.split())
    assert html.count(">?<") == 6


def test_a_page_links_each_word_of_the_glossary_where_it_first_uses_it(tmp_path: Path) -> None:
    (tmp_path / "words.md").write_text(
        "---\norphan: true\n---\n# W\n\n:::{glossary}\nKi-67 index\n  i\n\nF1\n  f\n:::\n\nAn F1.\n"
    )
    html, warnings = built(tmp_path, "## F1\n\n`F1` and the Ki-67 index, SET-F1, F12, F1s and an F1.\n")
    assert warnings == ""
    assert re.findall(r'<a class="glossed[^>]*href="([^"]*)">([^<]*)', html) == [
        ("words.html#term-Ki-67-index", "Ki-67 index"), ("words.html#term-F1", "F1s"),
    ]  # fmt: skip
    assert "glossed" not in (tmp_path / "out/words.html").read_text()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small book without a fault."""
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text(
        '<link rel="stylesheet" href="s.css?v=1"><img src="i.png"><a href="a/b.html#there">b</a><a href="#top" id="top">t</a>'
        '<a href="https://example.org/x">the web</a><img src="data:image/png;base64,AA"><link rel="canonical" href="https://e.org">'
    )
    (tmp_path / "a/b.html").write_text('<h2 id="there">B</h2><a href="../index.html">up</a><a href="../">up</a>')
    (tmp_path / "s.css").write_text("/* url(https://old.example) */ p { background: url('i.png') }")
    (tmp_path / "i.png").write_bytes(b"")
    return tmp_path


def test_a_good_book_has_no_fault(book: Path) -> None:
    assert faults(book) == []


@pytest.mark.parametrize(("planted", "found"), [
    ('<script src="https://cdn.example/x.js"></script>', "loads https://cdn.example/x.js from outside"),
    ('<script src="//cdn.example/x.js"></script>', "loads //cdn.example/x.js from outside"),
    ('<link rel="stylesheet" href="https://fonts.example/f.css">', "loads https://fonts.example/f.css from outside"),
    ('<link rel="preconnect" href="https://fonts.example">', "loads https://fonts.example from outside"),
    ('<link rel="shortcut icon" href="http://e.org/i.ico">', "loads http://e.org/i.ico from outside"),
    ('<img srcset="i.png 1x, http://e.org/2.png 2x">', "loads http://e.org/2.png from outside"),
    ('<iframe src="http://e.org"></iframe>', "loads http://e.org from outside"),
    ("<p style=\"background: url('http://e.org/p.png')\">", "loads http://e.org/p.png from outside"),
    ("<style>@import 'http://e.org/s.css';</style>", "loads http://e.org/s.css from outside"),
    ('<img src="gone.png">', "loads gone.png, which is not there"),
    ('<a href="gone.html">x</a>', "links to gone.html, which is not there"),
    ('<a href="a/b.html#nowhere">x</a>', "links to a/b.html#nowhere, but that page has no 'nowhere'"),
    ('<a href="#nowhere">x</a>', "links to #nowhere, but that page has no 'nowhere'"),
    ('<meta http-equiv="refresh" content="0; url=gone.html">', "links to gone.html, which is not there"),
])  # fmt: skip
def test_a_planted_fault_is_found(book: Path, planted: str, found: str) -> None:
    page = book / "index.html"
    page.write_text(page.read_text() + planted)
    assert faults(book) == [f"index.html: {found}"]


def test_style_sheets_are_read_too(book: Path) -> None:
    (book / "s.css").write_text('@import url("https://fonts.example/f.css"); p { background: url(gone.png) }')
    assert faults(book) == [
        "s.css: loads https://fonts.example/f.css from outside",
        "s.css: loads gone.png, which is not there",
    ]


def test_comments_load_nothing() -> None:
    assert css_addresses("/* @import 'x.css' */ a { background: url(y.png) }") == ["y.png"]


def test_the_command_says_what_is_wrong(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert book_links.main([str(book)]) == 0
    (book / "i.png").unlink()
    assert book_links.main([str(book)]) == 1
    assert "index.html: loads i.png, which is not there" in capsys.readouterr().out
    assert book_links.main([str(book / "empty")]) == 2


def test_an_empty_folder_is_no_book(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make book"):
        faults(tmp_path)


def listed_beside(page: Path) -> list[str]:
    """Where the list beside a page leads."""
    contents = page.read_text().split('<nav class="bd-links', 1)[1].split("</nav>", 1)[0]
    return re.findall(r'<a class="[^"]*reference internal" href="([^"]*)"', contents)


def test_the_search_index_has_the_stems_that_sphinx_would_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "book/_ext"))
    ours, theirs = import_module("quick").OneStemAWord({}), SearchEnglish({})
    words = ["Counting", "counts", "counted", "nuclei", "nucleus", "labelled", "Ki-67"]
    assert [ours.stem(word) for word in words * 2] == [theirs.stem(word) for word in words * 2]
    assert ours.stem.cache_info().hits == len(words)


LISTS = {"intro", "glossary", "bibliography", "model-card", "data-card"}  # a map, two lists, two cards: they answer no question


def test_every_chapter_opens_with_its_answer_and_stands_in_the_contents() -> None:
    toc = (ROOT / "_toc.yml").read_text()
    pages = {page.stem: " ".join(page.read_text().split()) for page in (ROOT / "book").glob("*.md")}
    contents = set(re.findall(r"(?:root|file): book/([\w-]+)$", toc, re.MULTILINE))
    executed = set(re.findall(r"file: book/executed/([\w-]+)$", toc, re.MULTILINE))
    assert contents == set(pages)
    assert {notebook.stem for notebook in (ROOT / "book/executed").glob("*.ipynb")} <= executed
    places = [[text.find(f"**{word}:**") for word in ("Asked", "Done", "Came out")] for text in pages.values()]
    silent = {page for page, where in zip(pages, places, strict=True) if -1 in where or where != sorted(where)}
    assert silent == LISTS


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book, built strictly from what is committed."""
    if not (ROOT / "metrics/claims.csv").is_file():
        pytest.skip("no results yet: run `make reproduce`")
    folder = tmp_path_factory.mktemp("book")
    jupyter_book = Path(sys.executable).with_name("jupyter-book")  # it has no `python -m`
    command = [jupyter_book, "build", ROOT, "-W", "--keep-going", "-q", "--path-output", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "_build/html"


def prose(page: str) -> list[str]:
    """The words that a reader reads one after the other: not those of tables, code, formulas and what is folded."""
    article = BeautifulSoup(page, "html.parser", parse_only=SoupStrainer("article"))
    for aside in article.select("table, pre, details, .math, .headerlink"):
        aside.extract()
    return re.findall(r"\w\S*", article.get_text())


def test_prose_is_what_stands_between_tables_code_and_formulas() -> None:
    page = "<p>No</p><article>One <b>two</b>, 3 %.<table><tr><td>no</td></tr></table><pre>no</pre><details>no</details></article>"
    assert prose(page) == ["One", "two,", "3"]


FIVE_MINUTES = 750  # words of a talk


def test_no_page_carries_more_than_a_talk_of_five_minutes(html: Path) -> None:
    pages = [page for page in (ROOT / "book").glob("*.md") if page.stem not in {"glossary", "bibliography"}]
    lengths = {page.stem: len(prose((html / f"book/{page.stem}.html").read_text())) for page in pages}
    assert {page: words for page, words in lengths.items() if not 50 < words <= FIVE_MINUTES} == {}


def test_the_book_asks_nothing_of_the_web_and_every_page_stands_beside_every_other(html: Path) -> None:
    Site.of_book(ROOT / "build/client").write(html / "try")
    assert faults(html) == []
    chapters, own = listed_beside(html / "book/compression.html"), listed_beside(html / "book/executed/compressed.html")
    assert {f"{page.stem}.html" for page in (ROOT / "book").glob("*.md")} <= {Path(link).name for link in chapters}
    assert "executed/compressed.html" in " ".join(chapters) and "small.html" not in {Path(link).name for link in chapters}
    assert [Path(link).name for link in own] == [Path(link).name for link in chapters]
