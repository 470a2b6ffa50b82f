"""Tiles as they lie in the file: the pixels that OpenSlide gives, bit by bit, and nothing where only OpenSlide can answer."""

import io
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
import pyvips
import tifffile
from PIL import Image
from tifffile import COMPRESSION, PHOTOMETRIC

from ki67.data.pyramid import write_pyramid
from ki67.pictures.raw_tiles import raw_tiles
from ki67.pictures.regions import Region
from ki67.pictures.slide import open_slide

UM = 0.5
TILE = 64
WIDTH, HEIGHT = 8 * TILE, 6 * TILE
SEGMENT = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"


@pytest.fixture(scope="module")
def pixels():
    """Hills of colour under noise, so that every tile and every way to read colours differs."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    hills = np.stack([127 + 90 * np.sin(x / 17 + phase) * np.cos(y / 23 - phase) for phase in (0, 1, 2)], axis=2)
    return (hills + np.random.default_rng(0).normal(0, 9, hills.shape)).clip(0, 255).astype(np.uint8)


def coded(pixels, **settings):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=80, **settings)
    return file.getvalue()


def of_tiles(path, pixels, photometric, claim=b"", **settings):
    """A slide of one level whose tiles are files of JPEG, with a segment more that claims something of their colours."""
    corners = product(range(0, HEIGHT, TILE), range(0, WIDTH, TILE))
    tiles = [coded(pixels[y : y + TILE, x : x + TILE], **settings) for y, x in corners]
    tifffile.imwrite(path, iter([(tile[:2] + claim + tile[2:]).ljust(TILE * TILE * 3, b"\0") for tile in tiles]),
                     shape=pixels.shape, dtype=np.uint8, tile=(TILE, TILE), photometric="rgb", metadata=None,
                     resolution=(1e4 / UM, 1e4 / UM), resolutionunit="CENTIMETER")  # fmt: skip
    with tifffile.TiffFile(path, mode="r+") as file:
        file.pages[0].tags["Compression"].overwrite(COMPRESSION.JPEG)
        file.pages[0].tags["PhotometricInterpretation"].overwrite(photometric)
    return path


def pyramid(path, pixels):
    write_pyramid(path, pixels, UM, tile=TILE)
    return path


MADE = {
    "pyramid with tables": pyramid,
    "YCbCr": lambda path, pixels: of_tiles(path, pixels, PHOTOMETRIC.YCBCR, subsampling=0),
    "YCbCr, halved colours": lambda path, pixels: of_tiles(path, pixels, PHOTOMETRIC.YCBCR, subsampling=2),
    "RGB": lambda path, pixels: of_tiles(path, pixels, PHOTOMETRIC.RGB, keep_rgb=True),
    "YCbCr that claims RGB": lambda path, pixels: of_tiles(path, pixels, PHOTOMETRIC.YCBCR, SEGMENT + b"\0", subsampling=0),
    "RGB that claims YCbCr": lambda path, pixels: of_tiles(path, pixels, PHOTOMETRIC.RGB, SEGMENT + b"\1", subsampling=0),
}


@pytest.mark.parametrize("kind", MADE)
def test_tiles_are_what_openslide_reads(tmp_path, pixels, kind):
    with open_slide(MADE[kind](tmp_path / "slide.tif", pixels)) as slide:
        for level, (width, height) in enumerate(slide._levels):
            wide, high = width - width % TILE, height - height % TILE
            for box in ((0, 0, wide, high), (wide - TILE, 0, TILE, TILE), (0, high - TILE, TILE, TILE)):
                if wide and high:
                    assert (slide._raw.read(level, *box) == slide._fetched(slide._handle, level, *box)).all()
        assert slide._raw.read(0, 0, 0, WIDTH, HEIGHT).std() > 20


def test_levels_of_odd_factors_give_their_own_pixels_where_openslide_mixes_neighbours(tmp_path, pixels):
    path = pyramid(tmp_path / "slide.tif", pixels[:-3, :-3])
    own = pyvips.Image.tiffload(str(path), page=1).numpy()
    with open_slide(path) as slide:
        read = slide._raw.read(1, TILE, TILE, TILE, TILE)
        assert (read == own[TILE : 2 * TILE, TILE : 2 * TILE]).all()
        assert 0 < np.abs(read.astype(int) - slide._fetched(slide._handle, 1, TILE, TILE, TILE, TILE)).mean() < read.std() / 4


def test_a_slide_reads_whole_tiles_without_openslide(tmp_path, pixels, monkeypatch):
    with open_slide(pyramid(tmp_path / "slide.tif", pixels)) as slide:
        seen = slide.read(Region(TILE, TILE, 2 * TILE, TILE, 2 * UM)), slide.read(Region(TILE, 0, TILE, TILE, 3 * UM))
        monkeypatch.setattr(slide, "_fetched", None)
        assert (slide.read(Region(TILE, TILE, 2 * TILE, TILE, 2 * UM)) == seen[0]).all()
        with pytest.raises(TypeError):
            slide.read(Region(TILE, 0, TILE, TILE, 3 * UM))


@pytest.mark.parametrize("box", [
    (1, 0, TILE, TILE), (0, TILE, TILE, TILE - 1),
    (-TILE, 0, 2 * TILE, TILE), (0, 0, WIDTH + TILE, TILE), (0, HEIGHT, TILE, TILE),
])  # fmt: skip
def test_what_cuts_a_tile_or_leaves_the_slide_is_left_to_openslide(tmp_path, pixels, box):
    path = pyramid(tmp_path / "slide.tif", pixels)
    tiles = raw_tiles(path, "generic-tiff", [(WIDTH, HEIGHT)])
    assert tiles.read(0, *box) is None
    assert tiles.read(1, 0, 0, TILE, TILE) is None
    assert tiles.read(0, 0, 0, TILE, TILE) is not None
    tiles.close()


def test_edges_that_end_within_a_tile_are_left_to_openslide(tmp_path, pixels):
    path = pyramid(tmp_path / "slide.tif", pixels[: HEIGHT - 5, : WIDTH - 7])
    with open_slide(path) as slide:
        assert slide._raw.read(0, WIDTH - TILE, 0, TILE, TILE) is None
        edge = slide.read(Region(WIDTH - TILE, 0, TILE, TILE, UM))
    assert (edge[:, -7:] == 255).all() and (edge[:, :-7] < 255).any()


def test_only_tiles_of_jpeg_of_known_vendors_are_read(tmp_path, pixels):
    lossless = tmp_path / "lossless.tif"
    tifffile.imwrite(lossless, pixels, tile=(TILE, TILE), photometric="rgb", compression="deflate", metadata=None)
    path = pyramid(tmp_path / "slide.tif", pixels)
    cut = tmp_path / "cut.tif"
    cut.write_bytes(path.read_bytes()[:100])
    assert raw_tiles(lossless, "generic-tiff", [(WIDTH, HEIGHT)]) is None
    assert raw_tiles(cut, "generic-tiff", [(WIDTH, HEIGHT)]) is None
    assert raw_tiles(path, "philips", [(WIDTH, HEIGHT)]) is None


@pytest.mark.parametrize("rubbish", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0", b"\xff\xd8" + bytes(50)])
def test_a_damaged_tile_is_told_as_openslide_finds_it(tmp_path, pixels, rubbish):
    path = pyramid(tmp_path / "slide.tif", pixels)
    with tifffile.TiffFile(path) as file:
        offset, length = file.pages[0].dataoffsets[9], file.pages[0].databytecounts[9]
    data = path.read_bytes()
    path.write_bytes(data[:offset] + rubbish.ljust(length, b"\xff") + data[offset + length :])
    with open_slide(path) as slide:
        assert (slide.read(Region(TILE, TILE, TILE, TILE, UM)) == 255).all()
        assert (slide.read(Region(2 * TILE, TILE, TILE, TILE, UM)) < 255).any()
        assert slide.damage == ["level 0, 64, 64: damaged, left white"]


@pytest.mark.parametrize("shape", [(TILE, TILE), (TILE // 2, TILE, 3)], ids=["grey", "half"])
def test_a_tile_that_is_another_than_the_level_promises_is_left_to_openslide(tmp_path, pixels, shape):
    path = of_tiles(tmp_path / "slide.tif", pixels, PHOTOMETRIC.YCBCR, subsampling=0)
    with tifffile.TiffFile(path) as file:
        offset = file.pages[0].dataoffsets[0]
    tile, data = coded(np.zeros(shape, np.uint8)), path.read_bytes()
    path.write_bytes(data[:offset] + tile + data[offset + len(tile) :])
    tiles = raw_tiles(path, "generic-tiff", [(WIDTH, HEIGHT)])
    assert tiles.read(0, 0, 0, TILE, TILE) is None
    assert tiles.read(0, TILE, 0, TILE, TILE) is not None
    tiles.close()


def test_threads_read_what_one_reader_reads(tmp_path, pixels):
    regions = [Region(x, y, TILE, TILE, UM) for x in range(0, WIDTH, TILE) for y in range(0, HEIGHT, TILE)] * 4
    with open_slide(pyramid(tmp_path / "slide.tif", pixels)) as slide, ThreadPoolExecutor(8) as threads:
        assert all((a == b).all() for a, b in zip(threads.map(slide.read, regions), map(slide.read, regions), strict=True))
