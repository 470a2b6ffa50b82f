"""What is damaged is refused, whatever its format, and what is whole is read as Pillow reads it."""

import io
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image, TiffImagePlugin

from ki67.base.errors import InputError, Unreadable, WrongKind
from ki67.data.images import read_rgb
from ki67.pictures import reader
from ki67.pictures.header import header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Pixels, Region

SIDES = (240, 176)


def photograph() -> Image.Image:
    """Neighbours are alike, and there is a little noise, which no format packs to nothing."""
    rng = np.random.default_rng(1)
    coarse = Image.fromarray(rng.integers(20, 236, (11, 15, 3), np.uint8)).resize(SIDES, Image.Resampling.BICUBIC)
    noise = rng.integers(-12, 12, (*SIDES[::-1], 3))
    return Image.fromarray((np.asarray(coarse, np.int16) + noise).clip(0, 255).astype(np.uint8))


def by_pillow(kind: str, **how: object) -> bytes:
    stream = io.BytesIO()
    photograph().save(stream, kind, **how)
    return stream.getvalue()


def by_libvips(ending: str, **how: object) -> bytes:
    picture = pyvips.Image.new_from_array(np.asarray(photograph())).copy(interpretation="srgb")
    return picture.write_to_buffer(ending, **how)


def private_tags() -> TiffImagePlugin.ImageFileDirectory_v2:
    """Of which libtiff warns, though nothing is wrong with them."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[65_000] = "of a microscope"
    return tags


def turned() -> Image.Exif:
    tags = Image.Exif()
    tags[274] = 6
    return tags


COMPRESSED = {
    "baseline.jpg": by_pillow("JPEG", quality=90, subsampling=0),
    "subsampled.jpg": by_pillow("JPEG", quality=80, subsampling=2),
    "optimised.jpg": by_pillow("JPEG", optimize=True),
    "progressive.jpg": by_pillow("JPEG", progressive=True),
    "restarting.jpg": by_pillow("JPEG", restart_marker_rows=1),
    "plain.png": by_pillow("PNG"),
    "interlaced.png": by_libvips(".png", interlace=True),
    "lzw.tif": by_pillow("TIFF", compression="tiff_lzw"),
    "predicted.tif": by_libvips(".tif", compression="lzw", predictor="horizontal"),
    "deflate.tif": by_pillow("TIFF", compression="tiff_adobe_deflate"),
    "tiled_deflate.tif": by_libvips(".tif", compression="deflate", tile=True, tile_width=64, tile_height=64),
    "jpeg.tif": by_pillow("TIFF", compression="jpeg"),
    "tiled_jpeg.tif": by_libvips(".tif", compression="jpeg", tile=True, tile_width=64, tile_height=64),
}
WHOLE = COMPRESSED | {
    "turned.jpg": by_pillow("JPEG", exif=turned()),
    "raw.tif": by_pillow("TIFF"),
    "packbits.tif": by_pillow("TIFF", compression="packbits"),
    "old_deflate.tif": by_pillow("TIFF", compression="tiff_deflate"),
    "one_strip.tif": by_pillow("TIFF", compression="tiff_lzw", tiffinfo={278: SIDES[1]}),
    "private.tif": by_pillow("TIFF", tiffinfo=private_tags()),
    "tiled.tif": by_libvips(".tif", tile=True, tile_width=64, tile_height=64),
    "big.tif": by_libvips(".tif", bigtiff=True),
    "pyramid.tif": by_libvips(".tif", tile=True, tile_width=64, tile_height=64, pyramid=True, compression="jpeg"),
}
LONG = {"baseline.jpg", "subsampled.jpg", "optimised.jpg", "progressive.jpg", "restarting.jpg"}


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def by_eye(path: Path) -> Pixels:
    """As Pillow has it."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def scored(path: Path) -> Pixels:
    """All pixels, as the tools take them."""
    head = header(path)
    return open_regions(head, 1.0, 1.0).read(Region(0, 0, head.width, head.height, 1.0))


@pytest.fixture(params=[True, False], ids=["streamed", "at once"])
def streamed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(reader, "AT_ONCE", 0 if request.param else 1_000_000)
    return request.param


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_is_read_as_pillow_reads_it(tmp_path: Path, capfd, streamed: bool, name: str) -> None:
    path = written(tmp_path, name, WHOLE[name])
    assert np.array_equal(scored(path), by_eye(path))
    assert np.array_equal(np.asarray(read_rgb(path)), by_eye(path))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", sorted(LONG))
