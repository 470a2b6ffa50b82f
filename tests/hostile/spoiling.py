"""What hostile hands do to a picture's bytes: cut, blank, take out, turn over; and heads that promise what is not there."""

import io
import struct
from collections.abc import Callable
from functools import cache

import numpy as np
import pyvips
from hostile.fields_made import field
from PIL import Image

Damage = Callable[[bytes], bytes]


@cache
def content(name: str) -> bytes:
    """A field as a file of the kind that the name says; with noise, as cameras have it."""
    noise = np.random.default_rng(2).integers(-6, 7, (*field().size, 3))
    picture = Image.fromarray((np.asarray(field(), np.int16) + noise).clip(0, 255).astype(np.uint8))
    if name in TILED:
        plain = pyvips.Image.new_from_array(np.asarray(picture)).copy(interpretation="srgb")
        return plain.tiffsave_buffer(tile=True, tile_width=64, tile_height=64, compression=TILED[name])
    stream = io.BytesIO()
    kind, how = PLAIN[name]
    picture.save(stream, kind, **how)
    return stream.getvalue()


PLAIN: dict[str, tuple[str, dict[str, object]]] = {
    "baseline.jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    "subsampled.jpg": ("JPEG", {"quality": 80}),
    "progressive.jpg": ("JPEG", {"progressive": True}),
    "plain.png": ("PNG", {}),
    "raw.tif": ("TIFF", {}),
    "lzw.tif": ("TIFF", {"compression": "tiff_lzw"}),
    "deflate.tif": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    "jpeg.tif": ("TIFF", {"compression": "jpeg"}),
}
TILED = {"tiled_deflate.tif": "deflate", "tiled_jpeg.tif": "jpeg"}


def cut(at: float) -> Damage:
    """Its beginning alone."""
    return lambda whole: whole[: int(len(whole) * at)]


def zeroed(at: float) -> Damage:
    """A fifth lost to zeros."""
    return lambda whole: whole[: int(len(whole) * at)] + bytes(len(whole) // 5) + whole[int(len(whole) * at) + len(whole) // 5 :]


def missing(at: float) -> Damage:
    """A fifth gone, and what follows moved up."""
    return lambda whole: whole[: int(len(whole) * at)] + whole[int(len(whole) * at) + len(whole) // 5 :]


def flipped(seed: int) -> Damage:
    """One byte of its middle changed."""

    def damage(whole: bytes) -> bytes:
        rng, changed = np.random.default_rng(seed), bytearray(whole)
        changed[int(rng.integers(len(whole) // 5, len(whole) * 4 // 5))] ^= int(rng.integers(1, 256))
        return bytes(changed)

    return damage


def bare_tiff(side: int, pixels: bytes = b"", compression: int = 1) -> bytes:
    """A head that says how large it is, in one strip, and what follows."""
    layout = [(256, side), (257, side), (258, 8), (259, compression), (262, 2)]
    tags = [*layout, (273, 122), (277, 3), (278, side), (279, min(3 * side**2, 2**32 - 1))]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + pixels


def see_through(opacity: int) -> Callable[[Image.Image], Image.Image]:
    """Of one opacity in one corner, opaque elsewhere."""

    def change(picture: Image.Image) -> Image.Image:
        clear = picture.convert("RGBA")
        clear.paste((200, 200, 200, opacity), (0, 0, 40, 40))
        return clear

    return change
