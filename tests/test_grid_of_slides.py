"""Patches over a slide: none is lost at the rim, shares are exact, and a heat map lies where its patches lie."""

import numpy as np
import pytest

from ki67.pictures.decoded import Decoded
from ki67.slides.grid import PATCH, Grid, chosen, grid_of, shares, tissue_shares
from ki67.slides.heat import HeatMap, load_heat
from ki67.slides.refine import light, refiner_input, small_view
from ki67.slides.tissue import TissueMask


def test_the_grid_covers_the_slide():
    assert (grid_of(Decoded(np.zeros((300, 513, 3), np.uint8), 1.0)).columns, Grid(512, 300).columns) == (3, 2)
    assert Grid(512, 300).rows == 2
    halved = grid_of(Decoded(np.zeros((600, 1026, 3), np.uint8), 0.5))
    assert (halved.width, halved.height) == (513, 300)


def test_a_patch_lies_at_its_place_at_any_scale():
    assert (Grid(900, 900).region(2, 1).x, Grid(900, 900).region(2, 1).y) == (256, 512)
    coarse = Grid(900, 900).region(2, 1, shrink=4)
    assert (coarse.x, coarse.y, coarse.width, coarse.um_per_px) == (64, 128, 64, 4.0)


@pytest.mark.parametrize("shape", [(64, 96), (67, 101), (300, 500), (7, 5)])
def test_shares_add_up_to_the_map_whatever_its_size(shape):
    grid = Grid(768, 512)
    plane = np.random.default_rng(4).random(shape).astype(np.float32)
    assert shares(grid, plane).mean() == pytest.approx(plane.mean(), rel=1e-5)


def test_a_patch_that_sticks_out_holds_less():
    grid = Grid(PATCH + PATCH // 2, PATCH)
    assert shares(grid, np.ones((10, 30), bool)).tolist() == [pytest.approx([1.0, 0.5])]


def test_a_map_in_a_corner_counts_for_its_patch_alone():
    plane = np.zeros((64, 64), bool)
    plane[:16, 48:] = True
    found = shares(Grid(1024, 1024), plane)
    assert found[0, 3] == 1 and found.sum() == 1


def test_more_than_a_quarter_of_tissue_is_asked():
    mask = np.zeros((32, 64), bool)
    mask[:, :8], mask[:, 32:41] = True, True  # a quarter of the first patch, nine thirty-seconds of the second
    tissue = tissue_shares(Grid(512, 256), TissueMask(mask, 8.0))
    assert tissue.tolist() == [pytest.approx([0.25, 0.28125])]
    assert chosen(tissue) == [(0, 1)]


def heat_of(values, width, height):
    return HeatMap(Grid(width, height), np.array(values, np.float32))


def test_a_heat_map_is_cut_to_the_slide_and_not_squeezed_into_it():
    """A slide of one patch and a half: the second patch's left half fills the last third."""
    heat = heat_of([[0.0, 1.0]], PATCH + PATCH // 2, PATCH)
    blocks = heat.blocks((30, 20))
    assert blocks.shape == (20, 30)
    assert not blocks[:, :20].any() and (blocks[:, 20:] == 1).all()
    smooth = heat.resized((300, 200))[100]
    assert smooth[199] == pytest.approx(0.5, abs=0.01)  # where both meet


def test_what_was_not_asked_is_nought():
    heat = heat_of([[np.nan, 1.0], [1.0, 1.0]], 512, 512)
    assert heat.blocks((8, 8))[0, 0] == 0
    assert heat.resized((8, 8)).max() == 1 and not np.isnan(heat.resized((8, 8))).any()


def test_a_heat_map_comes_back_as_it_was_saved(tmp_path):
    heat = heat_of([[np.nan, 0.25]], 400, 200)
    heat.save(tmp_path / "heat.npz")
    again = load_heat(tmp_path / "heat.npz")
    assert again.grid == heat.grid and np.array_equal(again.values, heat.values, equal_nan=True)


def test_a_refiner_sees_light_and_heat_in_one_frame():
    pixels = np.full((400, 800, 3), 255, np.uint8)
    pixels[:, :400] = 51
    view = small_view(Decoded(pixels, 1.0), 128)
    seen = refiner_input(view, heat_of([[1, 1, 0, 0], [1, 1, 0, 0]], 800, 400))
    assert seen.shape == (128, 128, 4) and seen.dtype == np.float32
    assert seen[64, 10].tolist() == pytest.approx([0.2, 0.2, 0.2, 1.0])
    assert seen[64, 120].tolist() == pytest.approx([1.0, 1.0, 1.0, 0.0])


def test_a_long_slide_in_small_keeps_what_its_shorter_side_shows():
    pixels = np.full((128, 1024, 3), 255, np.uint8)
    pixels[::4], pixels[1::4] = 0, 0
    stripes = small_view(Decoded(pixels, 1.0), 128)[:, 64, 0]
    assert stripes[::4].max() == 0 and stripes[2::4].min() == 255


def test_as_deployed_light_goes_from_the_least_to_the_most():
    view = np.array([[[50, 50, 50], [150, 150, 150]]], np.uint8)
    assert light(view, "spread")[0, :, 0].tolist() == [0, 1]
    assert light(view, "unit").max() == pytest.approx(150 / 255)
    assert not light(np.full((2, 2, 3), 9, np.uint8), "spread").any()