def test_half_a_jpeg_is_as_pillow_has_it(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, WHOLE[name])
    with Image.open(path) as picture:
        picture.draft("RGB", (SIDES[0] // 2, SIDES[1] // 2))
        assert np.array_equal(open_regions(header(path), 1.0, 4.0).pixels, np.asarray(picture))


@pytest.mark.parametrize("way", range(1, 9))
def test_a_tiff_is_turned_as_it_says_or_refused_where_it_is_too_large_for_that(tmp_path, monkeypatch, way: int) -> None:
    path = written(tmp_path, "a.tif", by_pillow("TIFF", tiffinfo={274: way}))
    assert np.array_equal(scored(path), by_eye(path))
    monkeypatch.setattr(reader, "AT_ONCE", 0)
    if way > 1:
        with pytest.raises(WrongKind, match=r"a\.tif: lies turned in its file; save it upright"):
            scored(path)


def test_sixteen_bits_and_palettes_become_the_same_eight_bits(tmp_path: Path, streamed: bool) -> None:
    deep = pyvips.Image.new_from_array(np.asarray(photograph()).astype(np.uint16) * 257).copy(interpretation="rgb16")
    few = photograph().quantize(16)
    few.save(tmp_path / "few.png")
    few.save(tmp_path / "few.tif")
    for path in (written(tmp_path, "deep.png", deep.write_to_buffer(".png")), tmp_path / "few.png", tmp_path / "few.tif"):
        assert np.array_equal(scored(path), by_eye(path)), path.name


def cut(content: bytes, at: float) -> bytes:
    return content[: int(len(content) * at)]


def zeroed(content: bytes, at: float) -> bytes:
    start, length = int(len(content) * at), len(content) // 5
    return content[:start] + bytes(length) + content[start + length :]


def missing(content: bytes, at: float) -> bytes:
    start = int(len(content) * at)
    return content[:start] + content[start + len(content) // 5 :]


@pytest.mark.parametrize("name", COMPRESSED)
@pytest.mark.parametrize("damage", [cut, zeroed, missing])
@pytest.mark.parametrize("at", [0.35, 0.5, 0.75])
def test_what_is_cut_off_or_has_a_hole_is_refused(
    tmp_path: Path, capfd, streamed: bool, name: str, damage: Callable[[bytes, float], bytes], at: float
) -> None:
    path = written(tmp_path, name, damage(COMPRESSED[name], at))
    with pytest.raises(InputError, match=rf"{name}: .*(damaged|cut off)"):
        scored(path)
    assert capfd.readouterr() == ("", "")


def test_training_pictures_with_holes_are_refused_too(tmp_path: Path) -> None:
    for name in ("subsampled.jpg", "predicted.tif", "tiled_deflate.tif", "plain.png"):
        with pytest.raises(Unreadable, match=rf"{name}: damaged or truncated"):
            read_rgb(written(tmp_path, name, zeroed(COMPRESSED[name], 0.5)))


def test_zeros_in_plain_ground_and_after_a_jpegs_end_are_no_hole(tmp_path: Path) -> None:
    plain = Image.new("RGB", (640, 640), "white")
    plain.save(tmp_path / "plain.jpg", optimize=True)
    assert bytes(64) in (tmp_path / "plain.jpg").read_bytes()
    assert (scored(tmp_path / "plain.jpg") == 255).all()
    padded = written(tmp_path, "padded.jpg", WHOLE["baseline.jpg"] + bytes(4096))
    assert np.array_equal(scored(padded), by_eye(padded))


def test_the_place_is_told_where_it_is_known(tmp_path: Path, streamed: bool) -> None:
    with pytest.raises(Unreadable, match=r"noticed at row \d+ of 176; copy or export it again"):
        scored(written(tmp_path, "a.jpg", cut(COMPRESSED["baseline.jpg"], 0.7)))
    with pytest.raises(Unreadable, match=r"in part \d+ of \d+; copy or export it again"):
        scored(written(tmp_path, "a.tif", zeroed(COMPRESSED["tiled_deflate.tif"], 0.5)))


def test_damage_to_the_last_rows_of_a_jpeg_is_noticed_too(tmp_path: Path, streamed: bool) -> None:
    content = COMPRESSED["baseline.jpg"]
    with pytest.raises(Unreadable, match="noticed at "):
        scored(written(tmp_path, "a.jpg", content[:-200] + content[-150:]))


def test_the_damage_of_one_picture_is_not_laid_on_another(tmp_path: Path) -> None:
    for number in range(40):
        content = COMPRESSED["baseline.jpg"]
        written(tmp_path, f"{number}.jpg", zeroed(content, 0.5) if number % 2 else content)

    def refused(number: int) -> bool:
        try:
            scored(tmp_path / f"{number}.jpg")
        except Unreadable:
            return True
        return False

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(refused, range(40))) == [False, True] * 20


def test_no_name_is_taken_for_an_option(tmp_path: Path, streamed: bool) -> None:
    for name in ("x.tif[page=1]", "x.tif[page=1].tif", "a%sb.tif", os.fsdecode(b"\xff.tif")):
        path = written(tmp_path, name, WHOLE["lzw.tif"])
        assert np.array_equal(scored(path), np.asarray(photograph()))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("name", WHOLE)
def test_a_flipped_byte_ends_in_pixels_or_in_a_line(tmp_path: Path, capfd, name: str) -> None:
    rng, content = np.random.default_rng(3), WHOLE[name]
    places = {*range(2, 200), *range(len(content) - 200, len(content))}
    for place in rng.permutation(sorted(places))[:25]:
        spoilt = bytearray(content)
        spoilt[place] ^= int(rng.integers(1, 256))
        try:
            scored(written(tmp_path, name, bytes(spoilt)))
        except InputError as error:
            assert len(str(error).splitlines()) == 1
    assert capfd.readouterr() == ("", "")


def test_what_libvips_cannot_unpack_or_takes_for_other_colours_is_told_as_that(tmp_path: Path) -> None:
    photograph().convert("YCbCr").save(tmp_path / "ycc.tif")
    with pytest.raises(WrongKind, match=r"ycc\.tif: the picture is YCbCr, not colour in 8 bits; save it as 8-bit RGB"):
        header(tmp_path / "ycc.tif")
    ways = (struct.pack("<HHIHH", 259, 3, 1, way, 0) for way in (1, 50_000))
    with pytest.raises(WrongKind, match=r"zstd\.tif: its pixels are packed in a way that is not read \(50000\); save it"):
        header(written(tmp_path, "zstd.tif", WHOLE["raw.tif"].replace(*ways)))


def pages(path: Path, *sides: int) -> Path:
    first, *others = (Image.new("RGB", (side, side), "red") for side in sides)
    first.save(path, save_all=True, append_images=others)
    return path


def test_a_second_page_is_no_secret_unless_it_is_the_first_in_small(tmp_path: Path) -> None:
    assert header(pages(tmp_path / "pyramid.tif", 80, 40, 20)).width == 80
    for sides in ((80, 80), (80, 40, 79), (20, 80)):
        with pytest.raises(WrongKind, match=f"holds {len(sides)} pages, of which only the first would be read; save each page"):
            header(pages(tmp_path / "pages.tif", *sides))
    with pytest.raises(WrongKind, match="holds 2 pages"):
        header(pages(tmp_path / "moving.png", 80, 80))


def test_what_libraries_say_of_odd_files_does_not_reach_the_terminal(tmp_path: Path) -> None:
    odd = by_pillow("TIFF", compression="tiff_lzw", tiffinfo=private_tags())
    written(tmp_path, "odd.tif", odd)
    written(tmp_path, "cut.tif", odd[:-40])
    written(tmp_path, "hole.tif", zeroed(COMPRESSED["lzw.tif"], 0.3))
    written(tmp_path, "gap.jpg", missing(COMPRESSED["baseline.jpg"], 0.3))
    samples = (struct.pack("<HHII", 277, 3, 1, number) for number in (3, 999))
    written(tmp_path, "many.tif", WHOLE["raw.tif"].replace(*samples))
    arguments = ["ki67", "score", str(tmp_path), "--out", str(tmp_path / "out"), "--mpp", "0.65"]
    code = f"import sys; sys.argv = {arguments!r}; from ki67.cli.main import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    lines = done.stderr.splitlines()
    assert len(lines) == 4 and all(line.startswith("ki67: ") for line in lines), done.stderr
    assert done.stdout.count("\n") == 1


def test_pages_without_end_and_in_a_circle_end_in_a_line(tmp_path: Path) -> None:
    content = bytearray(WHOLE["raw.tif"])
    (first,) = struct.unpack("<I", content[4:8])
    (tags,) = struct.unpack("<H", content[first : first + 2])
    following = first + 2 + 12 * tags
    content[following : following + 4] = struct.pack("<I", first)
    with pytest.raises(Unreadable, match=r"circle\.tif: damaged or truncated"):
        scored(written(tmp_path, "circle.tif", bytes(content)))
    with pytest.raises(WrongKind, match="holds more than 100 pages"):
        header(pages(tmp_path / "many.tif", 80, *[1] * 200))


def test_a_telephones_jpeg_is_read_without_its_preview(tmp_path: Path) -> None:
    photograph().save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[photograph().reduce(4)])
    assert header(tmp_path / "a.jpg").kind == "JPEG"
    assert np.array_equal(scored(tmp_path / "a.jpg"), by_eye(tmp_path / "a.jpg"))
