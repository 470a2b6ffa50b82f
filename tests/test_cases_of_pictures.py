"""Which pictures are one case, and the one index that is signed for it."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from ki67.base.errors import InputError
from ki67.cells.pooling import pooled
from ki67.cells.scores import CUT_OFFS, Scores, wilson
from ki67.cells.uncertainty import ScorerError
from ki67.cli.main import app
from ki67.pictures.cases import (
    ByFolder,
    ByPattern,
    ByTable,
    CasePictures,
    absent,
    case_rule,
    check_rule,
    grouped,
    read_cases,
)
from ki67.score.case import CASES, pooled_case
from ki67.score.results import CellResult
from ki67.weights import fields

ROOT = Path(__file__).parents[1]
ERROR = ScorerError(cells=0.4, shared=0.002)
PAPER, CONSENSUS = CUT_OFFS[1], CUT_OFFS[0]


def result(image: str, positive: int = 0, negative: int = 0, **more: object) -> CellResult:
    given: dict[str, object] = {"hot_spot": None, "unfamiliar": (), "error": ERROR} | more
    return CellResult(image, 10, 10, 0.5, Scores(positive, negative, 0), **given)  # type: ignore[arg-type]


def cases_of(names: list[str], rule: object) -> dict[str | None, list[str]]:
    found = grouped([result(name) for name in names], names, rule, lambda name: name)  # type: ignore[arg-type]
    return {case.name: [each.image for each in case.results] for case in found}


# Which pictures are one case.


def test_a_folder_is_a_case_and_what_lies_in_none_is_of_none() -> None:
    names = ["a/2", "x", "a/1", "a/b/3", "y"]
    assert cases_of(names, ByFolder()) == {"a": ["a/2", "a/1"], "a/b": ["a/b/3"], None: ["x", "y"]}
    assert cases_of(["x", "y"], ByFolder()) == {None: ["x", "y"]}


@pytest.mark.parametrize(
    ("pattern", "name", "case"),
    [
        ("{case}_*", "S12_3", "S12"),
        ("{case}_*", "S12_b_3", "S12"),  # the shortest that fits
        ("{case}_*_*", "S12_b_3", "S12"),
        ("*_{case}", "field 3_S12", "S12"),
        ("Ki67 {case} (*)", "Ki67 24-0815 (7)", "24-0815"),
        ("*/{case}-*", "monday/7-1", "7"),
        ("{case}", "S12", "S12"),
        ("{case}_*", "S12", None),
        ("{case}_*", "_3", None),
        ("{case}_*", "monday/S12_3", None),  # no part reaches beyond a folder
        ("{case}.*", "S12_3", None),  # a point is a point
    ],
)
def test_a_pattern_tells_the_case_from_the_name(pattern: str, name: str, case: str | None) -> None:
    assert ByPattern(pattern).case_of(name) == case


@pytest.mark.parametrize("pattern", ["", "S12", "*_3", r"(.*)_\d+", "{case}_{case}", "{patient}_*", "{case}_{field}", "{case}*"])
def test_what_is_no_pattern_is_refused_in_a_line_that_shows_one(pattern: str) -> None:
    with pytest.raises(InputError, match=re.escape(f"--case {pattern}: no pattern of names; write {{case}}") + ".*'{case}_\\*'"):
        case_rule(pattern)


def test_a_pattern_that_fits_no_picture_is_refused_before_the_work() -> None:
    check_rule(ByPattern("{case}_*"), ["S12_1", "other"])
    check_rule(ByFolder(), ["other"])
    with pytest.raises(InputError, match="fits none of the pictures, such as 'S12-1'"):
        check_rule(ByPattern("{case}_*"), ["S12-1", "S12-2"])


def test_a_table_gives_cases_by_name_or_by_file_and_what_it_does_not_name_comes_last(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_bytes("image,case\nx,Z 1\ny.PNG,Z 1\nz,A\n".encode("utf-8-sig"))
    rule = case_rule(str(tmp_path / "cases.csv"))
    assert list(cases_of(["w", "x", "y", "z"], rule).items()) == [("A", ["z"]), ("Z 1", ["x", "y"]), (None, ["w"])]


def test_a_row_without_its_picture_is_said_where_its_case_is_counted() -> None:
    rule = ByTable("cases.csv", {"a": "1", "b": "1", "elsewhere": "2"})
    assert list(absent(rule, ["a", "z"])) == [
        "b: is of case 1 and is not among the pictures; name it too, or correct its row"
    ]  # fmt: skip
    [case, rest] = grouped([result("a"), result("z")], ["a", "z"], rule, lambda name: name)
    assert (case.name, case.missing, rest.missing) == ("1", ["b"], [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "needs the columns image and case"),
        (b"picture,case\nx,1\n", "needs the columns"),
        (b"image,case\nx,1\nx,2\n", "line 3 gives 'x' the case '2'"),
        (b"image,case\nx,1\nx.png,2\n", "line 3 gives 'x.png' the case '2'"),
        (b"image,case\nx,\n", "line 2 gives 'x' the case ''"),
        (b"image,case\n\xff,1\n", "save it as CSV in UTF-8"),
    ],
)
def test_a_table_of_cases_that_is_none_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "cases.csv").write_bytes(content)
    with pytest.raises(InputError, match=re.escape(says)):
        read_cases(tmp_path / "cases.csv")


def test_one_file_under_two_names_is_said_in_both_cases() -> None:
    names = ["A_1", "A_2", "B_1", "C_1"]
    same = {"A_1": "x", "A_2": "y", "B_1": "x", "C_1": "z"}
    found = grouped([result(name) for name in names], names, ByPattern("{case}_*"), same.__getitem__)
    assert [case.twins for case in found] == [[("B_1", "A_1")], [("B_1", "A_1")], []]


# What a case comes to.


def test_the_index_of_a_case_counts_cells_and_not_pictures() -> None:
    found = pooled([result("a", 9, 1), result("b", 0, 90)])
    assert (found.fields, found.scores, found.scores.ki67_index) == (2, Scores(9, 91, 0), 0.09)


def test_a_field_is_a_case_of_one() -> None:
    one = result("a", 60, 240)
    assert one.interval == pooled([one]).interval
    low, high = one.interval
    counting = wilson(60, 300)
    assert low < counting[0] < 0.2 < counting[1] < high


def test_more_fields_narrow_the_interval_down_to_what_they_have_in_common() -> None:
    def width(fields: int, error: ScorerError) -> float:
        low, high = pooled([result(str(n), 100, 400, error=error) for n in range(fields)]).interval
        return high - low

    widths = [width(fields, ERROR) for fields in (1, 4, 16, 10_000)]
    assert widths == sorted(widths, reverse=True)
    assert width(10_000, ScorerError(ERROR.cells, 0)) < 0.01
    assert widths[-1] == pytest.approx(2 * 1.96 * 0.002**0.5 * 0.8, rel=0.01)  # the slope of sin² at an index of .2 is .8


def test_without_a_known_error_of_every_field_counting_alone_is_told() -> None:
    found = pooled([result("a", 9, 91), result("b", 11, 89, error=None)])
    assert found.counting_only and found.interval == wilson(20, 200)
    assert not pooled([result("a", 9, 91)]).counting_only


def test_the_hot_spot_of_a_case_is_that_of_its_hottest_picture() -> None:
    assert pooled([result("a", 9, 1, hot_spot=0.3), result("b", hot_spot=None), result("c", hot_spot=0.4)]).hot_spot == 0.4
    assert pooled([result("a", 9, 1)]).hot_spot is None


def told(case: CasePictures[CellResult]) -> str:
    return pooled_case(case, CONSENSUS).sentence


def test_a_line_says_index_interval_cells_pictures_hot_spot_and_category() -> None:
    case = CasePictures("S12", [result("1", 100, 500, error=None), result("2", 80, 320, hot_spot=0.31, error=None)])
    low, high = (f"{100 * end:.1f} %" for end in wilson(180, 1000))
    index, cells = f"Ki-67 18.0 % ({low} to {high})", "1,000 tumour cells in 2 pictures"
    assert told(case) == f"{index}, middle at 10/20 %, middle at 16/30 %; {cells}; hot spot 31.0 %."
    assert pooled_case(case, PAPER).sentence.count("middle") == 1


def test_a_line_says_what_speaks_against_the_index() -> None:
    case = CasePictures("S12", [result("1", 1, 9), result("2", unfamiliar=("blurred",))], ["3", "4"], [("2", "1")])
    assert told(case).endswith(
        "; 10 of the 500 tumour cells asked for in 2 pictures; no hot spot. Check: 10 tumour cells, fewer than 500; "
        "2 pictures without a result: 3, 4; 2 is the same file as 1; 1 picture with a warning of its own."
    )
    many = CasePictures("S12", [result("1", 100, 500)], ["2", "3", "4", "5", "6"])
    assert "5 pictures without a result: 2, 3, 4 and 2 more" in told(many)
    assert told(CasePictures("S12", [], ["1"])).startswith("Ki-67 not defined; 0 of the 500")


def test_outlines_are_told_with_the_case() -> None:
    assert "0.75 mm²" in told(CasePictures("S12", [result("1", 9, 9, inside_mm2=0.5), result("2", 9, 9, inside_mm2=0.25)]))


# From the command line.


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases of two fields each, and a file that is no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, image in zip(("A_1", "A_2", "B_1", "rest"), fields().images, strict=False):
        Image.fromarray(np.asarray(image)).save(folder / f"{name}.png")
    (folder / "B_2.png").write_bytes(b"no picture")
    return folder


def scored(folder: Path, out: Path, *more: str) -> tuple[int, str]:
    asked = ["score", str(folder), "--out", str(out), "--mpp", "0.65", "--precision", "float32", *more]
    done = CliRunner().invoke(app, asked, catch_exceptions=False)
    return done.exit_code, done.output


def rows(out: Path, table: str) -> list[dict[str, str]]:
    with (out / table).open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_pattern_makes_a_row_a_case_and_a_case_lacks_what_failed(pictures: Path, tmp_path: Path) -> None:
    code, said = scored(pictures, tmp_path / "out", "--case", "{case}_*")
    assert code == 1 and "B_2.png" in said
    assert re.search(r"^A: Ki-67 [\d.]+ % \(.* to .*\), \w+ at 10/20 %, .* in 2 pictures; no hot spot\.", said, re.MULTILINE)
    assert re.search(r"^B: .* in 1 picture; .*1 picture without a result: B_2", said, re.MULTILINE)
    a, b = rows(tmp_path / "out", CASES.file)
    images = {row["image"]: row for row in rows(tmp_path / "out", "scores.csv")}
    assert (a["case"], a["images"], b["case"], b["images"]) == ("A", "2", "B", "1")
    assert int(a["n_positive"]) == sum(int(images[name]["n_positive"]) for name in ("A_1", "A_2"))
    assert float(a["ki67_low"]) < float(a["ki67_index"]) < float(a["ki67_high"])
    page = (tmp_path / "out/report.html").read_text()
    assert re.findall("<h2>(.*?)</h2>", page) == ["A", "B", "Without a case", "Not scored"]
    assert "A: " not in page and page.index("#case-1") < page.index("<section")
    assert '"case": "{case}_*"' in (tmp_path / "out/run.json").read_text()


def test_other_cases_are_told_of_the_same_pictures_without_scoring_them_again(pictures: Path, tmp_path: Path) -> None:
    out, table = tmp_path / "out", tmp_path / "cases.csv"
    scored(pictures, out, "--case", "{case}_*")
    first = rows(out, "scores.csv")
    table.write_text("image,case\nA_1.png,x\nB_1.png,x\nA_3.png,x\n")
    code, said = scored(pictures, out, "--case", str(table))
    assert code == 1 and "4 pictures scored, 4 of them earlier" in said
    assert "A_3: is of case x and is not among the pictures" in said
    assert [row["case"] for row in rows(out, CASES.file)] == ["x"] and rows(out, "scores.csv") == first
    scored(pictures, out)
    assert rows(out, CASES.file) == [] and "All pictures" in (out / "report.html").read_text()


def test_what_makes_no_cases_is_refused_and_nothing_is_written(pictures: Path, tmp_path: Path) -> None:
    for asked in ("{case}-*", "(.*)_1", str(tmp_path / "none.csv")):
        with pytest.raises(InputError, match=re.escape(asked)):
            scored(pictures, tmp_path / "out", "--case", asked)
    assert not (tmp_path / "out").exists()


def test_a_case_counts_only_what_lies_inside_its_outlines(pictures: Path, tmp_path: Path) -> None:
    alone = tmp_path / "in"
    alone.mkdir()
    for name in ("A_1", "A_2"):
        (alone / f"{name}.png").write_bytes((pictures / f"{name}.png").read_bytes())
        square = [[0, 0], [128, 0], [128, 128], [0, 128], [0, 0]]
        (alone / f"{name}.geojson").write_text(f'{{"type": "Polygon", "coordinates": [{square}]}}')
    code, said = scored(alone, tmp_path / "out", "--case", "{case}_*", "--inside", str(alone))
    assert code == 0 and "mm²" in said
    (case,) = rows(tmp_path / "out", CASES.file)
    parts = rows(tmp_path / "out", "scores.csv")
    assert int(case["n_negative"]) == sum(int(row["n_negative"]) for row in parts) > 0


def test_the_line_of_the_book_is_the_one_that_is_printed() -> None:
    """Its pictures have 180 of 1,000 cells positive; the network's error is one as that of the network that ships."""
    case = CasePictures("S12", [result("1", 100, 500, hot_spot=0.31), result("2", 80, 320)])
    book = (ROOT / "book/score-cases.md").read_text()
    assert f"S12: {pooled_case(case, CONSENSUS).sentence}\n" in book
    for pattern in re.findall(r"--case '(.*?)'", book + (ROOT / "README.md").read_text()):
        named = [ByPattern(pattern).case_of(name) for name in ("S12_1", "S12_2", "S12_b")]
        assert named == ["S12"] * 3
