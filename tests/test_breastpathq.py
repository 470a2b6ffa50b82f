"""The BreastPathQ layout: read as published, refused in one line where it is wrong, halved and split without leaks."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ki67.data.breastpathq import PARTS, read_annotated, read_scored, survey
from ki67.data.halving import annotated_patches, halved, scored_patches, tiles
from ki67.data.patches import KINDS, LYMPHOCYTE, MALIGNANT, NORMAL, Nuclei, load_patches, save_patches
from ki67.data.patches_table import patches_summary, patches_table
from ki67.data.sedeen import read_points
from ki67.data.split import apart, three_parts, two_parts
from ki67.errors import InputError

ROWS = [("10", "1", "0.4"), ("10", "2", "0"), ("11", "1", "1"), ("20", "1", "0.05"), ("30", "1", "0.97")]
OWNERS = [("1", "10"), ("1", "11"), ("2", "20"), ("3", "30")]
POINTS = {"IDC": [(10, 20), (500, 30)], "normal": [(7, 9)], "TIL-S": [(100, 101)]}


def picture(path: Path, size: tuple[int, int] = (512, 512), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, 200 if mode != "RGB" else (200, 150, 180)).save(path, format="TIFF")


def points_xml(groups: dict[str, list[tuple[int, int]]], head: str = '<?xml version="1.0"?>') -> str:
    graphics = "".join(
        f'<graphic type="point" name="Region" description="{label}"><pen color="#0"/><point-list>'
        + "".join(f"<point>{x},{y}</point>" for x, y in xy)
        + "</point-list></graphic>"
        for label, xy in groups.items()
    )
    return f"{head}<session><image><overlays>{graphics}</overlays></image></session>"


def annotated(root: Path, name: str, xml: str, size: tuple[int, int] = (512, 512)) -> None:
    picture(root / f"cells/{name}_crop.tif", size)
    (root / f"cells/{name}_key.xml").write_text(xml)


def table(path: Path, header: str, rows: list[tuple[str, ...]]) -> None:
    path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "breastpathq"
    for slide, rid, _ in ROWS:
        picture(root / f"train/{slide}_{rid}.tif")
    table(root / "train_labels.csv", "slide,rid,y", ROWS)
    table(root / "patient_ids.csv", "patient_id,slide", OWNERS)
    for name in ("1_Region 3", "2_Region 8", "3_Region 1"):
        annotated(root, name, points_xml(POINTS))
    return root


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
    "one patient": (owners(*(("1", slide) for _, slide in OWNERS)), r"patches of 1 patient"),
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


def test_halving_averages_pixels_and_moves_points_with_them(tmp_path: Path) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (512, 512, 3), np.uint8)
    nuclei = Nuclei(np.array([(0, 0), (1, 1), (511, 40)], np.float32), np.array([0, 1, 2], np.uint8))
    ((image, moved),) = tiles(Image.fromarray(pixels), nuclei)
    means = pixels.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    assert np.abs(image - means).max() <= 1  # rounded once in each direction
    assert np.allclose(moved.xy, [(-0.25, -0.25), (0.25, 0.25), (255.25, 19.75)])
    assert np.allclose(halved(np.array([(0.5, 0.5)], np.float32)), (0, 0))  # the middle of the first four pixels


def test_a_larger_picture_is_cut_and_no_nucleus_is_lost_or_doubled() -> None:
    xy = np.random.default_rng(4).integers(0, (700, 468), (300, 2)).astype(np.float32)
    nuclei = Nuclei(xy, np.zeros(300, np.uint8))
    cut = list(tiles(Image.new("RGB", (700, 468), (10, 20, 30)), nuclei))
    assert len(cut) == 2 and sum(len(part) for _, part in cut) == 300
    left, right = (image for image, _ in cut)
    assert (left[:234] == (10, 20, 30)).all() and (left[234:] == 255).all()
    assert (right[:234, :94] == (10, 20, 30)).all() and (right[:, 94:] == 255).all()
    back = np.concatenate([(part.xy + 0.5) * 2 - 0.5 + (512 * i, 0) for i, (_, part) in enumerate(cut)])
    assert np.array_equal(np.sort(back, axis=0), np.sort(xy, axis=0))


def test_patches_keep_names_scores_and_nuclei_through_a_file(root: Path, tmp_path: Path) -> None:
    annotated(root, "4_Region 2", points_xml({"IDC": [(5, 5), (600, 5)]}), (600 + 8, 512))
    nuclei = annotated_patches(read_annotated(root))
    assert nuclei.names == ("1_Region 3", "2_Region 8", "3_Region 1", "4_Region 2 1", "4_Region 2 2")
    assert np.isnan(nuclei.scores).all() and [len(n) for n in nuclei.nuclei] == [4, 4, 4, 1, 1]
    scored = scored_patches(read_scored(root))
    for patches in (nuclei, scored):
        save_patches(patches, tmp_path / "patches.npz")
        again = load_patches(tmp_path / "patches.npz")
        assert (again.names, again.patients) == (patches.names, patches.patients)
        assert np.array_equal(again.scores, patches.scores, equal_nan=True)
        assert all(np.array_equal(a.xy, b.xy) for a, b in zip(again.nuclei, patches.nuclei, strict=True))
    summary = patches_summary(patches_table({"train": scored}, {"train": nuclei}), survey(root), root)
    assert summary["source"] == "breastpathq" and summary["scored"]["slides"] == 4
    assert summary["scored"]["mean_score"] == pytest.approx(np.mean([0.4, 0, 1, 0.05, 0.97]))
    assert [summary["annotated"][kind] for kind in KINDS] == [3, 3, 8]


def test_no_patient_stands_in_two_parts_and_no_part_is_empty() -> None:
    rng = np.random.default_rng(5)
    for seed in range(20):
        whose = [str(patient) for patient in rng.integers(0, 3 + seed, 60)] + ["0", "1", "2"]
        parts = three_parts(whose, 0.2, seed)
        sides = [{whose[i] for i in part} for part in parts.values()]
        assert all(sides) and not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])
        assert sorted(i for part in parts.values() for i in part) == list(range(len(whose)))
        assert parts == three_parts(whose, 0.2, seed)
    many = [str(i // 2) for i in range(200)]
    assert [len(part) for part in three_parts(many, 0.2, 1).values()] == [128, 32, 40]
    assert three_parts(many, 0.2, 1) != three_parts(many, 0.2, 2)
    assert [len(part) for part in two_parts(many, 0.25, 1).values()] == [150, 50]
    assert len(apart(["a", "b"], 0.9, 0)) == 1
    for few, divide in ((["a", "b"], three_parts), (["a"], two_parts)):
        with pytest.raises(InputError, match=r"patient\(s\) only"):
            divide(few, 0.2, 0)


def test_all_parts_of_the_layout_are_named(root: Path) -> None:
    assert sorted(p.name for p in root.iterdir()) == sorted(PARTS)
    assert next(csv.reader((root / "patient_ids.csv").open())) == ["patient_id", "slide"]
