"""The loss as printed, and the index by hand-made masks."""

import numpy as np
import pytest
from keras import ops

from ki67.cellularity.jaccard import jaccard, mean_jaccard
from ki67.cellularity.losses import ALPHA, class_losses, segmentation_loss, soft_jaccard

NORMAL, LYMPHOCYTE, MALIGNANT, BACKGROUND = range(4)


def labels(side: int = 8) -> np.ndarray:
    """A quarter of the pixels for each channel."""
    masks = np.zeros((1, side, side, 4), np.float32)
    half = side // 2
    for channel in range(4):
        y, x = divmod(channel, 2)
        masks[0, y * half : (y + 1) * half, x * half : (x + 1) * half, channel] = 1
    return masks


def loss(truth: np.ndarray, maps: np.ndarray) -> float:
    return float(ops.convert_to_numpy(segmentation_loss(truth, maps)).mean())


def test_soft_jaccard_is_the_mean_over_pixels_as_printed() -> None:
    truth = np.array([1, 1, 0, 0], np.float32).reshape(1, 2, 2, 1)
    maps = np.array([1, 0.3, 0.7, 0], np.float32).reshape(1, 2, 2, 1)
    assert ops.convert_to_numpy(soft_jaccard(truth, maps)).item() == pytest.approx((1 + 0.3 + 0 + 0) / 4)


def test_soft_jaccard_of_soft_labels_is_divided_by_each_pixel_s_union() -> None:
    half = np.full((1, 2, 2, 1), 0.5, np.float32)
    assert ops.convert_to_numpy(soft_jaccard(half, half)).item() == pytest.approx(0.25 / 0.75)


def test_a_perfect_map_has_the_lowest_loss() -> None:
    truth = labels()
    best = loss(truth, truth)
    rng = np.random.default_rng(1)
    assert best == pytest.approx(-ALPHA / 4, abs=1e-4)  # no entropy, and each channel covers a quarter
    for wrong in (np.full_like(truth, 0.5), 1 - truth, np.roll(truth, 1, axis=1), rng.random(truth.shape, np.float32)):
        assert loss(truth, wrong) > best + 0.01


def test_an_error_in_the_malignant_channel_costs_four_times() -> None:
    truth = labels()
    best = loss(truth, truth)
    costs = []
    for channel in range(4):
        maps = truth.copy()
        maps[..., channel] = 0.5
        costs.append(loss(truth, maps) - best)
    assert costs[MALIGNANT] == pytest.approx(4 * costs[NORMAL], rel=1e-5)
    assert costs[NORMAL] == pytest.approx(costs[BACKGROUND], rel=1e-5) == pytest.approx(costs[LYMPHOCYTE], rel=1e-5)


def test_the_shares_of_entropy_and_index_are_those_of_equation_one() -> None:
    truth = labels()
    maps = np.full_like(truth, 0.5)
    expected = (1 - ALPHA) * np.log(2) - ALPHA * 0.5 / 4
    np.testing.assert_allclose(ops.convert_to_numpy(class_losses(truth, maps)), np.full((1, 4), expected), rtol=1e-5)


def test_jaccard_counts_all_patches_together() -> None:
    masks, maps = np.zeros((2, 4, 4, 4), bool), np.zeros((2, 4, 4, 4), np.float32)
    masks[0, :2, :, MALIGNANT] = True  # 8 pixels, of which 4 are found
    maps[0, 1:3, :, MALIGNANT] = 0.9  # and 4 found elsewhere
    maps[1, 0, :, MALIGNANT] = 0.9  # and 4 more in a patch that has none
    masks[..., NORMAL] = maps[..., NORMAL] = True
    maps[..., BACKGROUND] = 0.5  # no more than the threshold: not found
    indices = jaccard(masks, maps)
    assert indices[[NORMAL, MALIGNANT]].tolist() == [1, 4 / 16]
    assert np.isnan(indices[[LYMPHOCYTE, BACKGROUND]]).all()
    assert mean_jaccard(indices) == (1 + 4 / 16) / 2


def test_the_background_does_not_count_in_the_mean() -> None:
    assert mean_jaccard(np.array([0.3, 0.6, 0.9, 0.0])) == pytest.approx(0.6)
    assert np.isnan(mean_jaccard(np.array([np.nan, np.nan, np.nan, 1.0])))
