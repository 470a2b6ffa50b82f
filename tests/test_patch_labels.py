"""Labels of patches: how much of each is outlined, whatever the slide's µm/px, and who is tumour, free or dropped."""

from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from made_slides import write_mask

from ki67.base.errors import Unreadable
from ki67.data.bcs1 import Section
from ki67.settings.slides import Rule
from ki67.slides import tissue
from ki67.slides.grid import PATCH, Grid
from ki67.tumour import labels
from ki67.tumour.labels import AS_CODED, PUBLISHED, RULES, PatchRule, mask_share, outlined_share, overlaps, patch_labels
from ki67.tumour.tree import PatchLabel

DROPPED, FREE, TUMOUR = PatchLabel


def section(mask: Path) -> Section:
    return Section("a", mask.with_name("slide.tif"), mask, "p1", 2, None)


def disc(width: int, height: int, per_pixel: float) -> np.ndarray:
    """A round tumour of 300 µm about (420, 350) µm, at so many µm a pixel."""
    rows, columns = (np.mgrid[:height, :width] + 0.5) * per_pixel
    return (columns - 420) ** 2 + (rows - 350) ** 2 < 300**2


def test_a_patch_has_the_share_of_the_pixels_that_are_marked_in_it(tmp_path: Path) -> None:
    marks = np.random.default_rng(1).random((128, 192)) < 0.3
    shares = mask_share(section(write_mask(tmp_path / "m.tif", marks)), Grid(3 * PATCH, 2 * PATCH))  # 4 µm/px: 64 a patch
    np.testing.assert_allclose(shares, marks.reshape(2, 64, 3, 64).mean(axis=(1, 3)), atol=1e-6)


@pytest.mark.parametrize("um_per_px", [0.1625, 0.2325, 0.25, 0.4990, 1.0])
def test_the_grid_lies_the_same_on_a_slide_of_any_scale(tmp_path: Path, um_per_px: float) -> None:
    width, height = (round(length / um_per_px / 4) for length in (900, 640))
    mask = write_mask(tmp_path / "m.tif", disc(width, height, 900 / width))
    shares = mask_share(section(mask), Grid(900, 640))
    exact = np.zeros((3 * PATCH, 4 * PATCH))
    exact[:640, :900] = disc(900, 640, 1.0)
    np.testing.assert_allclose(shares, exact.reshape(3, PATCH, 4, PATCH).mean(axis=(1, 3)), atol=0.01)


def test_what_of_a_patch_lies_beyond_the_slide_counts_as_free(tmp_path: Path) -> None:
    mask = write_mask(tmp_path / "m.tif", np.ones((100, 100), bool))
    shares = mask_share(section(mask), Grid(400, 400))
    np.testing.assert_allclose(shares, np.outer([1, 144 / 256], [1, 144 / 256]), atol=1e-6)


def test_all_that_is_marked_is_shared_out_and_nothing_else(tmp_path: Path) -> None:
    marks = np.random.default_rng(2).random((1111, 37)) < 0.1  # higher than a strip
    assert marks.shape[0] > 2 * labels.STRIP
    for cells in ((5, 3), (37, 1111), (64, 64), (1, 1)):
        shares = outlined_share(write_mask(tmp_path / "m.tif", marks), cells)
        assert shares.shape == cells[::-1]
        assert shares.mean() == pytest.approx(marks.mean(), rel=1e-5)
    np.testing.assert_array_equal(outlined_share(write_mask(tmp_path / "m.tif", marks), (37, 1111)), marks)


@pytest.mark.parametrize(("length", "cells", "times"), [(10, 5, 1.0), (10, 3, 1.0), (10, 4, 1.3), (7, 20, 1.0)])
def test_overlaps_share_each_pixel_out_once(length: int, cells: int, times: float) -> None:
    parts = overlaps(length, cells, times)
    width = length * times / cells
    np.testing.assert_allclose(np.asarray(parts.sum(axis=0)).ravel() * width, 1)
    edges = np.arange(cells + 1) * width
    by_hand = [[max(0, min(b, k + 1) - max(a, k)) / width for k in range(length)] for a, b in pairwise(edges)]
    np.testing.assert_allclose(parts.toarray(), by_hand, atol=1e-3)


def test_a_border_between_pixels_leaves_no_sliver_in_the_neighbour(tmp_path: Path) -> None:
    marks = np.zeros((1, 7 * 49), bool)
    marks[0, 49 : 2 * 49] = True  # 7 cells of 49 pixels, whose borders are no round numbers in floating point
    shares = outlined_share(write_mask(tmp_path / "m.tif", marks, 16), (7, 1), (1.0000000001, 1.0))
    assert np.count_nonzero(shares) == 1


def test_a_single_pixel_of_tumour_makes_a_patch_not_free(tmp_path: Path) -> None:
    marks = np.zeros((64, 64), bool)
    marks[40, 3] = True
    shares = mask_share(section(write_mask(tmp_path / "m.tif", marks)), Grid(PATCH, PATCH))
    assert shares[0, 0] == np.float32(1 / 64**2)
    assert patch_labels(np.ones((1, 1), np.float32), shares).item() == DROPPED


@pytest.mark.parametrize(
    ("tumour", "label"), [(0.0, FREE), (0.001, DROPPED), (0.25, DROPPED), (0.26, TUMOUR), (1.0, TUMOUR)]
)  # fmt: skip
def test_tumour_is_more_than_a_quarter_and_free_is_none(tumour: float, label: PatchLabel) -> None:
    assert patch_labels(np.ones(1, np.float32), np.array([tumour], np.float32)).item() == label


@pytest.mark.parametrize(
    ("rule", "least"), [(PUBLISHED, 0.25), (AS_CODED, 0.5), (PatchRule(least_tissue=0.75), 0.75)]
)  # fmt: skip
@pytest.mark.parametrize(("tumour", "label"), [(0.0, FREE), (0.9, TUMOUR)])
def test_a_patch_has_more_tissue_than_the_rule_asks_for(rule: PatchRule, least: float, tumour: float, label: PatchLabel) -> None:
    of_tissue = np.array([0, least - 0.01, least, least + 0.01, 1], np.float32)
    found = patch_labels(of_tissue, np.full(5, tumour, np.float32), rule)
    assert found.tolist() == [DROPPED, DROPPED, DROPPED, label, label]


def test_another_share_of_tumour_is_a_setting() -> None:
    shares = np.array([0, 0.3, 0.6], np.float32)
    assert patch_labels(np.ones(3, np.float32), shares, PatchRule(least_tumour=0.5)).tolist() == [FREE, DROPPED, TUMOUR]


def test_each_rule_has_its_own_tissue() -> None:
    assert (PUBLISHED.tissue, AS_CODED.tissue) == (tissue.PUBLISHED, tissue.AS_CODED)
    assert PatchRule() == PUBLISHED == RULES["published"]
    assert set(RULES) == set(get_args(Rule))


def test_a_mask_cut_off_is_one_line(tmp_path: Path) -> None:
    mask = write_mask(tmp_path / "m.tif", np.random.default_rng(1).random((512, 512)) < 0.5)
    data = mask.read_bytes()
    mask.write_bytes(data[: len(data) // 3])
    with pytest.raises(Unreadable, match="damaged or truncated"):
        outlined_share(mask, (4, 4))
