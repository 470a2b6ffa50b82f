"""Pictures as people have them: what can be scored is read right, what cannot is refused in one line that says the cause."""

import struct
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, TiffImagePlugin

from ki67.base.errors import InputError, TooLarge, UnknownScale, Unreadable, WrongKind
from ki67.data.images import read_rgb
from ki67.pictures import reader
from ki67.pictures.decoded import Decoded
from ki67.pictures.header import header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Pixels, Region, Regions
from ki67.pictures.scale import checked_size
from ki67.pictures.streamed import FileRows, Streamed

RNG = np.random.default_rng(1)


def smooth(width: int = 300, height: int = 200) -> Image.Image:
    """A picture as photographs are: neighbours are alike."""
    small = Image.fromarray(RNG.integers(0, 256, (height // 20, width // 20, 3), np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def saved(picture: Image.Image, path: Path, **how: object) -> Path:
    picture.save(path, **how)
    return path


def at(picture: Regions, um_per_px: float) -> Pixels:
    """All of a picture at a scale."""
    return picture.read(Region(0, 0, *picture.size(um_per_px), um_per_px))


def whole(path: Path) -> Pixels:
    return at(open_regions(header(path), 1.0, 1.0), 1.0)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_a_lossless_picture_is_read_pixel_by_pixel(tmp_path: Path, ending: str) -> None:
    picture = smooth()
    assert np.array_equal(whole(saved(picture, tmp_path / f"a.{ending}")), np.asarray(picture))


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_opaque_all_over_is_no_opacity_and_what_shines_through_is_refused(tmp_path, monkeypatch, ending, streamed) -> None:
    monkeypatch.setattr(reader, "AT_ONCE", 0 if streamed else 2_000)
    opaque = Image.new("RGBA", (40, 40), (200, 0, 0, 255))
    assert (whole(saved(opaque, tmp_path / f"a.{ending}")) == (200, 0, 0)).all()
    opaque.putpixel((39, 39), (200, 0, 0, 254))
    with pytest.raises(WrongKind, match=rf"b\.{ending}: is transparent in parts; lay it on white and save it without"):
        whole(saved(opaque, tmp_path / f"b.{ending}"))


def test_a_palette_becomes_the_colours_it_stands_for(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 40), (12, 200, 34))
    assert (whole(saved(picture.quantize(4), tmp_path / "a.png")) == (12, 200, 34)).all()


@pytest.mark.parametrize(
    ("mode", "name", "why"),
    [("L", "a.png", "grey"), ("CMYK", "a.jpg", "CMYK"), ("I;16", "a.tif", "16-bit"), ("1", "a.png", "black and white"),
     ("F", "a.tif", "32-bit")],
)  # fmt: skip
def test_what_is_not_colour_in_eight_bits_is_refused(tmp_path: Path, mode: str, name: str, why: str) -> None:
    with pytest.raises(WrongKind, match=f"{name}: the picture is {why}, not colour in 8 bits; save it"):
        header(saved(Image.new(mode, (40, 40)), tmp_path / name))


@pytest.mark.parametrize("name", ["picture.tif", "slide.svs"])
@pytest.mark.parametrize("way", [{}, {"compression": "deflate"}, {"planarconfig": "separate"}], ids=["plain", "packed", "planes"])
def test_colour_in_sixteen_bits_is_refused_in_tiff_which_does_not_tell_its_white(tmp_path: Path, name: str, way: dict) -> None:
    colours = np.full((3, 300, 300) if "planarconfig" in way else (300, 300, 3), 200)
    path, how = tmp_path / name, {"tile": (128, 128), "photometric": "rgb", "metadata": None, **way}
    tifffile.imwrite(path, colours.astype(np.uint8), **how)
    assert header(path).mode == "RGB"
    tifffile.imwrite(path, colours.astype(np.uint16), **how)
    with pytest.raises(WrongKind, match=f"{name}: the picture is 16-bit, not colour in 8 bits; save it as 8-bit RGB"):
        header(path)


def test_an_empty_a_strange_and_a_cut_off_file_each_get_a_line(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.png").write_text("no picture")
    path = saved(smooth(), tmp_path / "cut.jpg")
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(Unreadable, match=r"empty\.jpg: the file is empty"):
        header(tmp_path / "empty.jpg")
    with pytest.raises(Unreadable, match=r"text\.png: not a picture that can be read"):
        header(tmp_path / "text.png")
    with pytest.raises(Unreadable, match=r"cut\.jpg: damaged or truncated"):
        open_regions(header(path), 1.0, 1.0)


def test_causes_are_told_apart_and_none_is_taken_for_a_mistake_of_a_library() -> None:
    for cause in (TooLarge, Unreadable, UnknownScale, WrongKind):
        assert issubclass(cause, InputError)
        assert not issubclass(cause, ValueError | OSError)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (3000, 2000)), tmp_path / "bomb.png")
    with pytest.raises(TooLarge, match="3000×2000 are more than 1,000,000 pixels; if the file is what it says, allow it with"):
        header(path, 1_000_000)
    assert header(path, 6_000_000).width == 3000


def test_a_bomb_among_training_pictures_is_refused_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(Image.new("RGB", (300, 200)), tmp_path / "bomb.png")
    monkeypatch.setattr("ki67.data.images.MOST_AT_ONCE", 59_999)
    with pytest.raises(TooLarge, match=r"bomb\.png: 300×200 are more than 59,999 pixels; cut it into smaller ones"):
        read_rgb(path)


@pytest.mark.parametrize("limit", [10, 40_000])  # above twice the limit Pillow raises an error, above it a warning
def test_a_limit_that_somebody_else_set_for_pillow_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    path = saved(smooth(), tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    for read in (header, read_rgb):
        with warnings.catch_warnings(action="error"), pytest.raises(TooLarge, match=r"a\.png: more pixels than Pillow may open"):
            read(path)


def test_many_threads_count_pixels_each_against_their_own_limit(tmp_path: Path) -> None:
    path, gate = saved(smooth(), tmp_path / "a.png"), threading.Barrier(16)

    def read(number: int) -> str:
        gate.wait()
        for _ in range(20):
            try:
                header(path, 59_999 if number % 2 else 60_000)
                found = "read"
            except TooLarge:
                found = "too large"
            assert Image.MAX_IMAGE_PIXELS is None
        return found

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(read, range(16))) == ["read", "too large"] * 8


def with_tags(path: Path, tags: dict[int, object]) -> Path:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        info[tag] = value
    return saved(smooth(), path, tiffinfo=info)


def test_the_scale_is_taken_from_where_microscopes_write_it(tmp_path: Path) -> None:
    assert header(saved(smooth(), tmp_path / "a.png", dpi=(50_800, 50_800))).um_per_px == pytest.approx(0.5, rel=1e-3)
    assert header(with_tags(tmp_path / "b.tif", {282: 40_000.0, 283: 40_000.0, 296: 3})).um_per_px == pytest.approx(0.25)
    assert header(with_tags(tmp_path / "c.tif", {270: "Aperio |AppMag = 40|MPP = 0.2528"})).um_per_px == pytest.approx(0.2528)
    assert header(with_tags(tmp_path / "d.tif", {270: '<Pixels PhysicalSizeX="0.45"/>'})).um_per_px == pytest.approx(0.45)


def stated(path: Path, text: str, **tags: object) -> float | None:
    """The scale of a TIFF with this description."""
    return header(with_tags(path, {270: text.encode(), **{int(tag[1:]): value for tag, value in tags.items()}})).um_per_px


@pytest.mark.parametrize(
    ("said", "um_per_px"),
    [
        ('PhysicalSizeX="0.25"', 0.25),
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit="µm" PhysicalSizeY="0.251" PhysicalSizeYUnit="µm"', 0.25),
        ('PhysicalSizeXUnit="&#181;m" PhysicalSizeX="0.25"', 0.25),
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit="\u03bcm"', 0.25),
        ('PhysicalSizeX="250" PhysicalSizeXUnit="nm" PhysicalSizeY="0.25"', 0.25),
        ('PhysicalSizeX="2.5E-4" PhysicalSizeXUnit="mm"', 0.25),
        ("PhysicalSizeX='0.000025' PhysicalSizeXUnit='cm'", 0.25),
        ('PhysicalSizeX="2500" PhysicalSizeXUnit="Å"', 0.25),
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit="pixel"', None),
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit="reference frame"', None),
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit="mm"', None),
        ('PhysicalSizeX="0.25" PhysicalSizeXUnit=""', None),
        ('PhysicalSizeX="0.25" PhysicalSizeY="0.5"', None),
        ('PhysicalSizeX="0.25" PhysicalSizeY="0.25" PhysicalSizeYUnit="nm"', None),
        *((f'PhysicalSizeX="{value}"', None) for value in ("0", "-0.25", "nan", "inf", "1e999", "", "0,25", "0_25", "2 5")),
    ],
)
def test_a_physical_size_is_in_the_unit_that_it_names_and_the_same_in_both_directions(tmp_path, said, um_per_px) -> None:
    found = stated(tmp_path / "a.tif", f"<OME><Pixels {said}/></OME>")
    assert found is um_per_px if um_per_px is None else found == pytest.approx(um_per_px)


def test_two_series_of_different_scales_leave_it_open(tmp_path: Path) -> None:
    assert stated(tmp_path / "a.tif", '<Pixels PhysicalSizeX="0.25"/><Pixels PhysicalSizeX="1"/>') is None
    assert stated(tmp_path / "b.tif", "AppMag = 40|MPP = 0.25|MPP = 0.5") is None


@pytest.mark.parametrize("said", ["0.2.5", "", ".", "0,25", "none", "0", "-0.25", "1e999", "nan", "0x1"])
def test_a_scale_that_cannot_be_read_is_none_and_the_picture_is_no_worse_for_it(tmp_path: Path, said: str) -> None:
    assert stated(tmp_path / "a.tif", f"Aperio |AppMag = 40|MPP = {said}|Left = 3") is None
    assert stated(tmp_path / "b.tif", f"MPP = {said}", t282=40_000.0, t283=40_000.0, t296=3) is None


@pytest.mark.parametrize(
    ("across", "down", "unit", "um_per_px"),
    [(40_000, 40_000, 3, 0.25), (40_000, 40_200, 3, 0.25), (101_600, 101_600, 2, 0.25), (40_000, 20_000, 3, None),
     (0, 0, 3, None), (40_000, 40_000, 1, None),
     (40_000, 40_000, 9, None), (40_000, 0, 3, None), (4_294_967_295, 4_294_967_295, 3, None)],
)  # fmt: skip
def test_the_dots_of_a_tiff_count_in_both_directions(tmp_path: Path, across: int, down: int, unit: int, um_per_px) -> None:
    path = with_tags(tmp_path / "a.tif", {282: float(across), 283: float(down), 296: unit})
    found = header(path).um_per_px
    assert found is um_per_px if um_per_px is None else found == pytest.approx(um_per_px)


@pytest.mark.parametrize("fraction", [(0, 0), (1, 0), (0, 1), (4_294_967_295, 1), (1, 4_294_967_295)])
def test_dots_that_are_no_number_are_no_scale(tmp_path: Path, fraction: tuple[int, int]) -> None:
    content = with_tags(tmp_path / "a.tif", {282: 40_000.0, 283: 40_000.0, 296: 3}).read_bytes()
    (tmp_path / "a.tif").write_bytes(content.replace(struct.pack("<II", 40_000, 1), struct.pack("<II", *fraction)))
    assert header(tmp_path / "a.tif").um_per_px is None


def test_dots_of_a_screen_say_nothing_of_tissue(tmp_path: Path) -> None:
    assert header(saved(smooth(), tmp_path / "a.jpg", dpi=(72, 72))).um_per_px is None
    assert header(saved(smooth(), tmp_path / "b.jpg")).um_per_px is None


@pytest.mark.parametrize("ending", ["png", "tif", "jpg"])
def test_a_streamed_picture_gives_the_rows_of_a_decoded_one(tmp_path: Path, ending: str) -> None:
    head = header(saved(smooth(), tmp_path / f"a.{ending}"))
    decoded, rows = at(open_regions(head, 1.0, 1.0), 1.0), FileRows(head)
    streamed = np.concatenate([rows.read(top, min(top + 40, 200)) for top in range(0, 200, 40)])
    assert np.abs(streamed.astype(int) - decoded).max() <= (2 if ending == "jpg" else 0)


@pytest.mark.parametrize("um_per_px", [4.8, 1.0, 3.0, 0.5])
def test_a_streamed_picture_is_reduced_as_a_decoded_one(tmp_path: Path, um_per_px: float) -> None:
    head = header(saved(smooth(), tmp_path / "a.png"))
    at_once, in_strips = at(open_regions(head, 1.0, um_per_px), um_per_px), at(Streamed(head, 1.0), um_per_px)
    assert at_once.shape == in_strips.shape == (round(200 / um_per_px), round(300 / um_per_px), 3)
    assert np.abs(at_once.astype(int) - in_strips).max() <= 1


@pytest.mark.parametrize("picture", [Decoded, Streamed])
def test_any_region_is_the_cut_of_the_whole_picture_in_whatever_order(tmp_path: Path, picture: type) -> None:
    head = header(saved(smooth(), tmp_path / "a.png"))
    source = np.asarray(Image.open(head.path)) if picture is Decoded else head
    opened, expected = picture(source, 1.0), {scale: at(picture(source, 1.0), scale) for scale in (1.5, 2.0)}
    corners = [(0, 0), (70, 0), (10, 33), (90, 33), (5, 60), (60, 90), (40, 20), (0, 0)]  # down, then up again
    for scale in (2.0, 1.5, 2.0):
        for x, y in corners:
            cut = opened.read(Region(x, y, 50, 45, scale))
            assert np.array_equal(cut, expected[scale][y : y + 45, x : x + 50])


@pytest.mark.parametrize("height", [40, 384, 900])
@pytest.mark.parametrize("step", [16, 100, 288])
def test_regions_that_overlap_from_top_to_bottom_are_read_in_one_pass(
    tmp_path: Path, height: int, step: int, monkeypatch
) -> None:
    picture = RNG.integers(0, 256, (height, 40, 3), np.uint8)
    streamed, passes = Streamed(header(saved(Image.fromarray(picture), tmp_path / "a.png")), 1.0), []
    monkeypatch.setattr("ki67.pictures.streamed.FileRows", lambda head: passes.append(head) or FileRows(head))
    for top in range(0, height, step):
        found = streamed.read(Region(0, top, 40, 384, 1.0))
        assert np.array_equal(found, picture[top : top + 384])
    assert len(passes) == 1


@pytest.mark.parametrize("read_before", [True, False])
def test_the_overview_is_the_whole_picture_in_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_before: bool) -> None:
    monkeypatch.setattr("ki67.pictures.streamed.OVERVIEW", 160)
    head = header(saved(smooth(), tmp_path / "a.png"))
    streamed = Streamed(head, 1.0)
    if read_before:
        streamed.read(Region(0, 0, 300, 70, 1.0))
    found = streamed.overview()
    assert 100 <= max(found.shape) <= 160
    expected = Image.open(head.path).resize((found.shape[1], found.shape[0]), Image.Resampling.BOX)
    assert np.abs(found.astype(int) - np.asarray(expected)).max() <= 1


