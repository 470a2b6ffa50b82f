"""The same tissue as a slide and as DICOM: what is found in both, and how far it is the same."""

from pathlib import Path

import numpy as np
import pytest
from made_dicom import write_dicom
from slide_networks import write_networks
from tile_network import glass, tissue

from ki67.data.pyramid import write_pyramid
from ki67.slides.model import SlideModel, load_slide_model
from ki67.study.twin_slides import Seen, Twins, agreement, check_twins, twins_in

SIDE = 1024  # at 1 µm/px: four patches across
UM = 1.0


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SlideModel:
    return load_slide_model(write_networks(tmp_path_factory.mktemp("networks")))


def half_purple(right: bool = False) -> np.ndarray:
    """Tissue between two patches of glass, its left half purple, or its right one."""
    picture = glass(SIDE, SIDE)
    picture[256:-256] = tissue(SIDE, SIDE - 512, 0.5)
    return picture[:, ::-1].copy() if right else picture


def write_twins(folder: Path, of_dicom: np.ndarray) -> Twins:
    """A slide, and in the folder beside it a picture as DICOM."""
    beside = folder / "pair_dicom"
    beside.mkdir()
    write_pyramid(folder / "pair.tif", half_purple(), UM, quality=95)
    return Twins(folder / "pair.tif", write_dicom(beside / "level.dcm", of_dicom, UM, "YBR_FULL_422"))


def made(heat: float, tumour: int) -> Seen:
    """Heat of one patch among two, and so many of four pixels that are tumour."""
    return Seen(np.zeros((2, 2, 3), np.uint8), np.array([[heat, np.nan]], np.float32), np.arange(4) < tumour, heat)


def test_a_slide_with_its_dicom_beside_it_is_found_and_others_are_not(tmp_path: Path) -> None:
    twins = write_twins(tmp_path, half_purple())
    write_pyramid(tmp_path / "alone.tif", half_purple(), UM)
    (tmp_path / "other_dicom").mkdir()
    assert list(twins_in(tmp_path)) == [twins]


def test_the_same_tissue_agrees_but_for_what_jpeg_changes(tmp_path: Path, model: SlideModel) -> None:
    found = check_twins([write_twins(tmp_path, half_purple())], model)["pair"]
    assert found.as_it_is == found.finest_level  # it has no other
    assert found.as_it_is.patches == 8 and found.as_it_is.heat < 0.01 and found.as_it_is.dice > 0.98
    assert 0 < found.as_it_is.colours < 3
    assert found.as_it_is.tumour_of_slide == pytest.approx(found.as_it_is.tumour_of_dicom, abs=0.01)


def test_other_tissue_in_its_place_does_not_agree(tmp_path: Path, model: SlideModel) -> None:
    found = check_twins([write_twins(tmp_path, half_purple(right=True))], model)["pair"].as_it_is
    assert found.heat > 0.9 and found.dice < 0.2 and found.colours > 20


def test_the_finest_level_alone_is_free_of_what_coarser_ones_show(tmp_path: Path, model: SlideModel) -> None:
    twins = write_twins(tmp_path, half_purple())
    write_dicom(twins.dicom.with_name("coarser.dcm"), half_purple(right=True)[::2, ::2].copy(), 2 * UM, "YBR_FULL_422")
    (found,) = check_twins(list(twins_in(tmp_path)), model).values()
    assert found.as_it_is.heat > 0.9 and found.finest_level.heat < 0.01
    assert found.as_it_is.dice < 0.2 and found.finest_level.dice > 0.98


def test_heat_is_compared_where_both_were_asked_and_outlines_over_the_slide() -> None:
    found = agreement(made(0.75, 2), made(0.25, 1))
    assert (found.patches, found.heat, found.largest_heat) == (1, 0.5, 0.5)
    assert found.dice == pytest.approx(2 / 3) and (found.tumour_of_slide, found.tumour_of_dicom) == (0.5, 0.25)
    assert (found.surest_of_slide, found.surest_of_dicom) == (0.75, 0.25)
