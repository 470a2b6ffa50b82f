"""The two stains of a picture: found where they are known, changed by what is asked, and glass left alone."""

import numpy as np
import pytest

from ki67.tumour.macenko import LIGHT_MET, restained, stain_directions

HAEMATOXYLIN, EOSIN = np.array([[0.65, 0.70, 0.29], [0.27, 0.90, 0.33]]) / [[0.998], [0.996]]


def stained(side: int = 128, seed: int = 1, much: float = 1.0) -> np.ndarray:
    """A picture of two stains in chance amounts, its left quarter glass."""
    amounts = np.random.default_rng(seed).gamma(1.2, 0.5 * much, (side, side, 2)) + 0.1
    amounts[:, : side // 4] = 0
    return np.rint(255 * np.exp(-amounts @ np.stack([HAEMATOXYLIN, EOSIN]))).astype(np.uint8)


def degrees(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))))


def test_both_stains_are_found_where_they_are_known() -> None:
    found = stain_directions(stained())
    assert found is not None
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    for stain in (HAEMATOXYLIN, EOSIN):
        assert min(degrees(stain, direction) for direction in found) < 5
    assert degrees(HAEMATOXYLIN, EOSIN) > 20


def test_nothing_changed_gives_the_picture_back() -> None:
    picture = stained()
    assert np.abs(restained(picture, (1, 1), (0, 0)).astype(int) - picture).max() <= 1


def test_more_stain_is_darker_and_less_is_lighter_and_glass_stays() -> None:
    picture = stained()
    more, less = restained(picture, (1.1, 1.1), (0.1, 0.1)), restained(picture, (0.9, 0.9), (-0.1, -0.1))
    tissue = (LIGHT_MET[picture] > 0.15).all(axis=2)
    assert more[tissue].mean() < picture[tissue].mean() - 5 < less[tissue].mean() - 10
    np.testing.assert_array_equal(more[:, :32], picture[:, :32])


def test_a_factor_multiplies_the_light_that_a_stain_meets() -> None:
    picture = stained(much=0.6)
    tissue = (LIGHT_MET[picture] > 0.15).all(axis=2)
    twice = restained(picture, (1.5, 1.5), (0, 0))
    np.testing.assert_allclose(LIGHT_MET[twice][tissue].mean() / LIGHT_MET[picture][tissue].mean(), 1.5, rtol=0.02)


@pytest.mark.parametrize("colour", [(255, 255, 255), (180, 90, 150), (0, 0, 0)])
def test_a_picture_of_one_colour_has_no_two_stains_and_stays(colour: tuple[int, int, int]) -> None:
    plain = np.full((64, 64, 3), colour, np.uint8)
    assert stain_directions(plain) is None
    np.testing.assert_array_equal(restained(plain, (1.1, 0.9), (0.1, 0.1)), plain)