def test_a_cut_off_picture_that_is_streamed_is_refused_too(tmp_path: Path) -> None:
    path = saved(Image.fromarray(RNG.integers(0, 256, (300, 300, 3), np.uint8)), tmp_path / "cut.png")
    path.write_bytes(path.read_bytes()[:-50_000])
    with pytest.raises(Unreadable, match=r"cut\.png: damaged or truncated"):
        at(Streamed(header(path), 1.0), 3.0)


def test_only_large_pictures_are_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = header(saved(smooth(), tmp_path / "a.png"))
    assert isinstance(open_regions(head, 1.0, 1.0), Decoded)
    monkeypatch.setattr(reader, "AT_ONCE", 59_999)
    assert isinstance(open_regions(head, 1.0, 1.0), Streamed)


def test_a_jpeg_that_is_made_much_smaller_comes_at_half_its_size_and_looks_the_same(tmp_path: Path) -> None:
    head = header(saved(smooth(), tmp_path / "a.jpg", quality=95))
    half, full = open_regions(head, 1.0, 4.5), open_regions(head, 1.0, 3.9)
    assert isinstance(half, Decoded) and isinstance(full, Decoded)
    assert (half.pixels.shape, full.pixels.shape) == ((100, 150, 3), (200, 300, 3))
    from_half, from_full = (at(picture, 5.0).astype(int) for picture in (half, full))
    assert from_half.shape == from_full.shape == (40, 60, 3)
    assert np.abs(from_half - from_full).mean() < 0.2 * np.abs(np.roll(from_full, 1, axis=1) - from_full).mean()


