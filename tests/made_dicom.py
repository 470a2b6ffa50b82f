"""A slide in DICOM of one level and as few elements as OpenSlide asks for, its tiles in JPEG."""

import io
import struct
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WHOLE_SLIDE, JPEG = "1.2.840.10008.5.1.4.1.1.77.1.6", "1.2.840.10008.1.2.4.50"
LONG = ("OB", "SQ")  # kinds of values whose length takes four bytes
UNKNOWN = 0xFFFFFFFF
TILE = 64


def element(group: int, number: int, kind: str, value: str | int | bytes) -> bytes:
    packed = {"US": "<H", "UL": "<I"}.get(kind)
    raw = struct.pack(packed, value) if packed else value if isinstance(value, bytes) else str(value).encode()
    raw += (b"\0" if kind in ("UI", "OB") else b" ") * (len(raw) % 2)
    length = struct.pack("<HI", 0, len(raw)) if kind in LONG else struct.pack("<H", len(raw))
    return struct.pack("<HH", group, number) + kind.encode() + length + raw


def item(value: bytes, number: int = 0xE000) -> bytes:
    return struct.pack("<HHI", 0xFFFE, number, len(value)) + value


def coded(pixels: NDArray[np.uint8], **settings: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90, **settings)
    return file.getvalue() + b"\0" * (len(file.getvalue()) % 2)


def write_dicom(path: Path, pixels: NDArray[np.uint8], um_per_px: float, colours: str, **settings: object) -> Path:
    """`colours` is what it calls them; how they are coded is Pillow's matter, YCbCr unless RGB is kept."""
    height, width, _ = pixels.shape
    corners = list(product(range(0, height, TILE), range(0, width, TILE)))
    frames = [coded(pixels[y : y + TILE, x : x + TILE], **settings) for y, x in corners]
    about = [(1, "OB", b"\0\1"), (2, "UI", WHOLE_SLIDE), (3, "UI", "1.2.3"), (0x10, "UI", JPEG)]
    meta = b"".join(element(2, *rest) for rest in about)
    spacing = element(0x28, 0x30, "DS", f"{um_per_px / 1000}\\{um_per_px / 1000}")
    body = [
        element(8, 8, "CS", "ORIGINAL\\PRIMARY\\VOLUME\\NONE"),
        element(8, 0x16, "UI", WHOLE_SLIDE),
        element(8, 0x18, "UI", "1.2.3"),
        element(8, 0x60, "CS", "SM"),
        element(0x20, 0xD, "UI", "1.2.4"),
        element(0x20, 0xE, "UI", "1.2.5"),
        element(0x20, 0x9311, "CS", "TILED_FULL"),
        element(0x28, 2, "US", 3),
        element(0x28, 4, "CS", colours),
        element(0x28, 6, "US", 0),
        element(0x28, 8, "IS", len(frames)),
        *(element(0x28, number, "US", TILE) for number in (0x10, 0x11)),
        *(element(0x28, number, "US", bits) for number, bits in ((0x100, 8), (0x101, 8), (0x102, 7), (0x103, 0))),
        element(0x48, 6, "UL", width),
        element(0x48, 7, "UL", height),
        element(0x5200, 0x9229, "SQ", item(element(0x28, 0x9110, "SQ", item(spacing)))),
    ]
    pixel_data = struct.pack("<HH2sHI", 0x7FE0, 0x10, b"OB", 0, UNKNOWN) + b"".join(map(item, [b"", *frames])) + item(b"", 0xE0DD)
    path.write_bytes(bytes(128) + b"DICM" + element(2, 0, "UL", len(meta)) + meta + b"".join(body) + pixel_data)
    return path
