"""Sections prepared for refiners and judges: every frame shows the same tumour at the same place, and a file keeps it all."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from made_slides import write_mask, write_pyramid

from ki67.data.bcs1 import Section
from ki67.tumour.labels import PatchRule
from ki67.tumour.prepared import Prepared, prepare
from ki67.tumour.tree import PatchLabel

WIDTH, HEIGHT, SIDE = 1280, 768, 64
DROPPED, FREE, TUMOUR = PatchLabel


@pytest.fixture(scope="module")
def section(tmp_path_factory: pytest.TempPathFactory) -> Section:
    """Pink tissue from 256 to 1024 across, its left third outlined as tumour but for the last row of patches."""
    root = tmp_path_factory.mktemp("section")
    pixels = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    pixels[:, 256:1024] = 200, 90, 160
    marks = np.zeros((HEIGHT // 4, WIDTH // 4), bool)
    marks[: 508 // 4, 256 // 4 : 508 // 4] = True
    return Section("s", write_pyramid(root / "s.tif", pixels, 1.0), write_mask(root / "m.tif", marks), "p", 3, "validation")


@pytest.fixture(scope="module")
def prepared(section: Section) -> Prepared:
    return prepare(section, SIDE)


def test_labels_lie_on_the_grid(prepared: Prepared) -> None:
    assert prepared.labels.tolist() == [
        [DROPPED, TUMOUR, FREE, FREE, DROPPED],
        [DROPPED, TUMOUR, FREE, FREE, DROPPED],
        [DROPPED, FREE, FREE, FREE, DROPPED],
    ]
    np.testing.assert_allclose(prepared.tissue, np.tile([0, 1, 1, 1, 0], (3, 1)), atol=0.05)


def test_view_truth_and_judged_outline_show_tissue_and_tumour_at_one_place(prepared: Prepared) -> None:
    pink = prepared.view[..., 1] < 120
    assert pink[:, 14:50].all()
    assert not pink[:, :12].any()
    rows, columns = np.nonzero(prepared.truth > 0.5)
    assert (rows.min(), columns.min()) == (0, round(SIDE * 256 / WIDTH))
    assert rows.max() + 1 == pytest.approx(SIDE * 508 / HEIGHT, abs=1)
    assert prepared.truth.mean() == pytest.approx(252 * 508 / WIDTH / HEIGHT, rel=1e-4)
    assert prepared.truth_8.shape == (HEIGHT // 8, WIDTH // 8)
    np.testing.assert_array_equal(np.argwhere(prepared.truth_8).min(axis=0), (0, 32))
    assert prepared.truth_8[63, 40] and prepared.truth_8[40, 63]  # half of each is tumour
    assert not prepared.truth_8[63, 63]  # a quarter
    assert not prepared.truth_8[64:].any() and not prepared.truth_8[:, 64:].any()


def test_it_knows_whose_section_it_is(prepared: Prepared) -> None:
    assert (prepared.name, prepared.patient, prepared.grade, prepared.part) == ("s", "p", 3, "validation")
    assert prepared.size == (WIDTH, HEIGHT)


def test_the_rule_decides_which_patches_count(section: Section) -> None:
    assert (prepare(section, SIDE, PatchRule(least_tumour=1.0)).labels != TUMOUR).all()


@pytest.mark.parametrize("part", ["train", None])
def test_a_file_keeps_all_of_it_in_the_same_bytes(prepared: Prepared, tmp_path: Path, part: str | None) -> None:
    given = replace(prepared, part=part)
    for name in ("a.npz", "b.npz"):
        given.save(tmp_path / name)
    kept = Prepared.load(tmp_path / "a.npz")
    for field in fields(Prepared):
        saved, loaded = getattr(given, field.name), getattr(kept, field.name)
        np.testing.assert_array_equal(saved, loaded)
        assert type(saved) is type(loaded)
        assert getattr(saved, "dtype", None) == getattr(loaded, "dtype", None)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
