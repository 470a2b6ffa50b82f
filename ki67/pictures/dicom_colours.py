"""DICOM slides that call RGB what lies in them as YCbCr: a widespread converter writes such, and OpenSlide believes them."""

import mmap
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

JPEG = "1.2.840.10008.1.2.4.50"  # transfer syntax: baseline JPEG
FRAMES = b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff"  # where the pixels begin, in items: their offsets, then frame by frame
ITEM = 8  # bytes of an item's head, the last four of them its length
START, JFIF = b"\xff\xd8\xff\xe0", b"JFIF\0"  # a JPEG that says so is YCbCr by its standard


def miscalled_rgb(path: Path, properties: Mapping[str, str]) -> bool:
    """Whether a DICOM slide says RGB while its first frame says YCbCr. What is no such slide is not opened."""
    said = properties.get("dicom.PhotometricInterpretation"), properties.get("dicom.TransferSyntaxUID")
    if said != ("RGB", JPEG):
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begin = data.find(FRAMES) + len(FRAMES)
        offsets = int.from_bytes(data[begin + 4 : begin + ITEM], "little")
        frame = begin + ITEM + offsets + ITEM
        return begin >= len(FRAMES) and data[frame : frame + 4] == START and data[frame + 6 : frame + 11] == JFIF


def as_rgb(seen: Image.Image) -> Image.Image:
    """RGBA whose colours were YCbCr; what shines through stays so."""
    colours = Image.merge("YCbCr", seen.split()[:3]).convert("RGB")
    return Image.merge("RGBA", (*colours.split(), seen.getchannel("A")))
