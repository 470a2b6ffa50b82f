"""Hues tell sections of H&E from those of Ki-67, by the published directions of the stains."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ki67.pictures.domain import mean_appearance
from ki67.pictures.stains import HE_FOR_KI67, KI67_FOR_HE, Colours, measure_colours, not_he, not_ki67
from ki67.study import wrong_stains

HAEMATOXYLIN, EOSIN, DAB = (0.65, 0.70, 0.29), (0.07, 0.99, 0.11), (0.27, 0.57, 0.78)  # Ruifrok and Johnston 2001
LAMPS = [(255, 255, 255), (240, 233, 210), (225, 222, 214)]


def section(lamp: tuple[int, int, int], *amounts: tuple[tuple[float, float, float], float]) -> NDArray[np.uint8]:
    """Blocks of 8 by 8 pixels, half of them stained with a random part of each stain, on the ground of a lamp."""
    rng = np.random.default_rng(1)
    stained = rng.random((16, 16, 1)) < 0.5
    density = sum(rng.uniform(0, most, (16, 16, 1)) * np.array(stain) for stain, most in amounts) * stained
    return np.kron((np.array(lamp) * 10.0**-density).astype(np.uint8), np.ones((8, 8, 1), np.uint8))


@pytest.mark.parametrize("lamp", LAMPS, ids=str)
@pytest.mark.parametrize("brown", [0.0, 0.1, 0.5, 1.0, 1.5])
def test_haematoxylin_and_dab_are_never_called_he(lamp: tuple[int, int, int], brown: float) -> None:
    found = measure_colours(section(lamp, (HAEMATOXYLIN, 0.8), (DAB, brown)))
    assert found.pink == 0.0
    assert not_ki67(found) == []


@pytest.mark.parametrize("lamp", LAMPS, ids=str)
@pytest.mark.parametrize("eosin", [0.2, 0.4, 0.8])
def test_haematoxylin_and_eosin_are_told_from_ki67(lamp: tuple[int, int, int], eosin: float) -> None:
    found = measure_colours(section(lamp, (HAEMATOXYLIN, 0.8), (EOSIN, eosin)))
    assert not_ki67(found) == [HE_FOR_KI67]
    assert not_he(found) == []


def test_brown_is_told_from_he() -> None:
    assert not_he(measure_colours(section(LAMPS[0], (HAEMATOXYLIN, 0.8), (DAB, 1.0)))) == [KI67_FOR_HE]


def test_where_there_is_nothing_no_stain_is_blamed() -> None:
    found = measure_colours(np.full((64, 64, 3), 240, np.uint8))
    assert found.tissue == 0.0
    assert not_ki67(found) + not_he(found) == []


def test_windows_of_glass_do_not_hide_the_stain_of_others() -> None:
    pink = measure_colours(section(LAMPS[0], (HAEMATOXYLIN, 0.8), (EOSIN, 0.8)))
    assert not_ki67(mean_appearance([Colours(0.0), Colours(0.0), pink])) == [HE_FOR_KI67]


def test_the_check_counts_simulated_pictures_where_no_real_ones_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(wrong_stains, "PATIENTS", 1)
    monkeypatch.setattr(wrong_stains, "SEED", 778)
    lines = wrong_stains.check_stains(tmp_path)
    assert lines[:2] == [
        "simulated, Ki-67: wrong stain said by ki67 score of 0 of 1, by ki67 cellularity of 1 of 1",
        "simulated, H&E: wrong stain said by ki67 score of 1 of 1, by ki67 cellularity of 0 of 1",
    ]
    assert len((tmp_path / wrong_stains.RESULT).read_text().splitlines()) == 3
