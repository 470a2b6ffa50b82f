"""Pyramids that OpenSlide opens: levels, scale, and pixels."""

import numpy as np
import openslide
import pytest

from ki67.data.pyramid import write_pyramid


@pytest.fixture
def pixels():
    rng = np.random.default_rng(3)
    coarse = rng.integers(60, 250, (20, 24, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((50, 50, 1), np.uint8))


def test_openslide_finds_halved_levels_and_the_scale(tmp_path, pixels):
    write_pyramid(tmp_path / "slide.tif", pixels, 0.4567)
    with openslide.OpenSlide(tmp_path / "slide.tif") as slide:
        assert slide.dimensions == (1200, 1000)
        assert slide.level_dimensions[1] == (600, 500) and slide.level_count == 4
        assert float(slide.properties["openslide.mpp-x"]) == pytest.approx(0.4567, rel=1e-5)
        read = np.asarray(slide.read_region((0, 0), 0, slide.dimensions))[..., :3]
    assert np.abs(read.astype(int) - pixels).mean() < 4


def test_a_mask_is_kept_without_loss_and_without_mixtures(tmp_path):
    mask = (np.add.outer(np.arange(700), np.arange(900)) % 311 < 100).astype(np.uint8) * 255
    write_pyramid(tmp_path / "mask.tif", mask, 2.0)
    with openslide.OpenSlide(tmp_path / "mask.tif") as slide:
        assert (np.asarray(slide.read_region((0, 0), 0, slide.dimensions))[..., 0] == mask).all()
        assert set(np.unique(np.asarray(slide.read_region((0, 0), 1, slide.level_dimensions[1]))[..., 0])) == {0, 255}


def test_the_same_pixels_give_the_same_bytes(tmp_path, pixels):
    for name in ("one", "two"):
        write_pyramid(tmp_path / f"{name}.tif", pixels, 1.0)
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()
    write_pyramid(tmp_path / "one.tif", 255 - pixels, 1.0)
    assert (tmp_path / "one.tif").read_bytes() != (tmp_path / "two.tif").read_bytes()
    assert not list(tmp_path.glob("*partial*"))
