"""Patches and sections seen another way: as often and as far as published, and what belongs together moves together."""

from collections import Counter
from time import process_time
from typing import get_args

import numpy as np
import pytest
from PIL import Image
from scipy.stats import chisquare

from ki67.cellularity.augmentation import turned
from ki67.settings.slides import Rule
from ki67.tumour.augmentation import (
    SECTION_VIEWS,
    augmented_as_coded,
    augmented_patch,
    augmented_section,
    brightened,
    random_way,
    shifted,
    zoomed,
)


@pytest.fixture
def patch() -> np.ndarray:
    return np.random.default_rng(1).integers(60, 200, (128, 128, 3), dtype=np.uint8)


def hsv(picture: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).convert("HSV")).astype(int)


def test_ways_come_as_often_as_even_chances_to_mirror_and_to_turn_say() -> None:
    rng = np.random.default_rng(1)
    counts = Counter(random_way(rng) for _ in range(4000))
    share = {0: 1 / 6, 1: 1 / 12, 2: 1 / 6, 3: 1 / 12}  # a turn by half also comes of two mirrors
    expected = [4000 * share[way % 4] for way in range(8)]
    assert chisquare([counts[way] for way in range(8)], expected).pvalue > 1e-3
    assert chisquare([counts[way] for way in range(8)]).pvalue < 1e-3


def test_no_shift_is_no_change_but_rounding(patch: np.ndarray) -> None:
    assert np.abs(shifted(patch, 0, 0).astype(int) - patch).max() <= 6
    assert np.abs(shifted(patch, 0, 0).astype(int) - patch).mean() < 0.7


@pytest.mark.parametrize(("hue", "saturation"), [(20, 0), (-20, 0), (0, 20), (0, -20), (13, -7)])
def test_hue_and_saturation_move_by_what_is_asked_and_value_stays(patch: np.ndarray, hue: int, saturation: int) -> None:
    before, after = hsv(patch), hsv(shifted(patch, hue, saturation))
    vivid = (before[..., 1] > 60) & (before[..., 1] < 220)
    turn = ((after - before)[..., 0] + 128) % 256 - 128
    assert abs(np.median(turn[vivid]) - hue) <= 1
    assert abs(np.median((after - before)[..., 1][vivid]) - saturation) <= 1
    assert np.abs(after - before)[..., 2].max() <= 1


def test_hue_goes_round_the_circle() -> None:
    red = np.zeros((2, 2, 3), np.uint8) + np.array([200, 0, 0], np.uint8)
    assert shifted(red, -20, 0)[0, 0].argmin() == 1
    assert shifted(red, 20, 0)[0, 0].argmin() == 2


def test_brightness_multiplies_and_ends_at_white() -> None:
    grey = np.array([[[0, 100, 230]]], np.uint8)
    assert brightened(grey, 1.2).tolist() == [[[0, 120, 255]]]
    assert brightened(grey, 0.8).tolist() == [[[0, 80, 184]]]