@pytest.mark.parametrize("size", [(301, 200), (300, 201), (301, 201)])
def test_a_jpeg_of_odd_sides_comes_whole_however_small_it_is_made(tmp_path: Path, size: tuple[int, int]) -> None:
    path = saved(smooth().resize(size), tmp_path / "a.jpg", quality=95)
    found = open_regions(header(path), 1.0, 4.5)
    assert isinstance(found, Decoded)
    assert np.array_equal(found.pixels, read_rgb(path))


def test_a_picture_is_enlarged_up_to_four_times_and_no_further(tmp_path: Path) -> None:
    found = header(saved(smooth(300, 200), tmp_path / "a.png"))
    assert checked_size(found, 0.5, 1.0, 32) == (150, 100)
    assert checked_size(found, 4.0, 1.0, 32) == (1200, 800)
    with pytest.raises(UnknownScale):
        checked_size(found, 0.0, 1.0, 32)
    for um_per_px, why in (
        (4.01, "4.01 µm/px is more than 4 times as coarse as the network's 1; correct --mpp"),
        (0.1, "300×200 at 0.1 µm/px; 32 µm at least are needed"),
        *((scale, "is no scale; give micrometres per pixel with --mpp") for scale in (float("inf"), float("nan"), -1.0)),
    ):
        with pytest.raises(InputError, match=rf"a\.png: .*{why}"):
            checked_size(found, um_per_px, 1.0, 32)
