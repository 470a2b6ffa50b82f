"""The BreastPathQ layout: read as published, refused in one line where it is wrong."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from made_patches import OWNERS, POINTS, ROWS, annotated, picture, points_xml, table, write_layout

from ki67.base.errors import InputError
from ki67.data.breastpathq import PARTS, Annotated, Scored, read_annotated, read_scored
from ki67.data.patches import LYMPHOCYTE, MALIGNANT, NORMAL
from ki67.data.patches_survey import BREASTPATHQ, Survey, survey
from ki67.data.sedeen import read_points


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_layout(tmp_path / "breastpathq")


def test_every_label_has_its_picture_and_its_patient(root: Path) -> None:
    scored = read_scored(root)
    assert [(p.name, p.patient, p.score) for p in scored] == [
        ("10_1", "1", 0.4), ("10_2", "1", 0.0), ("11_1", "1", 1.0), ("20_1", "2", 0.05), ("30_1", "3", 0.97)
    ]  # fmt: skip
    assert all(p.image.is_file() for p in scored)


def test_columns_are_found_by_name(root: Path) -> None:
    table(root / "train_labels.csv", "y,slide,rid", [(y, slide, rid) for slide, rid, y in ROWS])
    assert [p.score for p in read_scored(root)] == [0.4, 0.0, 1.0, 0.05, 0.97]


def test_a_run_of_rising_regions_passes_for_a_patient(root: Path) -> None:
    annotated(root, "10_Region 1", points_xml(POINTS))
    assert [(a.name, a.patient) for a in read_annotated(root)] == [
        ("1_Region 3", "cells-1"), ("2_Region 8", "cells-1"), ("3_Region 1", "cells-2"), ("10_Region 1", "cells-3")
    ]  # fmt: skip


def labels(*rows: tuple[str, ...], header: str = "slide,rid,y"):
    return lambda root: table(root / "train_labels.csv", header, list(rows))


def owners(*rows: tuple[str, ...]):
    return lambda root: table(root / "patient_ids.csv", "patient_id,slide", list(rows))


def points(xml: str):
    return lambda root: annotated(root, "2_Region 8", xml)


KEY = r"2_Region 8_key\.xml: "
WRONG = {
    "no labels": (lambda r: (r / "train_labels.csv").unlink(), r"train_labels\.csv: missing"),
    "no patients": (lambda r: (r / "patient_ids.csv").unlink(), r"patient_ids\.csv: missing"),
    "no column": (labels(*ROWS, header="slide,rid,p"), r"train_labels\.csv: no column y"),
    "score above": (labels(*ROWS[:4], ("30", "1", "1.2")), r"line 6 has the score '1\.2'"),
    "score below": (labels(*ROWS[:4], ("30", "1", "-0.1")), "line 6 has the score '-0.1'"),
    "score not a number": (labels(*ROWS[:4], ("30", "1", "nan")), "line 6 has the score 'nan'"),
    "scored twice": (labels(*ROWS, ROWS[0]), "line 7 scores 10_1 a second time"),
    "no picture": (lambda r: (r / "train/20_1.tif").unlink(), r"line 5 scores 20_1, but .*20_1\.tif is missing"),
    "slide of nobody": (owners(*OWNERS[:3]), r"patient_ids\.csv: slide 30 has no patient"),
    "slide of two": (owners(*OWNERS, ("9", "30")), "line 6 gives slide 30 the patient '9'"),
    "one patient": (owners(*(("1", slide) for _, slide in OWNERS)), r"patches of 1 patient.*: add patches of other patients"),
    "Latin-1": (lambda r: (r / "train_labels.csv").write_bytes("slide,rid,y\nü,1,0.5\n".encode("latin-1")), "csv: not in UTF-8"),
    "Latin-1 owners": (lambda r: (r / "patient_ids.csv").write_bytes(b"patient_id,slide\n\xfc,10\n"), "ids.csv: not in UTF-8"),
    "endless field": (labels(*ROWS, ("9" * 140_000, "1", "0.5")), r"train_labels\.csv: no table after line 6 \(field larger"),
    "open quote": (labels(ROWS[0], ('"10', "2", "0"), *ROWS[2:]), r"labels\.csv: no table after line 2 \(unexpected end"),
    "one run": (lambda r: [p.unlink() for p in (r / "cells").glob("3_*")], "cells: all annotated patches are one run of rising"),
    "grey": (lambda r: picture(r / "train/11_1.tif", mode="L"), r"11_1\.tif: the picture is L, not 8-bit RGB"),
    "16 bit": (lambda r: picture(r / "train/11_1.tif", mode="I;16"), r"11_1\.tif: the picture is I;16, not 8-bit RGB"),
    "not a picture": (lambda r: (r / "train/11_1.tif").write_text("x"), r"11_1\.tif: not a picture"),
    "other size": (lambda r: picture(r / "train/11_1.tif", (512, 500)), r"11_1\.tif: 512×500; a scored patch has 512×512"),
    "no cells": (lambda r: [p.unlink() for p in (r / "cells").glob("*")], "cells: no annotated patches"),
    "no points file": (lambda r: (r / "cells/2_Region 8_key.xml").unlink(), r"2_Region 8_crop\.tif: its points .* are missing"),
    "odd name": (lambda r: picture(r / "cells/two_crop.tif"), r"two_crop\.tif: not named"),
    "unknown type": (points(points_xml({"plasma": [(1, 1)]})), KEY + "unknown cell type 'plasma'"),
    "no points": (points(points_xml({"IDC": []})), KEY + "no points"),
    "odd point": (points(points_xml({"IDC": [(1, "y")]})), KEY + "a point reads '1,y'"),
    "broken": (points("<session><image>"), KEY + "not valid XML"),
    "many bytes": (points(points_xml(POINTS, '<?xml version="1.0" encoding="big5"?>')), KEY + "not valid XML .*in UTF-8"),
    "unheard of": (points(points_xml(POINTS, '<?xml version="1.0" encoding="x-none"?>')), KEY + "not valid XML .*in UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_in_one_line(root: Path, what: str) -> None:
    break_it, says = WRONG[what]
    break_it(root)
    with pytest.raises(InputError, match=says) as refused:
        survey(root)
    assert "\n" not in str(refused.value)


def test_a_document_type_is_refused_before_any_entity_is_read(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "1,1"><!ENTITY b "&a;&a;&a;&a;">]>'
    for encoding in ("utf-8", "utf-16"):
        path = tmp_path / "1_key.xml"
        text = points_xml({"IDC": [(1, 1)]}, f'<?xml version="1.0" encoding="{encoding}"?>{bomb}')
        path.write_bytes(text.replace("1,1<", "&b;<").encode(encoding))
        with pytest.raises(InputError, match="declares a document type"):
            read_points(path)


def test_labels_are_known_whatever_their_case_spaces_and_dashes(tmp_path: Path) -> None:
    path = tmp_path / "1_key.xml"
    labels = {"IDC": MALIGNANT, "dcis 2": MALIGNANT, "MC-E": MALIGNANT, "Normal": NORMAL, "udh": NORMAL, "til-e": LYMPHOCYTE}
    path.write_text(points_xml({label: [(i, 1)] for i, label in enumerate(labels)}))
    assert read_points(path).kind.tolist() == list(labels.values())


def test_a_survey_counts_and_lists_what_is_odd(root: Path) -> None:
    picture(root / "train/99_1.tif")
    annotated(root, "4_Region 2", points_xml({"IDC": [(1, 1), (600, 3)]}))
    (root / "cells/9_Region 1_key.xml").write_text(points_xml(POINTS))
    found = survey(root)
    assert "train: 5 scored patches of 4 slides of 3 patients" in found.lines()
    assert "cells: 4 annotated patches; nuclei: 3 normal, 3 lymphocyte, 7 malignant" in found.lines()
    assert found.oddities == (
        "train/99_1.tif: no score",
        "cells/4_Region 2_key.xml: 1 point(s) outside the picture",
        "cells/9_Region 1_key.xml: points without a picture",
    )


def test_a_set_with_a_test_of_its_own_is_tested_on_it_and_on_nobody_else(root: Path) -> None:
    drawn = survey(root).parts(0.2, 4)
    assert all(drawn.values()) and {p.image.parent.name for part in drawn.values() for p in part} == {"train"}
    for rid, score in (("1", "0.3"), ("2", "0")):
        picture(root / f"test/40_{rid}.tif")
        table(root / "test_labels.csv", "slide,rid,y", [("40", "1", "0.3"), ("40", rid, score)][: int(rid)])
    table(root / "patient_ids.csv", "patient_id,slide", [*OWNERS, ("4", "40")])
    found = survey(root)
    brought = found.parts(0.2, 4)
    assert "test: 2 scored patches of 1 slides of 1 patients" in found.lines() and found.oddities == ()
    assert [(p.name, p.patient, p.score) for p in brought["test"]] == [("40_1", "4", 0.3), ("40_2", "4", 0.0)]
    assert sorted(p.name for part in ("train", "validation") for p in brought[part]) == sorted(p.name for p in found.scored)
    table(root / "patient_ids.csv", "patient_id,slide", [*OWNERS, ("3", "40")])
    assert survey(root).oddities == ("patient 3 is in train and in test",)


def test_only_as_many_patches_as_the_paper_counts_are_breastpathq() -> None:
    patch = Scored(Path("1_1.tif"), "1", "1", "1", 0.5)
    clicked = Annotated(Path("1_crop.tif"), Path("1_key.xml"), "cells-1")

    def published(scored: int, annotated: int, test: int = 0) -> object:
        return Survey((patch,) * scored, (patch,) * test, (clicked,) * annotated, Counter(), ()).published

    assert published(2395, 153) == published(2394, 153) == BREASTPATHQ
    assert not (published(2300, 153) or published(2395, 150) or published(2395, 153, test=40))


def test_all_parts_of_the_layout_are_named(root: Path) -> None:
    assert sorted(p.name for p in root.iterdir()) == sorted(PARTS)
    assert next(csv.reader((root / "patient_ids.csv").open())) == ["patient_id", "slide"]