def test_a_patch_keeps_its_shape_and_repeats_itself_by_its_seed(patch: np.ndarray) -> None:
    views = [augmented_patch(patch, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert views[0].shape == patch.shape
    assert views[0].dtype == np.uint8
    np.testing.assert_array_equal(views[0], views[1])
    assert (views[0] != views[2]).any()


def test_colours_stay_in_a_quarter_of_the_views(patch: np.ndarray) -> None:
    rng, ways = np.random.default_rng(3), {turned(patch, way).tobytes() for way in range(8)}
    same = sum(augmented_patch(patch, rng).tobytes() in ways for _ in range(400))
    assert 70 < same < 130  # 100 expected, and 8.7 about it


def test_hue_moves_as_far_as_published_and_no_farther() -> None:
    teal = np.zeros((4, 4, 3), np.uint8) + np.array([40, 160, 160], np.uint8)
    hues = [int(hsv(augmented_patch(teal, np.random.default_rng(seed)))[0, 0, 0]) for seed in range(400)]
    assert 105 <= min(hues) < 112  # 127 is cyan, and a hue is rounded on its way to RGB and back
    assert 142 < max(hues) <= 149
    assert len(set(hues)) > 30


def test_light_moves_between_the_published_bounds() -> None:
    grey = np.full((16, 16, 3), 100, np.uint8)
    means = [augmented_patch(grey, np.random.default_rng(seed)).max() for seed in range(300)]
    assert 80 <= min(means) < 84
    assert 116 < max(means) <= 120


def test_a_patch_is_seen_anew_in_a_millisecond(patch: np.ndarray) -> None:
    rng, started = np.random.default_rng(1), process_time()
    for _ in range(100):
        augmented_patch(patch, rng)
    assert (process_time() - started) / 100 < 0.002  # a millisecond, on a machine with other work to do


def blobs(side: int = 96) -> np.ndarray:
    """A tumour off the middle and not symmetric, as share."""
    truth = np.zeros((side, side), np.float32)
    truth[20:60, 30:50] = 1
    truth[50:60, 50:75] = 1
    return truth


def test_view_heat_and_truth_move_together() -> None:
    truth = blobs()
    view = np.rint(255 - 150 * truth)[..., None].repeat(3, axis=2).astype(np.uint8)
    areas = set()
    for seed in range(30):
        seen, heat, moved = augmented_section(view, truth / 2, truth, np.random.default_rng(seed))
        assert (seen.shape, heat.dtype, moved.dtype) == (view.shape, np.float32, np.float32)
        np.testing.assert_allclose(heat, moved / 2, atol=1e-6)
        np.testing.assert_allclose((255 - seen[..., 0].astype(float)) / 150, moved, atol=0.02)
        areas.add(round(float(moved.sum() / truth.sum()), 2))
    assert min(areas) < 0.75
    assert max(areas) > 1.25
    assert 1.0 in areas


def test_only_the_view_changes_its_stains() -> None:
    rng = np.random.default_rng(1)
    amounts = rng.gamma(1.2, 0.5, (64, 64, 2)) + 0.1
    view = np.rint(255 * np.exp(-amounts @ np.array([[0.65, 0.70, 0.29], [0.27, 0.90, 0.33]]))).astype(np.uint8)
    heat = rng.random((64, 64), np.float32)
    changed = moved = 0
    for seed in range(100):
        seen, heat_seen, _ = augmented_section(view, heat, heat, np.random.default_rng(seed))
        way = next((way for way in range(8) if np.array_equal(heat_seen, turned(heat, way))), None)
        moved += way is None
        changed += way is not None and bool((seen != turned(view, way)).any())
    assert 35 < moved < 65  # zoomed
    assert 15 < changed < 36  # stained anew, of those that kept their size


def test_as_coded_nothing_is_zoomed_light_changes_and_mirrors_are_rarer() -> None:
    grey, heat = np.full((32, 32, 3), 100, np.uint8), np.random.default_rng(1).random((32, 32), np.float32)
    seen = [augmented_as_coded(grey, heat, heat, np.random.default_rng(seed)) for seed in range(1000)]
    ways = Counter(next(way for way in range(8) if np.array_equal(turned(heat, way), moved)) for _, moved, _ in seen)
    across_or_down = 2 * 0.25 * 0.75  # one mirror and not both
    assert sum(ways[way] for way in range(4, 8)) == pytest.approx(1000 * across_or_down, abs=4 * 15.3)
    assert sum(view.max() == 100 for view, _, _ in seen) == pytest.approx(500, abs=4 * 15.8)
    assert 80 <= min(view.max() for view, _, _ in seen) < 84
    assert all(np.array_equal(moved, truth) for _, moved, truth in seen)
    assert set(SECTION_VIEWS) == set(get_args(Rule))


def test_zoom_keeps_the_middle_and_shows_glass_beyond_the_edge() -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[30:34, 30:34] = 200
    smaller, larger = zoomed(picture, 0.8, 255), zoomed(picture, 1.2, 255)
    assert (smaller[0] == 255).all()
    assert (larger[0] == 0).all()
    for seen, factor in ((smaller[8:-8, 8:-8], 0.8), (larger[8:-8, 8:-8], 1.2)):
        rows, columns = np.mgrid[: len(seen), : len(seen)]
        weight = seen[..., 0].astype(float)
        assert (rows * weight).sum() / weight.sum() == pytest.approx(23.5, abs=0.2)
        assert (columns * weight).sum() / weight.sum() == pytest.approx(23.5, abs=0.2)
        assert weight.sum() / 200 / 16 == pytest.approx(factor**2, rel=0.15)
    assert zoomed(picture, 1.0) is picture
