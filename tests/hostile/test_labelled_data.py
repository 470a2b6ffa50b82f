"""Labels, tables and settings of others: spreadsheets, cut files, links, places outside their picture."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import write_field
from made import write_sample
from made_slides import SECTIONS, tumour, write_bcs1, write_mask, write_table

LABELS, TABLES, DATASETS = "labels of pictures", "tables of scores", "datasets"
HEAD = "image,x,y,label,confidence\n"
EVALUATE = ["evaluate", "in", "--precision", "float32"]


def labelled(name: str, content: bytes | str) -> Arrange:
    """A picture and a file of labels for it."""

    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/p1_1.png")
        (folder / "in" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return EVALUATE

    return arrange


def points(*entries: object) -> Arrange:
    return labelled("p1_1.json", json.dumps(entries))


def cells(row: str) -> Arrange:
    return labelled("cells.csv", HEAD + row)


def agreed(content: bytes | str, *more: str) -> Arrange:
    """A good table of scores and another one."""

    def arrange(folder: Path) -> list[str]:
        (folder / "good.csv").write_text("image,ki67_index\na,0.1\nb,0.2\nc,0.4\n")
        (folder / "other.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return ["agree", "good.csv", "other.csv", *more]

    return arrange


def dataset(spoil: Callable[[Path], object]) -> Arrange:
    """A dataset in the published layout, which something is wrong with, at the top of a study."""

    def arrange(folder: Path) -> list[str]:
        (folder / "data.dvc").write_text("outs: []\n")
        for stem in ("p1_1_1", "p2_1_1", "p3_1_1"):
            write_sample(folder / "set/Train", stem, [{"x": 10, "y": 20, "label_id": 1}])
            write_sample(folder / "set/Test", stem.replace("p", "q"), [{"x": 10, "y": 20, "label_id": 1}])
        spoil(folder)
        return ["data", "use", "set", "--as", "shidc", "--mpp", "0.2"]

    return arrange


def whole_sections(spoil: Callable[[Path], object]) -> Arrange:
    """A set in the layout of whole sections, which something is wrong with."""

    def arrange(folder: Path) -> list[str]:
        (folder / "data.dvc").write_text("outs: []\n")
        spoil(write_bcs1(folder / "set"))
        return ["data", "use", "set", "--as", "bcs1"]

    return arrange


def grade(text: str) -> Arrange:
    """Of the first section."""
    rows = [("a", "p1", text), *SECTIONS[1:]]
    return whole_sections(lambda root: write_table(root / "grades.csv", "slide,patient,grade", rows))


def link_out(folder: Path) -> None:
    (folder / "secret.jpg").write_bytes((folder / "set/Train/p1_1_1.jpg").read_bytes())
    (folder / "set/Train/p1_1_1.jpg").unlink()
    (folder / "set/Train/p1_1_1.jpg").symlink_to(folder / "secret.jpg")


def link_round(folder: Path) -> None:
    (folder / "set/Train/again").symlink_to(folder / "set")


def link_part(folder: Path) -> None:
    (folder / "set/Test").rename(folder / "elsewhere")
    (folder / "set/Test").symlink_to(folder / "elsewhere")


GOOD = "image,ki67_index\na,0.1\nb,0.3\nc,0.5\n"
POINT = {"x": 10, "y": 20, "label_id": 1}
NUMBERS = (1e308, -1e308, 10**400, "1e309", "nan", "inf", None, True, [], {}, "", "ten")
CASES = [
    *(Case(LABELS, f"JSON: x is {str(x)[:9]!r}", points(POINT | {"x": x}),
           Ended.REFUSED, "p1_1.json: entry 1 has x") for x in NUMBERS),
    *(Case(LABELS, f"JSON: a label {label!r}", points(POINT | {"label_id": label}), Ended.REFUSED, "entry 1 has label_id")
      for label in (0, 4, -1, 1.5, "x", None, "1;2")),
    *(Case(LABELS, f"JSON: outside at {x}, {y}", points(POINT | {"x": x, "y": y}), Ended.REFUSED, "outside the 256×256 picture")
      for x, y in ((-1, 3), (256, 3), (3, 256), (9999, 3))),
    *(Case(LABELS, f"JSON: an entry {entry!r}", points(entry),
           Ended.REFUSED, "p1_1.json: entry 1") for entry in (None, 1, "x", [])),
    Case(LABELS, "JSON: too deep", labelled("p1_1.json", "[" * 200_000), Ended.REFUSED, "not valid JSON"),
    Case(LABELS, "JSON: cut", labelled("p1_1.json", '[{"x": 1'), Ended.REFUSED, "not valid JSON"),
    Case(LABELS, "JSON: empty", labelled("p1_1.json", ""), Ended.REFUSED, "not valid JSON"),
    Case(LABELS, "JSON: binary", labelled("p1_1.json", b"\x00\xff\xfe"), Ended.REFUSED, "not valid JSON"),
    Case(LABELS, "JSON: Latin-1", labelled("p1_1.json", '[{"ä": 1}]'.encode("latin-1")), Ended.REFUSED, "not valid JSON"),
    Case(LABELS, "JSON: no list", labelled("p1_1.json", "{}"), Ended.REFUSED, "holds no list"),
    Case(LABELS, "JSON: a mark of Windows before it", labelled("p1_1.json", json.dumps([POINT]).encode("utf-8-sig")), Ended.DONE),
    Case(LABELS, "JSON: UTF-16", labelled("p1_1.json", json.dumps([POINT]).encode("utf-16")), Ended.DONE),
    Case(LABELS, "JSON: missing", lambda folder: [*EVALUATE[:1], str(write_field(folder / "in/p1_1.png").parent)], Ended.REFUSED,
         "its labels p1_1.json are missing"),
    *(Case(LABELS, f"CSV: x is {x[:9]}", cells(f"p1_1,{x},2,1,1\n"), Ended.REFUSED, "line 2 has x")
      for x in ("1e308", "nan", "inf", "", "ten", "1e400")),
    *(Case(LABELS, f"CSV: outside at {x}, {y}", cells(f"p1_1,{x},{y},1,1\n"), Ended.REFUSED, "outside its 256×256 pixels")
      for x, y in ((-1, 3), (256, 3), (3, 256), (99999, 3))),
    *(Case(LABELS, f"CSV: a name {name}", cells(f"{name},1,2,1,1\n"), Ended.REFUSED, "which is not there")
      for name in ("../../x", "/etc/passwd", "p1_2", "=1+1", "")),
    Case(LABELS, "CSV: a field too few", cells("p1_1,1,2,1\n"), Ended.REFUSED, "line 2 has 4 fields"),
    Case(LABELS, "CSV: other columns", labelled("cells.csv", "a,b\n"), Ended.REFUSED, "the first line is not"),
    Case(LABELS, "CSV: empty", labelled("cells.csv", ""), Ended.REFUSED, "the first line is not"),
    Case(LABELS, "CSV: binary", labelled("cells.csv", b"\xff\xfe\x00\x01"), Ended.REFUSED, "cannot be read as a table"),
    Case(LABELS, "CSV: Latin-1", labelled("cells.csv", (HEAD + "ä,1,2,1,1\n").encode("latin-1")),
         Ended.REFUSED, "save it as CSV in UTF-8"),
    Case(LABELS, "CSV: UTF-16", labelled("cells.csv", (HEAD + "p1_1,1,2,1,1\n").encode("utf-16")), Ended.REFUSED, "in UTF-8"),
    Case(LABELS, "CSV: a mark of Windows before it", labelled("cells.csv", (HEAD + "p1_1,9,9,1,1\n").encode("utf-8-sig")),
         Ended.DONE),
    Case(TABLES, "good", agreed(GOOD), Ended.DONE),
    Case(TABLES, "a mark of Windows before it", agreed(GOOD.encode("utf-8-sig")), Ended.DONE),
    *(Case(TABLES, f"an index {text!r}", agreed(f"image,ki67_index\na,{text}\n"), Ended.REFUSED, "line 2 has ki67_index")
      for text in ("-0.1", "1.1", "inf", "ten", "12 %", "1e308")),
    Case(TABLES, "no column", agreed("image,index\na,1\n"), Ended.REFUSED, "needs the columns"),
    Case(TABLES, "empty", agreed(""), Ended.REFUSED, "needs the columns"),
    Case(TABLES, "UTF-16", agreed(GOOD.encode("utf-16")), Ended.REFUSED, "save it as CSV in UTF-8"),
    Case(TABLES, "Latin-1", agreed("image,ki67_index\nä,1\n".encode("latin-1")), Ended.REFUSED, "save it as CSV in UTF-8"),
    Case(TABLES, "a picture twice", agreed("image,ki67_index\na,1\na,1\n"), Ended.REFUSED, "line 3 names 'a' again"),
    Case(TABLES, "nothing in common", agreed("image,ki67_index\nx,1\ny,1\n"), Ended.REFUSED, "shares 0 pictures"),
    Case(TABLES, "one picture in common", agreed("image,ki67_index\na,1\nx,1\n"), Ended.REFUSED, "shares 1 picture with"),
    Case(TABLES, "a field of 200,000 letters", agreed(f"image,ki67_index\n{'a' * 200_000},1\n"),
         Ended.REFUSED, "cannot be read as a table"),
    *(Case(TABLES, f"cut-offs {text}", agreed(GOOD, "--cut-offs", text), Ended.REFUSED, "not two limits in per cent")
      for text in ("./.", "1.2.3/4", "nan/nan", "30/16", "-1/5", "16", "16/101", "²/³", "1e1/30", "/", "")),
    Case(DATASETS, "good, and not at the top of a study", dataset(lambda folder: (folder / "data.dvc").unlink()),
         Ended.REFUSED, "data.dvc"),
    Case(DATASETS, "a link out of the folder", dataset(link_out), Ended.REFUSED, "p1_1_1.jpg: is a link"),
    Case(DATASETS, "a link in a circle", dataset(link_round), Ended.REFUSED, "set/Train/again: is a link"),
    *(Case(DATASETS, f"sections: the grade {text!r}", grade(text), Ended.REFUSED, "grades.csv: slide a has the grade")
      for text in ("4", "0", "", "II", "2.0", "-1", "²")),
    Case(DATASETS, "sections: a slide without a grade", whole_sections(lambda root: write_table(
        root / "grades.csv", "slide,patient,grade", SECTIONS[1:])), Ended.REFUSED, "slide a has no grade"),
    Case(DATASETS, "sections: a slide without a mask", whole_sections(lambda root: (root / "masks/a.tif").unlink()),
         Ended.REFUSED, "its mask masks/a.tif is missing"),
    Case(DATASETS, "sections: a mask of another size", whole_sections(lambda root: write_mask(root / "masks/a.tif", tumour(512))),
         Ended.REFUSED, "masks/a.tif: 512×512, not a quarter"),
    Case(DATASETS, "sections: a mask without tumour",
         whole_sections(lambda root: write_mask(root / "masks/a.tif", np.zeros((128, 128), bool))),
         Ended.REFUSED, "masks/a.tif: marks no tumour"),
    Case(DATASETS, "sections: a mask that is cut", whole_sections(lambda root: (root / "masks/a.tif").write_bytes(
        (root / "masks/a.tif").read_bytes()[:200])), Ended.REFUSED, "masks/a.tif: damaged or truncated"),
    Case(DATASETS, "sections: a JPEG named .svs", whole_sections(lambda root: write_field(root / "slides/a.tif", format="JPEG")),
         Ended.REFUSED, "slides/a.tif: no slide that OpenSlide knows"),
    Case(DATASETS, "sections: no slides", whole_sections(lambda root: shutil.rmtree(root / "slides")),
         Ended.REFUSED, "set/slides: no slides in it"),
    Case(DATASETS, "a part that is a link", dataset(link_part), Ended.REFUSED, "set/Test: is a link"),
]  # fmt: skip


def test_one_picture_of_one_patient_is_said_as_one(attempt: Attempt) -> None:
    outcome = attempt(Case(LABELS, "one picture", points(POINT), Ended.DONE))
    assert outcome.out.startswith("1 picture of 1 patient; intervals are over patients (one has none)")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_labelled_data(case: Case, attempt: Attempt) -> None:
    outcome = attempt(case)
    assert outcome.new == []
