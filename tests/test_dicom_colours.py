"""Colours of DICOM slides: what calls itself RGB and is not is shown as it looks, and what is stays."""

from pathlib import Path

import numpy as np
import pytest
from made_dicom import TILE, write_dicom
from numpy.typing import NDArray
from PIL import Image

from ki67.pictures.dicom_colours import as_rgb, miscalled_rgb
from ki67.pictures.regions import Region
from ki67.pictures.slide import open_slide

UM = 0.5
SIDE = 3 * TILE
CALLED = {
    "RGB that is YCbCr": ("RGB", {}, True),
    "RGB": ("RGB", {"keep_rgb": True}, False),
    "YCbCr": ("YBR_FULL_422", {}, False),
}


@pytest.fixture(scope="module")
def pixels() -> NDArray[np.uint8]:
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    planes = [127 + 90 * np.sin(x / 37 + phase) * np.cos(y / 29 + phase) for phase in (0, 1, 2)]
    return np.stack(planes, axis=2).astype(np.uint8)


@pytest.mark.parametrize("kind", CALLED)
def test_a_dicom_slide_shows_the_colours_that_were_written(tmp_path: Path, pixels: NDArray[np.uint8], kind: str) -> None:
    called, settings, wrong = CALLED[kind]
    path = write_dicom(tmp_path / "slide.dcm", pixels, UM, called, **settings)
    with open_slide(path) as slide:
        assert slide.um_per_px == pytest.approx(UM)
        assert slide._miscalled is wrong
        assert np.abs(slide.read(Region(0, 0, SIDE, SIDE, UM)).astype(int) - pixels).mean() < 2
        assert (slide.read(Region(SIDE, 0, TILE, TILE, UM)) == 255).all()


def test_only_jpeg_that_is_called_rgb_is_looked_into(tmp_path: Path) -> None:
    absent = tmp_path / "absent.dcm"
    rgb, jpeg = {"dicom.PhotometricInterpretation": "RGB"}, {"dicom.TransferSyntaxUID": "1.2.840.10008.1.2.4.50"}
    assert not miscalled_rgb(absent, {}) and not miscalled_rgb(absent, rgb) and not miscalled_rgb(absent, jpeg)
    (tmp_path / "none.dcm").write_bytes(bytes(200))
    assert not miscalled_rgb(tmp_path / "none.dcm", rgb | jpeg)


def test_what_shines_through_stays_so() -> None:
    seen = Image.new("RGBA", (2, 2), (255, 128, 128, 7))
    assert as_rgb(seen).getpixel((0, 0)) == (255, 255, 255, 7)
