"""Views of a patch: masks move with the picture, colours move and grey stays, an epoch repeats itself."""

import numpy as np
import pytest

from ki67.cellularity.augmentation import WAYS, augmented, augmented_pair, network_input, recoloured, turned
from ki67.cellularity.batches import Crops, Served


@pytest.fixture
def patch() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)


def dark_spots(count: int = 3, side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(count)
    images, masks = np.full((count, side, side, 3), 230, np.uint8), np.zeros((count, side, side, 4), bool)
    for image, mask in zip(images, masks, strict=True):
        for kind in range(4):
            y, x = rng.integers(0, side - 8, 2)
            image[y : y + 8, x : x + 8], mask[y : y + 8, x : x + 8, kind] = 40, True
    return images, masks


def test_pixels_become_minus_one_to_one() -> None:
    assert network_input(np.array([0, 255], np.uint8)).tolist() == [-1, 1]


def test_there_are_eight_ways_to_lay_a_square(patch: np.ndarray) -> None:
    assert len({turned(patch, way).tobytes() for way in range(WAYS)}) == 8


def test_masks_move_with_the_picture() -> None:
    images, masks = dark_spots(1)
    rng = np.random.default_rng(2)
    for _ in range(20):
        image, mask = augmented_pair(images[0], masks[0], rng)
        np.testing.assert_array_equal(image.mean(axis=2) < 120, mask.any(axis=2))
        assert mask.sum(axis=(0, 1)).tolist() == masks[0].sum(axis=(0, 1)).tolist()


def test_unchanged_settings_change_nothing(patch: np.ndarray) -> None:
    np.testing.assert_array_equal(recoloured(patch, 1, 0, 1), patch)


def test_hue_and_saturation_leave_grey_alone_and_gamma_alone_makes_it_darker() -> None:
    grey = np.full((4, 4, 3), 120, np.uint8)
    np.testing.assert_array_equal(recoloured(grey, 1, 0.04, 1.25), grey)
    assert recoloured(grey, 1.25, 0, 1).max() < 120


def test_no_saturation_is_grey_and_a_third_of_a_turn_hands_red_to_green() -> None:
    red = np.zeros((2, 2, 3), np.uint8)
    red[..., 0] = 90
    colourless = recoloured(red, 1, 0, 0)
    assert (colourless == colourless[..., :1]).all()
    assert (recoloured(red, 1, 1 / 3, 1).argmax(axis=2) == 1).all()


def test_views_differ_and_the_same_seed_gives_the_same_view(patch: np.ndarray) -> None:
    views = [augmented(patch, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    np.testing.assert_array_equal(views[0], views[1])
    assert (views[0] != views[2]).any()
    assert views[0].dtype == np.uint8


def test_an_epoch_depends_on_its_number_alone() -> None:
    served = Served(Crops(*dark_spots(5), side=32), count=5, batch=2, rounds=2, seed=7)
    once, other, again = (list(served.epoch(number)) for number in (3, 4, 3))
    assert len(once) == served.steps == 5
    for (given, wanted), (given_again, wanted_again) in zip(once, again, strict=True):
        assert (given.shape, wanted.shape) == served.shapes == ((2, 32, 32, 3), (2, 32, 32, 4))
        np.testing.assert_array_equal(given, given_again)
        np.testing.assert_array_equal(wanted, wanted_again)
    assert any((a != b).any() for (a, _), (b, _) in zip(once, other, strict=True))


def test_every_patch_is_seen_as_often_as_the_others() -> None:
    seen: list[int] = []

    def example(index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        seen.append(index)
        return np.zeros(1, np.float32), np.zeros(1, np.float32)

    list(Served(example, count=6, batch=4, rounds=2, seed=1).epoch(0))
    assert sorted(seen) == sorted([*range(6)] * 2)
