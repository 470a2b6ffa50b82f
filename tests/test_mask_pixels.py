"""Pixels counted: as published, and without the background."""

import math

import numpy as np
import pytest

from ki67.masks.holes import hole_pixels
from ki67.masks.pixels import CLASSES, Maps, PixelCounts, class_maps, iou_statistic
from ki67.study.rules import Numbers, one_hot


def made(fields: int = 11, wrong: float = 0.1, seed: int = 0) -> tuple[Maps, Maps]:
    """Class maps, three quarters background, and the same with some pixels of another class or of none (3)."""
    random = np.random.default_rng(seed)
    truth = random.choice(3, (fields, 16, 16), p=(0.75, 0.15, 0.1)).astype(np.uint8)
    return truth, np.where(random.random(truth.shape) < wrong, random.integers(0, 4, truth.shape), truth).astype(np.uint8)


def test_greys_are_classes_in_the_order_of_the_networks_maps() -> None:
    assert class_maps(np.array([[0, 128, 255]], np.uint8)).tolist() == [[0, 1, 2]]


def test_as_published_each_pixel_stands_three_times() -> None:
    truth, found = made(fields=8)
    channels, claimed = truth[..., None] == np.arange(3), found[..., None] == np.arange(3)
    scores = PixelCounts.of(truth, found).as_published()
    assert scores.accuracy == pytest.approx((channels == claimed).mean())
    assert scores.iou == pytest.approx((channels & claimed).sum() / (channels | claimed).sum())
    assert scores.accuracy == pytest.approx(one_hot(Numbers([scores.precision, scores.recall], [], [])))


def test_a_batch_is_eight_fields_and_the_last_may_be_smaller() -> None:
    truth, found = made()
    found[8:] = truth[8:]
    counts = PixelCounts.of(truth, found)
    whole, first = counts.as_published(), PixelCounts.of(truth[:8], found[:8]).as_published()
    assert whole.recall == pytest.approx((first.recall + 1) / 2), "three perfect fields weigh as much as eight"


def test_a_pixel_of_no_class_is_a_miss_and_no_false_alarm() -> None:
    truth, found = np.zeros((1, 4, 4), np.uint8), np.zeros((1, 4, 4), np.uint8)
    found[0, 0, 0] = 3
    scores = PixelCounts.of(truth, found).as_published()
    assert (scores.precision, scores.recall) == (1, 15 / 16)


def test_all_background_scores_well_as_published_and_nothing_by_class() -> None:
    truth, _ = made(fields=8)
    counts = PixelCounts.of(truth, np.zeros_like(truth))
    share = (truth == 0).mean()
    assert counts.as_published().accuracy == pytest.approx(1 - 2 * (1 - share) / 3)
    assert counts.as_published().iou == pytest.approx(share / (2 - share))
    assert (counts.of_class("positive").recall, counts.of_class("positive").iou) == (0, 0)
    assert math.isnan(counts.of_class("positive").precision)


def test_by_class_the_iou_is_that_of_its_own_pixels() -> None:
    truth, found = made()
    scores = PixelCounts.of(truth, found).of_class("negative")
    assert scores.iou == pytest.approx(((truth == 1) & (found == 1)).sum() / ((truth == 1) | (found == 1)).sum())
    assert PixelCounts.of(truth, truth).of_class("negative").iou == 1


def test_the_iou_of_patients_is_that_of_their_pixels_together() -> None:
    counts = PixelCounts.of(*made()).counts[:, CLASSES.index("positive")]
    weights = np.zeros((1, len(counts)))
    weights[0, :2] = 1
    tp, fp, fn = counts[:2].sum(0)
    assert iou_statistic(counts)(weights) == pytest.approx(tp / (tp + fp + fn))


def test_a_hole_is_background_that_a_cell_encloses() -> None:
    ring = np.zeros((9, 9), np.uint8)
    ring[2:7, 2:7] = 1
    ring[4, 4] = 0
    assert hole_pixels(ring) == (1, 25)
    ring[4, 4:] = 0  # the ring is open: its middle is outside
    assert hole_pixels(ring) == (0, 22)
