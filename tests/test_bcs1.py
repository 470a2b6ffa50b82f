"""The layout of whole sections: what it may look like, what is refused, who is kept together."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from made_slides import SECTIONS, SIDE, tumour, write_bcs1, write_mask, write_pyramid, write_table

from ki67.base.errors import InputError
from ki67.data.bcs1 import Part, Section, sections, split_sections
from ki67.data.sections_survey import Survey, survey
from ki67.data.source import Source


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_bcs1(tmp_path / "bcs1")


def refusal(root: Path) -> list[str]:
    with pytest.raises(InputError) as refused:
        sections(root)
    return str(refused.value).splitlines()


def test_sections_come_in_the_order_of_names_with_patient_and_grade(root: Path) -> None:
    write_table(root / "split.csv", "slide,part", [("f", "test")])
    found = sections(root)
    assert [(s.name, s.patient, str(s.grade)) for s in found] == SECTIONS
    assert (found[5].slide, found[5].mask) == (root / "slides/f.tif", root / "masks/f.tif")
    assert [s.part for s in found] == [None] * 5 + ["test"]


@pytest.mark.parametrize(("side", "fits"), [(127, True), (129, True), (126, False), (130, False), (SIDE, False)])
def test_a_mask_is_a_quarter_of_its_slide_give_or_take_a_pixel(root: Path, side: int, fits: bool) -> None:
    write_mask(root / "masks/c.tif", np.ones((side, 128), bool))
    if fits:
        assert len(sections(root)) == len(SECTIONS)
    else:
        assert refusal(root) == [
            f"{root}/masks/c.tif: 128×{side}, not a quarter of the slide's 512×512; export it with a downsampling of 4"
        ]


def test_a_single_pixel_of_tumour_is_enough_and_none_is_not(root: Path) -> None:
    marks = np.zeros((128, 128), bool)
    write_mask(root / "masks/b.tif", marks)
    (line,) = refusal(root)
    assert "masks/b.tif: marks no tumour" in line
    marks[77, 31] = True
    write_mask(root / "masks/b.tif", marks)
    assert len(sections(root)) == len(SECTIONS)


def test_all_that_is_wrong_is_told_at_once_a_line_each(root: Path) -> None:
    rows = [("a", "p1", "4"), ("b", "p1", ""), ("c", "", "2"), ("d", "p3", "2"), ("f", "p5", "3")]
    write_table(root / "grades.csv", "slide,patient,grade", rows)
    (root / "masks/d.tif").unlink()
    (root / "slides/f.tif").write_bytes(b"no slide")
    says = ["grade '4'", "grade ''", "c has no patient", "masks/d.tif is missing", "e has no grade", "no slide that OpenSlide"]
    lines = refusal(root)
    assert len(lines) == len(says)
    assert all(said in line for said, line in zip(says, lines, strict=True)), lines


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("grades.csv", "slide,grade\na,1\n", "no column patient"),
        ("grades.csv", "slide,patient,grade\na,p1,1\na,p1,1\n", "line 3 grades a a second time"),
        ("split.csv", "slide,part\na,tests\n", "line 2 puts a into 'tests'"),
        ("split.csv", "slide,part\na,test\na,train\n", "line 3 puts a into 'train'"),
        ("masks/a.tif", "II*\0", "masks/a.tif: damaged"),
    ],
)
def test_tables_and_masks_that_cannot_be_read_are_named(root: Path, file: str, content: str, says: str) -> None:
    (root / file).write_text(content)
    (line,) = refusal(root)
    assert says in line


def test_a_mask_in_colour_is_refused(root: Path) -> None:
    write_pyramid(root / "masks/a.tif", np.full((128, 128, 3), 255, np.uint8), None)
    assert "has 3 channels" in refusal(root)[0]


def test_a_set_without_slides_or_grades_or_with_a_name_twice_is_refused(root: Path, tmp_path: Path) -> None:
    assert "no slides in it" in refusal(tmp_path / "nowhere")[0]
    (root / "slides/a.svs").write_bytes((root / "slides/a.tif").read_bytes())
    assert "another slide has its name" in refusal(root)[0]
    (root / "slides/a.svs").unlink()
    (root / "grades.csv").unlink()
    assert "grades.csv: missing; its layout has slides, masks, grades.csv" in refusal(root)[0]


def cohort(counts: tuple[int, int, int], each: int = 1, part: Part | None = None) -> list[Section]:
    patients = [(f"{grade}-{number}", grade) for grade, count in enumerate(counts, 1) for number in range(count)]
    return [
        Section(f"{owner}-{i}", Path(), Path(), owner, grade, part) for owner, grade in patients for i in range(each)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_no_patient_stands_in_two_parts_and_every_grade_gives_its_share(seed: int) -> None:
    found = cohort((11, 48, 31), each=2)
    parts = split_sections(found, 0.2, 0.1, seed)
    owners = {part: {s.patient for s in members} for part, members in parts.items()}
    assert sum(map(len, parts.values())) == len(found)
    assert not owners["train"] & owners["validation"] and not owners["train"] & owners["test"]
    assert (len(owners["validation"]), len(owners["test"])) == (18, 9)
    for part, share in (("validation", 0.2), ("test", 0.1)):
        grades = Counter(owner[0] for owner in owners[part])
        assert all(abs(grades[str(grade)] - share * count) <= 1.5 for grade, count in enumerate((11, 48, 31), 1))
    assert split_sections(found, 0.2, 0.1, seed) == parts


def test_seeds_draw_others() -> None:
    drawn = {tuple(s.name for s in split_sections(cohort((5, 20, 10)), 0.2, 0.2, seed)["test"]) for seed in range(5)}
    assert len(drawn) == 5


def test_parts_that_a_set_brings_are_kept_and_the_others_cut_from_who_is_free() -> None:
    train, test = cohort((4, 10, 6), part="train"), [Section("t", Path(), Path(), "t", 3, "test")]
    parts = split_sections([*train, *test], 0.2, 0.5, 1)
    assert parts["test"] == test
    assert len(parts["validation"]) == 4 and {s.grade for s in parts["validation"]} <= {1, 2, 3}
    free = cohort((0, 5, 0))
    parts = split_sections([*free, Section("x", Path(), Path(), "x", 1, "train"), *test], 0.2, 0.5, 1)
    assert "x" in {s.name for s in parts["train"]}
    assert len(parts["validation"]) == 1


def test_a_patient_s_further_sections_follow_the_one_that_has_a_part() -> None:
    found = [*cohort((2, 2, 2)), Section("t1", Path(), Path(), "t", 3, "test"), Section("t2", Path(), Path(), "t", 3, None)]
    assert {s.name for s in split_sections(found, 0.3, 0.3, 1)["test"]} == {"t1", "t2"}


@pytest.mark.parametrize("counts", [(1, 1, 1), (0, 3, 0), (2, 1, 1)])
def test_no_part_is_empty_however_few_patients_there_are(counts: tuple[int, int, int]) -> None:
    assert all(split_sections(cohort(counts), 0.5, 0.5, 3).values())


def test_too_few_patients_are_refused() -> None:
    with pytest.raises(InputError, match=r"2 patient\(s\) to draw from"):
        split_sections(cohort((1, 1, 0)), 0.2, 0.2, 1)


def test_a_survey_lists_what_is_odd_and_what_each_slide_tells(root: Path) -> None:
    write_table(root / "split.csv", "slide,part", [("a", "train"), ("b", "test")])
    write_table(root / "grades.csv", "slide,patient,grade", [*SECTIONS, ("x", "p9", "1")])
    write_pyramid(root / "slides/c.tif", np.full((SIDE, SIDE, 3), 9, np.uint8), 0.25)
    write_pyramid(root / "slides/d.tif", np.full((SIDE, SIDE, 3), 9, np.uint8), None)
    write_mask(root / "masks/y.tif", tumour())
    found = survey(root)
    assert found.oddities == (
        "patient p1 is in test and in train", "grades.csv: x has a grade and no slide", "masks/y.tif: a mask without a slide",
        "slides/d.tif: does not tell its µm/px",
    )  # fmt: skip
    assert found.um_per_px is None and found.published is None
    assert found.lines() == [
        "train: 1 sections of 1 patients; 1 of grade 1, 0 of grade 2, 0 of grade 3",
        "test: 1 sections of 1 patients; 1 of grade 1, 0 of grade 2, 0 of grade 3",
        "in no part yet: 4 sections of 4 patients; 0 of grade 1, 2 of grade 2, 2 of grade 3",
        "scale: 0.25 to 0.5 µm/px, as each slide tells",
    ]


def surveyed(train: int, validation: int, test: int, scale: float | None = 0.2) -> Survey:
    members = [
        *cohort((train, 0, 0), part="train"), *cohort((0, validation, 0), part="validation"), *cohort((0, 0, test), part="test")
    ]  # fmt: skip
    return Survey(tuple(members), (scale,) * len(members), ())


def test_only_as_many_sections_as_the_paper_counts_are_bcs1() -> None:
    assert surveyed(438, 96, 90).published == Source("bcs1", 0.2)
    assert surveyed(438, 95, 91).published is None
    assert surveyed(438, 96, 89).published is None
    assert surveyed(438, 96, 90, None).published is None
    assert Survey(tuple(cohort((624, 0, 0))), (0.2,) * 624, ()).published == Source("bcs1", 0.2)
