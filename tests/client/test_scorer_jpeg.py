"""The browser client's own JPEG decoder: bit for bit the pixels by which `ki67 score` counts, whole and at half size."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ki67.app.browser.vectors import field
from ki67.data.images import decoded
from tests.client.in_page import InPage, pixels

DECODE = """
  const picture = await jpeg_pixels.JpegPixels.of(bytes(values[0]), values[1]);
  if (!picture) return null;
  const {data} = picture.rows({x: 0, y: 0, width: picture.width, height: picture.height});
  return [picture.height, text(data)];
"""
WHOLE, HALF = 1, 2
WAYS = {
    "": {}, "progressive": {"progressive": True}, "restarts": {"restart_marker_blocks": 7}, "optimised": {"optimize": True},
    "both": {"progressive": True, "restart_marker_blocks": 5}, "coarse": {"quality": 20},
}  # fmt: skip
COLOURS = {"whole": 0, "half as wide": 1, "half as wide and high": 2}


def saved(picture: Image.Image, **how: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", **({"quality": 88} | how))
    return stream.getvalue()


def seen(parts: InPage, content: bytes, shrink: int) -> np.ndarray | None:
    answer = parts.asked("jpeg_pixels", DECODE, content, shrink)
    return None if answer is None else pixels(answer[1], answer[0])


def python(content: bytes, folder: Path, size: tuple[int, int], shrink: int) -> np.ndarray:
    path = folder / "picture.jpg"
    path.write_bytes(content)
    return decoded(path, "JPEG", size, shrink)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("colours", COLOURS)
def test_pixels_are_libjpegs(parts: InPage, tmp_path: Path, colours: str, way: str) -> None:
    for width, height in ((204, 150), (205, 151), (34, 18), (3, 5)):
        content = saved(field(size=(width, height)), subsampling=COLOURS[colours], **WAYS[way])
        for shrink in (WHOLE, HALF) if width % 2 == 0 else (WHOLE,):
            assert np.array_equal(seen(parts, content, shrink), python(content, tmp_path, (width, height), shrink))


def test_noise_and_colours_that_were_never_turned_are_too(parts: InPage, tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 122, 3), np.uint8))
    for how in ({"subsampling": 2, "quality": 98}, {"subsampling": 0, "quality": 98}, {"keep_rgb": True}):
        content = saved(noise, **how)
        for shrink in (WHOLE, HALF):
            assert np.array_equal(seen(parts, content, shrink), python(content, tmp_path, noise.size, shrink))


def test_a_rare_way_of_coding_is_left_to_the_browser(parts: InPage) -> None:
    content = saved(field())
    frame = content.index(b"\xff\xc0")
    sampled_apart = content[: frame + 14] + b"\x21" + content[frame + 15 :]  # the second component as wide as the first
    assert seen(parts, sampled_apart, WHOLE) is None


@pytest.mark.parametrize("name", ["cut", "lost", "torn"])
def test_damage_is_refused_where_browsers_would_draw_it(parts: InPage, name: str) -> None:
    whole = saved(field(size=(400, 400)), restart_marker_blocks=20 if name == "torn" else 0)
    half = len(whole) // 2
    damaged = {
        "cut": whole[:half] + whole[-2:],
        "lost": whole[:half] + bytes(2000) + whole[half + 2000 :],
        "torn": whole[:half] + whole[half + 3000 :],
    }[name]
    code = "try { await jpeg_pixels.JpegPixels.of(bytes(values[0]), 1); return null; } catch (error) { return error.code; }"
    assert parts.asked("jpeg_pixels", code, whole) is None
    assert parts.asked("jpeg_pixels", code, damaged) == "damaged"
