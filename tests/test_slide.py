"""Slides: the same tissue at every scale, whichever levels there are; nothing shifts, outside is white, damage stays local."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tifffile
from openslide import OpenSlide
from PIL import Image

from ki67.base.errors import InputError, UnknownScale
from ki67.data.pyramid import write_pyramid
from ki67.pictures.decoded import Decoded
from ki67.pictures.regions import Region
from ki67.pictures.slide import is_slide, on_white, open_slide

UM = 0.5
WIDTH, HEIGHT = 1531, 1187


@pytest.fixture(scope="module")
def pixels():
    """Smooth hills, so that resampling decides nothing."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    planes = [127 + 90 * np.sin(x / 37 + phase) * np.cos(y / 29 + phase) for phase in (0, 1, 2)]
    return np.stack(planes, axis=2).astype(np.uint8)


@pytest.fixture(scope="module")
def lossless(tmp_path_factory, pixels):
    """Levels of odd factors, without loss."""
    path = tmp_path_factory.mktemp("slides") / "odd.tif"
    small = np.asarray(Image.fromarray(pixels).resize((WIDTH // 3, HEIGHT // 3), Image.Resampling.BOX))
    with tifffile.TiffWriter(path) as file:
        for level, pyramid in enumerate((pixels, small)):
            file.write(pyramid, tile=(256, 256), photometric="rgb", compression="deflate", subfiletype=level > 0,
                       resolution=(1e4 / UM, 1e4 / UM), resolutionunit="CENTIMETER", metadata=None)  # fmt: skip
    return path


def lose(path, tile):
    """Nothing but noughts is left of a tile of the finest level."""
    data = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        offset, count = file.pages[0].dataoffsets[tile], file.pages[0].databytecounts[tile]
    data[offset : offset + count] = bytes(count)
    path.write_bytes(data)


@pytest.fixture
def broken(tmp_path, lossless):
    """Its tile of the second row and column is lost."""
    path = tmp_path / "broken.tif"
    path.write_bytes(lossless.read_bytes())
    lose(path, 7)
    return path


def around(region, um_per_px):
    return Region(*region, um_per_px)


@pytest.mark.parametrize("um_per_px", [0.5, 1.0, 1.3, 1.5, 2.0, 8.0])
def test_a_slide_reads_as_its_pixels_do_at_every_scale(lossless, pixels, um_per_px):
    whole = Decoded(pixels, UM)
    with open_slide(lossless) as slide:
        width, height = slide.size(um_per_px)
        assert (width, height) == whole.size(um_per_px)
        region = around((width // 5, height // 4, width // 2, height // 3), um_per_px)
        assert np.abs(slide.read(region).astype(int) - whole.read(region)).max() <= 6


def test_neighbouring_regions_join_without_a_seam(lossless):
    with open_slide(lossless) as slide:
        whole = slide.read(around((0, 0, 400, 300), 1.37))
        parts = [[slide.read(around((x, y, 100, 100), 1.37)) for x in range(0, 400, 100)] for y in range(0, 300, 100)]
    assert np.abs(np.block([[[part] for part in row] for row in parts]).astype(int) - whole).max() <= 1


def test_outside_of_the_slide_is_white(lossless):
    with open_slide(lossless) as slide:
        width, height = slide.size(1.0)
        pixels = slide.read(around((width - 40, height - 30, 100, 100), 1.0))
        assert pixels.shape == (100, 100, 3)
        assert (pixels[31:] == 255).all() and (pixels[:, 41:] == 255).all()
        assert (pixels[:29, :39] != 255).any(axis=2).mean() > 0.9
        assert (slide.read(around((-50, -50, 40, 40), 1.0)) == 255).all()


def test_what_shines_through_lies_on_white():
    half = Image.fromarray(np.full((2, 2, 4), (200, 0, 0, 0), np.uint8), "RGBA")
    assert (on_white(half) == 255).all()
    solid = Image.fromarray(np.full((2, 2, 4), (200, 0, 0, 255), np.uint8), "RGBA")
    assert (on_white(solid) == (200, 0, 0)).all()


def test_levels_are_chosen_by_what_they_measure(lossless):
    with open_slide(lossless) as slide:
        assert [slide._level(um) for um in (0.4, 0.5, 1.4, 1.51, 9.0)] == [0, 0, 0, 1, 1]


def test_the_overview_shows_the_whole_slide(lossless, pixels):
    with open_slide(lossless) as slide:
        shown = slide.overview()
    assert max(shown.shape) == WIDTH
    assert np.abs(shown.mean(axis=(0, 1)) - pixels.mean(axis=(0, 1))).max() < 1


def test_threads_read_what_one_reader_reads(lossless):
    regions = [around((x, y, 90, 90), 1.1) for x in range(0, 600, 60) for y in range(0, 400, 80)]
    with open_slide(lossless) as slide, ThreadPoolExecutor(8) as threads:
        assert all((a == b).all() for a, b in zip(threads.map(slide.read, regions), map(slide.read, regions), strict=True))


def test_a_damaged_tile_is_white_told_once_and_costs_nothing_else(broken, pixels):
    row, column = 7 // 6, 7 % 6
    with open_slide(broken) as slide:
        for _ in range(2):
            read = slide.read(around((0, 0, WIDTH, HEIGHT), UM))
        assert (read[256 * row : 256 * row + 256, 256 * column : 256 * column + 256] == 255).all()
        read[256 * row : 256 * row + 256, 256 * column : 256 * column + 256] = 0
        left = pixels.copy()
        left[256 * row : 256 * row + 256, 256 * column : 256 * column + 256] = 0
        assert (read == left).all()
        assert slide.damage == ["level 0, 256, 256: damaged, left white"]


def test_damage_is_told_once_wherever_a_region_meets_it(broken):
    with open_slide(broken) as slide:
        for x, y in ((0, 0), (300, 100), (100, 300), (490, 500), (256, 256)):
            assert (slide.read(around((x, y, 300, 300), UM)) == 255).all(axis=2).any()
        assert slide.damage == ["level 0, 256, 256: damaged, left white"]


@pytest.mark.parametrize("side", [112, 512])
def test_damage_costs_one_tile_however_large_tiles_are(tmp_path, pixels, side):
    path = tmp_path / "tiles.tif"
    tifffile.imwrite(path, pixels, tile=(side, side), photometric="rgb", compression="deflate", metadata=None,
                     resolution=(1e4 / UM, 1e4 / UM), resolutionunit="CENTIMETER")  # fmt: skip
    lose(path, 1)
    with open_slide(path) as slide:
        read = slide.read(around((0, 0, WIDTH, HEIGHT), UM))
        assert slide.damage == [f"level 0, {side}, 0: damaged, left white"]
    left = pixels.copy()
    left[:side, side : 2 * side] = 255
    assert (read == left).all()


def test_threads_that_meet_damage_take_nothing_sound_for_damaged(broken, pixels):
    regions = [around((x, y, 256, 256), UM) for y in (0, 256, 512) for x in (0, 256, 512)] * 12
    with open_slide(broken) as slide, ThreadPoolExecutor(6) as threads:
        for region, read in zip(regions, threads.map(slide.read, regions), strict=True):
            sound = pixels[region.y : region.y + 256, region.x : region.x + 256]
            assert (read == (255 if (region.x, region.y) == (256, 256) else sound)).all()
        assert slide.damage == ["level 0, 256, 256: damaged, left white"]


def test_all_slides_share_what_is_kept_of_their_tiles(lossless, broken, monkeypatch):
    shared, handles, first = [], [], OpenSlide.__init__

    def counted(handle, path):
        handles.append(path)
        first(handle, path)

    monkeypatch.setattr(OpenSlide, "__init__", counted)
    monkeypatch.setattr(OpenSlide, "set_cache", lambda handle, cache: shared.append(cache))
    with open_slide(lossless) as one, open_slide(broken) as other:
        for slide in (one, other):
            slide.read(around((0, 0, 600, 600), UM))
    assert len(set(map(id, shared))) == 1 and len(shared) == len(handles) > 3


def test_the_scale_of_the_user_goes_before_that_of_the_file(lossless):
    with open_slide(lossless) as slide:
        assert slide.um_per_px == pytest.approx(UM)
    with open_slide(lossless, 0.25) as slide:
        assert slide.size(0.5) == (round(WIDTH / 2), round(HEIGHT / 2))


@pytest.mark.parametrize("um_per_px", [0.0, -1.0, 80.0, float("nan")])
def test_an_absurd_scale_is_refused(lossless, um_per_px):
    with pytest.raises(UnknownScale, match="no scale of a microscope"):
        open_slide(lossless, um_per_px)


def test_a_slide_without_a_scale_asks_for_it(tmp_path, pixels):
    path = tmp_path / "no scale.tif"
    tifffile.imwrite(path, pixels, tile=(256, 256), photometric="rgb", metadata=None)
    with pytest.raises(UnknownScale, match="--mpp"):
        open_slide(path)
    with open_slide(path, 0.5) as slide:
        assert slide.um_per_px == 0.5


def test_unequal_pixels_are_refused(tmp_path, pixels):
    path = tmp_path / "oblong.tif"
    tifffile.imwrite(path, pixels, tile=(256, 256), photometric="rgb", metadata=None,
                     resolution=(20000, 10000), resolutionunit="CENTIMETER")  # fmt: skip
    with pytest.raises(UnknownScale, match="across"):
        open_slide(path)


def test_what_is_no_slide_is_refused_in_one_line(tmp_path, pixels):
    named = tmp_path / "photo.svs"
    Image.fromarray(pixels).save(named, format="JPEG")
    cut = tmp_path / "cut.tif"
    write_pyramid(tmp_path / "whole.tif", pixels, UM)
    cut.write_bytes((tmp_path / "whole.tif").read_bytes()[:2000])
    for path in (named, cut, tmp_path / "absent.svs"):
        with pytest.raises(InputError) as told:
            open_slide(path)
        assert str(path) in str(told.value) and "\n" not in str(told.value)
        assert not is_slide(path)
    assert is_slide(tmp_path / "whole.tif")
