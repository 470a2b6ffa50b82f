"""An outlined section's measures, by hand and in the corners where they are not defined, and outlines that nobody learnt."""

import numpy as np
import pytest

from ki67.tumour.judging import RIGHT, WRONG, Judged, judged, outlined, outlined_as_coded
from ki67.tumour.tree import PatchLabel
from ki67.tumour.untaught import all_tissue, by_lot, tumour_share


def box(*place: slice) -> np.ndarray:
    mask = np.zeros((8, 12), bool)
    mask[place] = True
    return mask


LEFT, MIDDLE, NOTHING = box(np.s_[:], np.s_[:6]), box(np.s_[:], np.s_[3:9]), box(np.s_[:0])


def test_measures_are_those_counted_by_hand() -> None:
    assert judged(LEFT, MIDDLE) == Judged(0.5, 0.5, 0.5)
    assert judged(LEFT, box(np.s_[:], np.s_[:])) == Judged(1.0, 0.5, pytest.approx(2 / 3))
    assert judged(LEFT, box(np.s_[:4], np.s_[:6])) == Judged(0.5, 1.0, pytest.approx(2 / 3))
    assert judged(LEFT, LEFT) == RIGHT


def test_nothing_found_is_right_only_where_there_is_nothing() -> None:
    assert judged(NOTHING, NOTHING) == RIGHT
    assert judged(LEFT, NOTHING) == judged(NOTHING, LEFT) == judged(LEFT, ~LEFT) == WRONG


def test_a_square_map_covers_the_whole_slide_whatever_its_shape() -> None:
    upper_left = np.zeros((4, 4), np.float32)
    upper_left[:2, :2] = 1
    found = outlined(upper_left, (12, 8))
    assert found.shape == (8, 12)
    np.testing.assert_array_equal(found, box(np.s_[:4], np.s_[:6]))
    np.testing.assert_array_equal(outlined_as_coded(upper_left, (12, 8)), found)


def test_just_a_half_is_tumour() -> None:
    assert outlined(np.full((2, 2), 0.5, np.float32), (3, 3)).all()
    assert not outlined(np.full((2, 2), 0.499, np.float32), (3, 3)).any()


def test_cut_after_enlarging_an_outline_is_finer_than_the_maps_own_pixels() -> None:
    ramp = np.tile(np.array([0.0, 0.3, 0.9, 1.0], np.float32), (4, 1))
    fine, as_coded = (mask(ramp, (64, 4)).sum() / 4 for mask in (outlined, outlined_as_coded))
    # from .3 at pixel 24 to .9 at pixel 40, .5 is passed after a third of the way; a map that was cut knows halves alone
    assert fine == pytest.approx(64 - 24 - 16 / 3, abs=0.5)
    assert as_coded == 32


ASKED = np.random.default_rng(0).random((60, 50)) < 0.4


def test_untaught_maps_ask_the_patches_of_tissue_alone() -> None:
    for heat in (all_tissue(ASKED), by_lot(ASKED, 0.3, "a", 0)):
        np.testing.assert_array_equal(~np.isnan(heat), ASKED)
        assert heat.dtype == np.float32
    assert np.nanmin(all_tissue(ASKED)) == 1


def test_a_lot_has_its_share_is_the_same_again_and_another_sections_is_another() -> None:
    first, again, other, reseeded = (by_lot(ASKED, 0.3, *who) for who in (("a", 0), ("a", 0), ("b", 0), ("a", 1)))
    assert np.nanmean(first) == pytest.approx(0.3, abs=0.04)
    np.testing.assert_array_equal(first, again)
    assert all((first[ASKED] != lot[ASKED]).mean() > 0.3 for lot in (other, reseeded))
    assert np.nanmean(by_lot(ASKED, 0, "a", 0)) == 0 < 1 == np.nanmean(by_lot(ASKED, 1, "a", 0))


def test_the_share_of_tumour_is_of_labelled_patches_over_all_sections() -> None:
    free, tumour, dropped = PatchLabel.FREE, PatchLabel.TUMOUR, PatchLabel.DROPPED
    grids = [np.array([[free, tumour, dropped]], np.uint8), np.array([[free], [free], [dropped]], np.uint8)]
    assert tumour_share(grids) == 0.25
