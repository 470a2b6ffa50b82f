"""A view's appearance is drawn anew; where its tissue lies is not touched."""

import numpy as np
from test_models import dotted_frames

from ki67.cells.density import Stamp
from ki67.models.batches import Feed, stored_maps
from ki67.models.tints import tinted


def views(tint: float) -> tuple[np.ndarray, np.ndarray]:
    frames = dotted_frames(3)
    return next(Feed(frames.images, stored_maps(frames, Stamp()), 64, 4, 2, (255.0, 255.0, 255.0), 3, tint).epoch(0))


def test_a_tint_changes_pixels_and_no_label() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.random((8, 8, 3), dtype=np.float32)
    seen = tinted(pixels, 0.2, rng)
    assert seen.dtype == np.float32 and seen.min() > 0 and seen.max() <= 1
    assert np.abs(seen - pixels).max() > 0.01
    assert np.array_equal(np.argsort(seen[..., 0], None), np.argsort(pixels[..., 0], None))  # what was darker still is


def test_views_are_tinted_each_for_itself_and_the_same_in_every_run() -> None:
    plain, labels = views(0.0)
    once, again = views(0.3), views(0.3)
    assert np.array_equal(once[0], again[0])
    assert not np.array_equal(once[0], plain)
    assert np.ptp(once[0].max((1, 2, 3))) > 0.005 and np.ptp(plain.max((1, 2, 3))) < 1e-6  # each has a light of its own
    assert labels.shape == once[1].shape


def test_a_wider_spread_strays_further() -> None:
    pixels = np.full((4, 4, 3), 0.5, np.float32)
    strays = [np.mean([np.abs(tinted(pixels, s, np.random.default_rng(i)) - 0.5).mean() for i in range(60)]) for s in (0.05, 0.2)]
    assert 2 * strays[0] < strays[1]
