"""Pictures as people have them: what can be scored is read right, what cannot is refused in one line."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from ki67.base.errors import InputError
from ki67.pictures import regions as pixels
from ki67.pictures.header import header
from ki67.pictures.regions import Decoded, Streamed, opened, reduced
from ki67.pictures.scale import size_at

RNG = np.random.default_rng(1)


def smooth(width: int = 300, height: int = 200) -> Image.Image:
    """A picture as photographs are: neighbours are alike."""
    small = Image.fromarray(RNG.integers(0, 256, (height // 20, width // 20, 3), np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def saved(picture: Image.Image, path: Path, **how: object) -> Path:
    picture.save(path, **how)
    return path


def whole(path: Path, reduction: float = 1.0) -> np.ndarray:
    return opened(header(path), reduction).rows(0, 10**9)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_a_lossless_picture_is_read_pixel_by_pixel(tmp_path: Path, ending: str) -> None:
    picture = smooth()
    assert np.array_equal(whole(saved(picture, tmp_path / f"a.{ending}")), np.asarray(picture))


def test_opacity_is_laid_on_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    assert (whole(saved(clear, tmp_path / "a.png")) == 255).all()
    assert (whole(saved(Image.new("RGBA", (40, 40), (200, 0, 0, 255)), tmp_path / "b.png")) == (200, 0, 0)).all()


def test_a_palette_becomes_the_colours_it_stands_for(tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 40), (12, 200, 34))
    assert (whole(saved(picture.quantize(4), tmp_path / "a.png")) == (12, 200, 34)).all()


@pytest.mark.parametrize(
    ("mode", "name", "why"),
    [("L", "a.png", "grey"), ("CMYK", "a.jpg", "CMYK"), ("I;16", "a.tif", "16-bit"), ("1", "a.png", "black and white"),
     ("F", "a.tif", "32-bit")],
)  # fmt: skip
def test_what_is_not_colour_in_eight_bits_is_refused(tmp_path: Path, mode: str, name: str, why: str) -> None:
    with pytest.raises(InputError, match=f"{name}: the picture is {why}, not colour in 8 bits; save it"):
        header(saved(Image.new(mode, (40, 40)), tmp_path / name))


def test_an_empty_a_strange_and_a_cut_off_file_each_get_a_line(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.png").write_text("no picture")
    path = saved(smooth(), tmp_path / "cut.jpg")
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(InputError, match=r"empty\.jpg: the file is empty"):
        header(tmp_path / "empty.jpg")
    with pytest.raises(InputError, match=r"text\.png: not a picture that can be read"):
        header(tmp_path / "text.png")
    with pytest.raises(InputError, match=r"cut\.jpg: damaged or truncated"):
        opened(header(path), 1.0)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = saved(Image.new("RGB", (3000, 2000)), tmp_path / "bomb.png")
    with pytest.raises(InputError, match="3000×2000 are more than 1,000,000 pixels; if the file is what it says, allow it with"):
        header(path, 1_000_000)
    assert header(path, 6_000_000).width == 3000


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


def test_dots_of_a_screen_say_nothing_of_tissue(tmp_path: Path) -> None:
    assert header(saved(smooth(), tmp_path / "a.jpg", dpi=(72, 72))).um_per_px is None
    assert header(saved(smooth(), tmp_path / "b.jpg")).um_per_px is None


@pytest.mark.parametrize("ending", ["png", "tif", "jpg"])
def test_a_streamed_picture_gives_the_rows_of_a_decoded_one(tmp_path: Path, ending: str) -> None:
    head = header(saved(smooth(), tmp_path / f"a.{ending}"))
    decoded, streamed = opened(head, 1.0), Streamed(head)
    parts = [streamed.rows(top, min(top + 40, 200)) for top in range(0, 200, 40)]
    difference = np.abs(np.concatenate(parts).astype(int) - decoded.rows(0, 200))
    assert difference.max() <= (2 if ending == "jpg" else 0)


@pytest.mark.parametrize("size", [(63, 41), (300, 200), (100, 67)])
def test_strips_of_a_streamed_picture_are_the_reduced_picture(tmp_path: Path, size: tuple[int, int]) -> None:
    head = header(saved(smooth(), tmp_path / "a.png"))
    at_once = np.concatenate(list(reduced(opened(head, 1.0), size)))
    in_strips = np.concatenate(list(reduced(Streamed(head), size)))
    assert at_once.shape == in_strips.shape == (size[1], size[0], 3)
    assert np.abs(at_once.astype(int) - in_strips).max() <= 1


def test_a_cut_off_picture_that_is_streamed_is_refused_too(tmp_path: Path) -> None:
    path = saved(Image.fromarray(RNG.integers(0, 256, (300, 300, 3), np.uint8)), tmp_path / "cut.png")
    path.write_bytes(path.read_bytes()[:-50_000])
    with pytest.raises(InputError, match=r"cut\.png: damaged or truncated"):
        list(reduced(Streamed(header(path)), (100, 100)))


def test_only_large_pictures_are_streamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = header(saved(smooth(), tmp_path / "a.png"))
    assert isinstance(opened(head, 1.0), Decoded)
    monkeypatch.setattr(pixels, "AT_ONCE", 59_999)
    assert isinstance(opened(head, 1.0), Streamed)


def test_a_jpeg_that_is_made_much_smaller_comes_at_half_its_size_and_looks_the_same(tmp_path: Path) -> None:
    head = header(saved(smooth(), tmp_path / "a.jpg", quality=95))
    half, full = opened(head, 4.5), opened(head, 3.9)
    assert (half.width, half.height, full.width) == (150, 100, 300)
    one, other = (np.concatenate(list(reduced(rows, (60, 40)))).astype(int) for rows in (half, full))
    assert np.abs(one - other).mean() < 0.2 * np.abs(np.roll(other, 1, axis=1) - other).mean()


def test_a_picture_is_enlarged_up_to_four_times_and_no_further(tmp_path: Path) -> None:
    found = header(saved(smooth(300, 200), tmp_path / "a.png"))
    assert size_at(found, 0.5, 1.0, 32) == (150, 100)
    assert size_at(found, 4.0, 1.0, 32) == (1200, 800)
    for um_per_px, why in (
        (4.01, "4.01 µm/px is more than 4 times as coarse as the network's 1; correct --mpp"),
        (0.1, "300×200 at 0.1 µm/px; 32 µm at least are needed"),
        *((scale, "is no scale; give micrometres per pixel with --mpp") for scale in (float("inf"), float("nan"), -1.0)),
    ):
        with pytest.raises(InputError, match=rf"a\.png: .*{why}"):
            size_at(found, um_per_px, 1.0, 32)
