"""A picture at the client's door: read as Python reads it, stripped to the same bytes, refused in words."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ki67.app.browser.vectors import field
from ki67.app.intake.stripped import stripped
from ki67.app.store.files import Files
from ki67.base.errors import InputError
from ki67.data.slide_files import ALIKE, PLAUSIBLE
from ki67.pictures.header import header
from ki67.pictures.stains import DARK_GROUND, HE_FOR_KI67, NO_COLOUR, STRANGE
from ki67.score.appearance import WARNINGS
from tests.client.in_page import InPage, unpacked

SECRET, SIDEWAYS, ORIENTATION = "Jane Roe 1951", 6, 0x0112
HEAD = "try { return header.headerOf(bytes(values[0])); } catch (error) { return error.why; }"
STRIP = "return text(stripped.stripped(bytes(values[0])));"
SAID = "const {words} = await import('/words/en.js'); return words.refused[values[0].code](values[0]);"
ALL_SAID = """
  const {words} = await import('/words/en.js');
  return Object.entries(words.warnings).map(([name, say]) => [name, say(values[0])]);
"""
DOTS = 39_077  # an inch: 0.65 µm/px


def saved(kind: str, picture: Image.Image | None = None, **how: Any) -> bytes:
    stream = io.BytesIO()
    (picture or field()).save(stream, kind, **how)
    return stream.getvalue()


def told(**tags: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = SECRET
    for name, value in tags.items():
        exif[{"x": 0x011A, "unit": 0x0128, "turned": ORIENTATION}[name]] = value
    return exif


def with_words() -> PngInfo:
    words = PngInfo()
    words.add_text("Author", SECRET)
    return words


MADE: dict[str, Callable[[], bytes]] = {
    "camera": lambda: saved("JPEG", exif=told(), comment=SECRET.encode(), icc_profile=SECRET.encode() * 9) + saved("JPEG"),
    "progressive": lambda: saved("JPEG", progressive=True, exif=told(), dpi=(DOTS, DOTS)),
    "restarts": lambda: saved("JPEG", restart_marker_blocks=4, exif=told()),
    "never turned into YCbCr": lambda: saved("JPEG", keep_rgb=True, exif=told()),
    "inches in EXIF": lambda: saved("JPEG", exif=told(x=float(DOTS), unit=2)),
    "centimetres in EXIF": lambda: saved("JPEG", exif=told(x=15_000.0, unit=3)),
    "a screen's inches": lambda: saved("JPEG", dpi=(72, 72), exif=told()),
    "two scales": lambda: saved("JPEG", dpi=(DOTS, DOTS - 9000), exif=told()),
    "png": lambda: saved("PNG", pnginfo=with_words(), dpi=(DOTS, DOTS), icc_profile=SECRET.encode() * 9) + SECRET.encode(),
    "palette": lambda: saved("PNG", field().quantize(64), pnginfo=with_words()),
    "opacity": lambda: saved("PNG", field().convert("RGBA"), pnginfo=with_words()),
}


@pytest.mark.parametrize("name", MADE)
def test_size_scale_and_bytes_are_pythons(parts: InPage, tmp_path: Path, name: str) -> None:
    path, content = tmp_path / "sent", MADE[name]()
    path.write_bytes(content)
    expected = header(path)
    found = parts.asked("header", HEAD, content)
    size = {"width": expected.width, "height": expected.height}
    assert found == {"kind": f"image/{expected.kind.lower()}", "umPerPx": expected.um_per_px} | size
    with stripped(Files(tmp_path / "files", tmp_path / "incoming"), expected) as draft:
        kept = unpacked(parts.asked("stripped", STRIP, content))
        assert kept == draft.read_bytes()
    assert SECRET.encode() in content
    assert SECRET.encode() not in kept


def test_the_way_a_camera_was_held_is_dropped_so_that_all_see_one_frame(parts: InPage) -> None:
    content = saved("JPEG", exif=told(turned=SIDEWAYS))
    kept = Image.open(io.BytesIO(unpacked(parts.asked("stripped", STRIP, content))))
    assert dict(kept.getexif()) == {}
    assert np.array_equal(np.asarray(kept), np.asarray(Image.open(io.BytesIO(content))))


def test_what_is_stripped_is_stripped_to_itself(parts: InPage) -> None:
    for name in ("camera", "png"):
        once = unpacked(parts.asked("stripped", STRIP, MADE[name]()))
        assert unpacked(parts.asked("stripped", STRIP, once)) == once


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("empty", lambda: b""),
    "text": ("notAPicture", lambda: b"not a picture at all, only words"),
    "heic": ("heic", lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)),
    "tiff": ("tiff", lambda: saved("TIFF")),
    "grey": ("colours", lambda: saved("JPEG", field().convert("L"))),
    "cmyk": ("colours", lambda: saved("JPEG", field().convert("CMYK"))),
    "grey png": ("colours", lambda: saved("PNG", field().convert("L"))),
    "16 bits": ("colours", lambda: saved("PNG", Image.fromarray(np.zeros((40, 40), np.uint16)))),
    "black and white": ("colours", lambda: saved("PNG", field().convert("1"))),
    "moving": ("pages", lambda: saved("PNG", save_all=True, append_images=[field(1)])),
    "cut": ("damaged", lambda: saved("JPEG")[:120]),
    "bomb": ("tooLarge", lambda: _said_to_be(saved("PNG"), 60_000)),
    "jpeg bomb": ("tooLarge", lambda: _jpeg_said_to_be(saved("JPEG"), 65_000)),
}
ALSO_PYTHONS = {"empty", "grey", "cmyk", "grey png", "16 bits", "black and white", "moving"}


def _said_to_be(png: bytes, side: int) -> bytes:
    return png[:16] + side.to_bytes(4, "big") * 2 + png[24:]


def _jpeg_said_to_be(jpeg: bytes, side: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + side.to_bytes(2, "big") * 2 + jpeg[at + 4 :]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_counted_is_told_from_its_first_bytes(parts: InPage, tmp_path: Path, name: str) -> None:
    code, make = REFUSED[name]
    why = parts.asked("header", HEAD, make())
    assert why["code"] == code
    said = parts.asked("refused", SAID, why)
    assert not {"undefined", "NaN", "null"} & set(said.replace(";", " ").split())
    if name in ALSO_PYTHONS:
        (tmp_path / "sent").write_bytes(make())
        with pytest.raises(InputError) as caught:
            header(tmp_path / "sent")
        assert str(caught.value).partition(": ")[2].replace("jpg, png or tif", "jpg or png") == said


def test_a_scale_is_believed_within_pythons_limits(parts: InPage) -> None:
    least, most = PLAUSIBLE
    asked = [[least], [least / 1.01], [most], [most * 1.01], [1, ALIKE], [1, ALIKE * 1.01], []]
    assert parts.asked("header", "return values[0].map(header.agreed);", asked) == [least, None, most, None, 1, None, None]


def test_every_warning_has_pythons_words(parts: InPage) -> None:
    told = dict(parts.asked("refused", ALL_SAID, {"cells": 3, "enough": 500}))
    sides = {f"{name}{side}": text for name, texts in WARNINGS.items() for side, text in zip(("Low", "High"), texts, strict=True)}
    stains = {"likeHe": HE_FOR_KI67, "darkGround": DARK_GROUND, "strange": STRANGE, "noColour": NO_COLOUR}
    counts = {"none": "no tumour cells: the index is not defined", "few": "3 tumour cells, fewer than 500"}
    del told["told"]  # what a service said in its own words
    assert told == sides | stains | counts | {"noTissue": "hardly any tissue"}
