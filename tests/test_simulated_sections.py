"""Simulated whole sections: the map that holds the paper's difficulty, the pixels, and the cohort on disk."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from ki67.base.errors import InputError
from ki67.data.patches import SIDE
from ki67.simulate.cohort import FIRST_TEST_PATIENT
from ki67.simulate.section import SectionCohort, draw_section, write_cohort
from ki67.simulate.section.anatomy import lay_out
from ki67.simulate.section.artefacts import draw_artefacts
from ki67.simulate.section.cohort import test_orders as orders_of_test
from ki67.simulate.section.cohort import training_orders
from ki67.simulate.section.kinds import MAP_UM, TISSUE, Kind
from ki67.simulate.section.quilt import SPACING_UM, Quilt, windows
from ki67.simulate.section.section import GRADE_SHARES, grade_of
from ki67.simulate.section.swatches import SIDE_UM, SwatchOrder, draw_swatch

SMALL = 1536  # µm


@pytest.fixture(scope="module")
def anatomies():
    return [lay_out(1 + number % 3, 6144, np.random.default_rng(number)) for number in range(24)]


def share(anatomy, kind, where):
    return float((anatomy.kinds[where] == kind).mean()) if where.any() else 0.0


def test_malignant_cells_lie_within_the_outline_and_nowhere_else(anatomies):
    for anatomy in anatomies:
        assert not (anatomy.kinds[~anatomy.outline] == Kind.INVASIVE).any()
        assert share(anatomy, Kind.INVASIVE, anatomy.outline) > 0.15


def test_the_outline_takes_in_what_is_no_tumour_by_itself(anatomies):
    """Stroma, fat and lymphocytes stand on both sides of it, so that a patch of them alone does not tell the side."""
    for kind in (Kind.STROMA, Kind.FAT, Kind.LYMPHOCYTES):
        within = np.mean([share(a, kind, a.outline) for a in anatomies])
        without = np.mean([share(a, kind, ~a.outline & (a.kinds > 0)) for a in anatomies])
        assert within > 0.01 and without > 0.01
    others = [1 - share(a, Kind.INVASIVE, a.outline) for a in anatomies]
    assert 0.3 < np.mean(others) < 0.65


def test_whole_patches_within_the_outline_hold_no_malignant_cell(anatomies):
    """At least one in twenty patches of the tumour is a lake of stroma or fat: a classifier of patches cannot know."""
    lakes, patches = 0, 0
    for anatomy in anatomies:
        cells, outlined = (plane[: 24 * 32, : 24 * 32].reshape(24, 32, 24, 32).mean(axis=(1, 3)) for plane in
                           (anatomy.kinds == Kind.INVASIVE, anatomy.outline))  # fmt: skip
        patches += int((outlined > 0.9).sum())
        lakes += int(((outlined > 0.9) & (cells < 0.02)).sum())
    assert 0.05 < lakes / patches < 0.5


def test_some_sections_hold_tumour_in_situ_outside_the_outline_and_inflamed_lobules(anatomies):
    outside = [share(a, Kind.IN_SITU, ~a.outline & (a.kinds > 0)) for a in anatomies]
    assert 0.2 < np.mean(np.array(outside) > 0) < 0.9
    glands = [share(a, Kind.GLANDS, ~a.outline & (a.kinds > 0)) for a in anatomies]
    assert np.mean(np.array(glands) > 0) > 0.8


def test_there_are_sections_of_one_piece_and_of_several(anatomies):
    counts = [sum(size > 3000 for size in np.bincount(ndimage.label(a.kinds > 0)[0].ravel())[1:]) for a in anatomies]
    assert min(counts) == 1 and max(counts) >= 2


def test_tissue_covers_a_third_of_the_glass_or_so_and_tumour_half_of_it(anatomies):
    tissue = [float((a.kinds > 0).mean()) for a in anatomies]
    tumour = [float((a.outline & (a.kinds > 0)).sum() / (a.kinds > 0).sum()) for a in anatomies]
    assert 0.25 < np.mean(tissue) < 0.5
    assert 0.25 < np.mean(tumour) < 0.6


def test_the_outline_is_smooth_and_in_few_pieces(anatomies):
    for anatomy in anatomies:
        assert ndimage.label(anatomy.outline)[1] <= 4
        opened = ndimage.binary_opening(anatomy.outline, iterations=3)
        assert opened.sum() > 0.96 * anatomy.outline.sum()


def test_grades_come_in_the_papers_shares():
    grades = np.array([grade_of(3, patient) for patient in range(1, 181)])
    assert np.allclose([np.mean(grades == grade) for grade in (1, 2, 3)], GRADE_SHARES, atol=0.03)


def test_windows_share_each_pixel_out_and_join_from_cell_to_cell():
    shares = windows(96, 2.0)
    assert np.allclose(shares.sum(axis=0), 1)
    upper_left, upper_right = shares[0], shares[1]
    # A knot's window goes on in the next cell: at the left rim as much as at the right rim of the cell to the left.
    assert np.allclose(upper_left[:, 0] + shares[2][:, 0], 1, atol=0.02)
    assert np.allclose(upper_right[:, -1] + shares[3][:, -1], 1, atol=0.02)
    assert np.allclose(upper_left[:, 0], upper_right[:, -1], atol=0.1)


def test_a_swatch_follows_from_its_numbers_and_reaches_from_knot_to_knot():
    order = SwatchOrder(5, Kind.STROMA, 0, 1, 1.0)
    swatch = draw_swatch(order)
    assert swatch.shape == (3, SIDE_UM, SIDE_UM) and 2 * SPACING_UM == SIDE_UM
    assert (swatch == draw_swatch(order)).all()
    assert (swatch != draw_swatch(replace(order, number=2))).any()


def test_higher_grades_have_larger_nuclei():
    """Fewer and larger dark blobs: the length over which haematoxylin is alike grows with the grade."""

    def coarseness(grade):
        blue = [draw_swatch(SwatchOrder(8, Kind.INVASIVE, grade, number, 1.0))[0].astype(float) for number in range(4)]
        return np.mean([plane.var() / ((plane[:, 2:] - plane[:, :-2]) ** 2).mean() for plane in blue])

    assert coarseness(3) > coarseness(1)


def test_every_kind_of_tissue_can_be_drawn():
    for kind in TISSUE:
        order = SwatchOrder(2, kind, 2 if kind is Kind.INVASIVE else 0, 0, 1.0)
        assert draw_swatch(order).any(), kind


def test_fat_is_mostly_white_and_lymphocytes_are_dark():
    stain = {kind: draw_swatch(SwatchOrder(2, kind, 0, 0, 1.0))[:2].sum(axis=0).mean() for kind in (Kind.FAT, Kind.LYMPHOCYTES)}
    assert stain[Kind.FAT] < 0.4 * stain[Kind.LYMPHOCYTES]


@pytest.fixture(scope="module")
def section():
    return draw_section(11, 4, 1, 1.0, SMALL)


def test_a_section_follows_from_its_numbers(section):
    assert section.image.shape == (SMALL, SMALL, 3)
    assert (section.image == draw_section(11, 4, 1, 1.0, SMALL).image).all()
    assert (section.image != draw_section(11, 4, 2, 1.0, SMALL).image).any()
    assert (section.image != draw_section(12, 4, 1, 1.0, SMALL).image).any()


def test_glass_is_white_and_tissue_is_not(section):
    glass = np.kron(ndimage.binary_erosion(section.anatomy.kinds == Kind.GLASS, iterations=6), np.ones((8, 8), bool))
    cells = np.kron(ndimage.binary_erosion(section.anatomy.kinds == Kind.INVASIVE, iterations=2), np.ones((8, 8), bool))
    assert section.image[glass].mean() > 215
    assert section.image[cells].mean() < 205


def test_the_mask_is_the_outline_at_a_quarter(section):
    mask = section.mask()
    assert mask.shape == (SMALL // 4, SMALL // 4)
    assert set(np.unique(mask)) <= {0, 255}
    assert (mask > 0).mean() == pytest.approx(section.anatomy.outline.mean(), abs=0.01)


def test_finer_pixels_show_the_same_section(section):
    finer = draw_section(11, 4, 1, 0.5, SMALL)
    assert finer.image.shape == (2 * SMALL, 2 * SMALL, 3)
    reduced = finer.image.reshape(SMALL, 2, SMALL, 2, 3).mean(axis=(1, 3))
    assert np.abs(reduced.mean() - section.image.mean()) < 2
    assert np.corrcoef(reduced[::16, ::16].ravel(), section.image[::16, ::16].ravel())[0, 1] > 0.8


def test_cells_of_the_quilt_join_without_a_step(section):
    """Across the line where two cells meet, neighbours differ no more than anywhere else."""
    quilt = Quilt(section.anatomy, 11, 401, 1.0)
    for row, column in ((3, 3), (2, 4)):
        pair = np.concatenate([quilt.cell(row, column), quilt.cell(row, column + 1)], axis=2)[:2]
        steps = np.abs(np.diff(pair, axis=2)).mean(axis=(0, 1))
        assert steps[SPACING_UM - 1] < 2.5 * steps.mean() + 0.02


def test_artefacts_come_in_some_sections_and_not_in_all():
    tissue = np.zeros((256, 256), bool)
    tissue[60:200, 60:200] = True
    drawn = [draw_artefacts(tissue, np.random.default_rng(number)) for number in range(60)]
    pens = np.mean([a.pen.max() > 0.5 for a in drawn])
    levels = np.array([np.median(a.thickness) for a in drawn])
    folds = np.mean([a.thickness.max() > 1.7 * np.median(a.thickness) for a in drawn])
    assert 0.05 < pens < 0.6 and 0.05 < folds < 0.6
    assert (levels < 0.7).any() and (levels > 1.3).any()


def cohort(**changes):
    settings = dict(patients=2, sections_per_patient=1, test_patients=1, seed=7, test_seed=9, um_per_px=2.0, side_um=SMALL)
    return SectionCohort(**settings | changes)


def test_a_cohort_is_written_in_the_published_layout_and_goes_on_after_a_kill(tmp_path):
    write_cohort(tmp_path, cohort(), workers=1, progress=False)
    assert (tmp_path / "split.csv").read_text() == "slide,part\ns1001_1,test\n"
    rows = (tmp_path / "grades.csv").read_text().splitlines()
    assert rows[0] == "slide,patient,grade" and len(rows) == 4
    assert json.loads((tmp_path / "cohort.json").read_text())["um_per_px"] == 2.0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.tif")}
    (tmp_path / "slides/s0002_1.tif").unlink()
    write_cohort(tmp_path, cohort(), workers=1, progress=False)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.tif")} == before


def test_test_sections_share_no_seed_with_training(tmp_path):
    small = cohort(patients=5, test_patients=5)
    assert {o.seed for o in training_orders(tmp_path, small)}.isdisjoint({o.seed for o in orders_of_test(tmp_path, small)})
    assert min(o.patient for o in orders_of_test(tmp_path, small)) == FIRST_TEST_PATIENT
    with pytest.raises(InputError, match="seed"):
        cohort(test_seed=7)


def test_a_map_pixel_is_a_thirty_second_of_a_patch():
    assert SIDE / MAP_UM == 32
