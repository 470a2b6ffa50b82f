"""Pixels stay as they were sent; what a camera, a telephone or a program wrote beside them does not."""

import io
import struct
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import pyvips
from hostile.fields_made import SCALE, field
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ki67.app.intake.checked import refuse_damage
from ki67.app.intake.jpeg import bare_tables, strip_jpeg
from ki67.app.intake.stripped import stripped
from ki67.app.store.files import Files
from ki67.base.errors import Unreadable
from ki67.pictures.header import Header, header
from ki67.pictures.reader import open_regions
from ki67.pictures.regions import Region

SECRET = b"Jane Roe 1951"
SIDEWAYS = 6
Made = Callable[[], bytes]


def saved(kind: str, **how: object) -> bytes:
    stream = io.BytesIO()
    field().save(stream, kind, **(SCALE | how))
    return stream.getvalue()


def exif() -> Image.Exif:
    told = Image.Exif()
    told[0x010E] = told[0x013B] = told[0x8298] = SECRET.decode()
    told[0x0112] = SIDEWAYS
    return told


def jpeg(**how: object) -> bytes:
    """With EXIF, XMP, a comment, a profile, and a second picture behind its end."""
    content = saved("JPEG", exif=exif(), icc_profile=SECRET * 9, comment=SECRET, xmp=b"<x:xmpmeta>" + SECRET, **how)
    return content + saved("JPEG", comment=SECRET)


def png() -> bytes:
    text = PngInfo()
    text.add_text("Author", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return saved("PNG", pnginfo=text, exif=exif(), icc_profile=SECRET * 9) + SECRET


def tiff(**how: object) -> bytes:
    return saved("TIFF", description=SECRET.decode(), artist=SECRET.decode(), icc_profile=SECRET * 9, **how)


def pyramid(**how: object) -> bytes:
    """In tiles, with small copies, and a description on each page."""
    plain = pyvips.Image.new_from_array(np.asarray(field())).copy(interpretation="srgb")
    plain.set_type(pyvips.GValue.gstr_type, "image-description", SECRET.decode())
    return bytes(plain.tiffsave_buffer(tile=True, tile_width=64, tile_height=64, pyramid=True, **how))


MADE: dict[str, Made] = {
    "jpeg": jpeg,
    "progressive": lambda: jpeg(progressive=True),
    "restarts": lambda: jpeg(restart_marker_blocks=4),
    "rgb": lambda: jpeg(keep_rgb=True),
    "png": png,
    "palette": lambda: _palette(),
    "tiff": tiff,
    "lzw": lambda: tiff(compression="tiff_lzw"),
    "big endian": lambda: _big_endian(),
    "big tiff": lambda: tiff(big_tiff=True),
    "tiles": lambda: pyramid(compression="deflate", predictor="horizontal"),
    "tiles in jpeg": lambda: pyramid(compression="jpeg", bigtiff=True),
}


def _palette() -> bytes:
    stream = io.BytesIO()
    field().quantize(64).save(stream, "PNG")
    return stream.getvalue()


def _big_endian() -> bytes:
    """Uncompressed, in one strip, with a description."""
    pixels, side = field().tobytes(), field().width
    words = [
        (256, 3, 1, side << 16), (257, 3, 1, side << 16), (258, 3, 3, 0), (259, 3, 1, 1 << 16), (262, 3, 1, 2 << 16),
        (270, 2, len(SECRET) + 1, 0), (273, 4, 1, 0), (277, 3, 1, 3 << 16), (278, 3, 1, side << 16),
        (279, 4, 1, len(pixels)),
    ]  # fmt: skip
    begin = 8 + 2 + 12 * len(words) + 4
    places = {258: begin, 270: begin + 6, 273: begin + 6 + len(SECRET) + 1}
    entries = [struct.pack(">HHII", tag, kind, count, places.get(tag, value)) for tag, kind, count, value in words]
    head = struct.pack(">2sHIH", b"MM", 42, 8, len(words)) + b"".join(entries) + struct.pack(">I", 0)
    return bytes(head + struct.pack(">3H", 8, 8, 8) + SECRET + b"\0" + pixels)


def pixels(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    head = header(path)
    return open_regions(head, 0.65, 0.65).read(Region(0, 0, head.width, head.height, 0.65))


@pytest.mark.parametrize("name", MADE)
def test_what_is_kept_has_the_same_pixels_and_no_word_of_anybody(name: str, tmp_path: Path) -> None:
    files, path = Files(tmp_path / "files", tmp_path / "incoming"), tmp_path / "sent"
    path.write_bytes(MADE[name]())
    assert name == "palette" or SECRET in path.read_bytes()
    with stripped(files, header(path)) as draft:
        assert SECRET not in draft.read_bytes()
        assert draft.stat().st_size <= path.stat().st_size
        refuse_damage(header(draft), 0.65, 0.65)
        assert (header(draft).width, header(draft).height, header(draft).mode) == (
            header(path).width, header(path).height, header(path).mode,
        )  # fmt: skip
        assert np.array_equal(pixels(draft), pixels(path))


def test_which_way_is_up_is_kept_of_a_jpeg_and_nothing_else_of_its_exif(tmp_path: Path) -> None:
    files, path = Files(tmp_path / "files", tmp_path / "incoming"), tmp_path / "sent"
    path.write_bytes(jpeg())
    with stripped(files, header(path)) as draft, Image.open(draft) as image:
        assert dict(image.getexif()) == {0x0112: SIDEWAYS}
        assert not {"icc_profile", "comment", "xmp"} & image.info.keys()


@pytest.mark.parametrize("name", MADE)
def test_a_file_that_is_cut_off_anywhere_is_refused_and_never_breaks_the_stripping(name: str, tmp_path: Path) -> None:
    files, path, content = Files(tmp_path / "files", tmp_path / "incoming"), tmp_path / "sent", MADE[name]()
    whole = header_of(path, content)
    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9):
        path.write_bytes(content[: int(len(content) * share)])
        try:
            with stripped(files, whole) as draft:
                refuse_damage(header(draft), 0.65, 0.65)
                assert np.array_equal(pixels(draft), pixels(path))  # only what lay behind the picture was lost
        except Unreadable:
            continue


def header_of(path: Path, content: bytes) -> Header:
    path.write_bytes(content)
    return header(path)


def test_tables_that_tiles_share_are_kept_and_no_word_between_them(tmp_path: Path) -> None:
    comment = struct.pack(">BBH", 0xFF, 0xFE, 2 + len(SECRET)) + SECRET
    note = struct.pack(">BBH", 0xFF, 0xED, 2 + len(SECRET)) + SECRET
    table = b"\xff\xdb\0\x43\0" + bytes(range(64))
    tables = b"\xff\xd8" + comment + table + note + b"\xff\xd9"
    assert bare_tables(tmp_path, tables) == b"\xff\xd8" + table + b"\xff\xd9"


def test_a_long_row_of_bytes_that_may_begin_a_marker_takes_no_time(tmp_path: Path) -> None:
    path, draft = tmp_path / "a.jpg", tmp_path / "draft"
    path.write_bytes(saved("JPEG")[:-2] + b"\xff" * 20_000 + b"\0")
    begin = time.process_time()
    strip_jpeg(path, draft, 1)
    assert time.process_time() - begin < 2
    assert draft.read_bytes().endswith(b"\xff" * 20_000 + b"\0\xff\xd9")
