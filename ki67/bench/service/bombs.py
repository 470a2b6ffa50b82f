"""Pictures that cost little to send and much to unpack: what each of them costs the service until it answers."""

import struct
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ki67.bench.service.asking import Answer
from ki67.bench.service.figures import Figure, at_most
from ki67.bench.service.load import until_scored
from ki67.bench.service.made import UM_PER_PX
from ki67.bench.service.memory import MEGABYTE, kilobytes
from ki67.bench.service.running import Running, running

SIDE = 15_000  # of a picture of far more pixels than are taken
FULL = 10_000  # of one with as many as are taken
SMALL, UNPACKED = 500, 500_000_000  # a picture that says to be small, and the bytes in it
ROW = 1_000_000
LARGEST = 30_000_000  # bytes: half of what is taken
KINDS = {"jpeg": "image/jpeg", "png": "image/png", "tiff": "image/tiff"}
BLOCK = bytes(1_000_000)
REFUSED = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)
TAKEN = (HTTPStatus.CREATED,)


@dataclass(frozen=True)
class Bomb:
    """How it is made, how it may be answered, and whether it is one.

    A white picture with as many pixels as are taken is none, but costs the most.
    """

    key: str
    kind: str
    what: str
    made: Callable[[], bytes]
    answers: tuple[HTTPStatus, ...] = REFUSED
    is_one: bool = True

    def figures(self, answer: Answer, megabytes: float, seconds: float) -> Iterator[Figure]:
        """What it cost, and whether it was answered as it may be."""
        what = f"{self.what}, answered by {answer.status}"
        yield Figure(f"{self.key}_mb", f"{what}: memory", megabytes, "MB", at_most(200))
        yield Figure(f"{self.key}_s", f"{what}: time", seconds, "s", at_most(1) if self.is_one else None)
        other = f"{what}: other than {' or '.join(map(str, map(int, self.answers)))}"
        yield Figure(f"{self.key}_other", other, answer.status not in self.answers, "", at_most(0))


def bombed(folder: Path, database: str) -> Iterator[Figure]:
    """One bomb after the other."""
    with running(folder, database) as service:
        with service.client() as client:
            case = client.new_case()
            client.send(case, empty("png", SMALL), UM_PER_PX, KINDS["png"])  # what the first of all loads is no bomb's
        until_scored(service, case, 1)
        for bomb in BOMBS:
            yield from cost(service, case, bomb)


def cost(service: Running, case: str, bomb: Bomb) -> Iterator[Figure]:
    """Megabytes at the peak above what was held before, and seconds, until it is answered."""
    content, held = bomb.made(), Peak(service.server)
    begin = time.perf_counter()
    with service.client() as client:
        answer = client.send(case, content, UM_PER_PX, KINDS[bomb.kind])
    yield from bomb.figures(answer, held.more(), time.perf_counter() - begin)


class Peak:
    """The most that a process holds from now on, as the system keeps it, above what it holds now."""

    def __init__(self, pid: int) -> None:
        self.process = Path(f"/proc/{pid}")
        (self.process / "clear_refs").write_text("5")  # the peak is what is held now
        self.before = self._highest()

    def more(self) -> float:
        """Megabytes."""
        return (self._highest() - self.before) * 1024 / MEGABYTE

    def _highest(self) -> int:
        return kilobytes((self.process / "status").read_text(), "VmHWM")


def empty(kind: str, side: int, **how: Any) -> bytes:
    """A square picture without anything in it; it is never in memory as a whole."""
    import pyvips

    picture = pyvips.Image.black(side, side, bands=3).copy(interpretation="srgb") + 255
    return bytes(picture.cast("uchar").write_to_buffer(f".{kind}", **how))


@cache
def deflated(size: int) -> bytes:
    """So many bytes of nothing, packed."""
    packing = zlib.compressobj(9)
    parts = [packing.compress(BLOCK) for _ in range(size // len(BLOCK))]
    return b"".join([*parts, packing.flush()])


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_with(name: bytes, content: bytes) -> bytes:
    """A small PNG with a part more."""
    whole, start = empty("png", SMALL), 33  # behind the signature and the head
    return whole[:start] + chunk(name, content) + whole[start:]


def jpeg_with_row() -> bytes:
    """A JPEG that ends in a row of bytes with which a marker may begin, and none that ends it."""
    return empty("jpeg", SMALL)[:-2] + b"\xff" * ROW + b"\0"


def jpeg_of_segments() -> bytes:
    """A small JPEG that begins with millions of comments without a word."""
    whole = empty("jpeg", SMALL)
    return whole[:2] + b"\xff\xfe\0\2" * (LARGEST // 4) + whole[2:]


def png_of_chunks() -> bytes:
    """A small PNG that begins with millions of texts without a word."""
    whole, start = empty("png", SMALL), 33
    return whole[:start] + chunk(b"tEXt", b"") * (LARGEST // 12) + whole[start:]


def tiff_of_tags(tags: int = 65_535) -> bytes:
    """A TIFF that has a tag as often as it may, each time with all bytes of the file for its value."""
    room = LARGEST - 12 * tags
    entry = struct.pack("<HHII", 347, 7, room, 8)
    return struct.pack("<2sHI", b"II", 42, 8 + room) + bytes(room) + struct.pack("<H", tags) + entry * tags + bytes(4)


def png_of_more() -> bytes:
    """A PNG that says to be small and holds far more rows."""
    signature, head = b"\x89PNG\r\n\x1a\n", struct.pack(">IIBBBBB", SMALL, SMALL, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", deflated(UNPACKED)), (b"IEND", b"")]
    return signature + b"".join(chunk(name, content) for name, content in chunks)


def tiff_of_more() -> bytes:
    """A TIFF that says to be small and whose one strip holds far more."""
    packed = deflated(UNPACKED)
    head = struct.pack("<2sHI", b"II", 42, 8 + len(packed) + len(packed) % 2)
    rows = [
        (256, 4, 1, SMALL), (257, 4, 1, SMALL), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 2), (273, 4, 1, 8),
        (277, 3, 1, 3), (278, 4, 1, SMALL), (279, 4, 1, len(packed)),
    ]  # fmt: skip
    tags = struct.pack("<H", len(rows)) + b"".join(struct.pack("<HHII", *row) for row in rows) + bytes(4)
    return head + packed + bytes(len(packed) % 2) + tags


BOMBS = (
    Bomb("png", "png", f"PNG of {SIDE:,}×{SIDE:,} pixels", lambda: empty("png", SIDE)),
    Bomb("jpeg", "jpeg", f"JPEG of {SIDE:,}×{SIDE:,} pixels", lambda: empty("jpeg", SIDE)),
    Bomb("tiff", "tiff", f"TIFF of {SIDE:,}×{SIDE:,} pixels", lambda: empty("tiff", SIDE, compression="deflate")),
    Bomb("png_of_more", "png", "PNG that unpacks to more than it says", png_of_more, TAKEN),
    Bomb("tiff_of_more", "tiff", "TIFF that unpacks to more than it says", tiff_of_more),
    Bomb("png_text", "png", "PNG with packed text", lambda: png_with(b"zTXt", b"Comment\0\0" + deflated(UNPACKED))),
    Bomb("png_profile", "png", "PNG with a packed profile", lambda: png_with(b"iCCP", b"icc\0\0" + deflated(UNPACKED))),
    Bomb("jpeg_row", "jpeg", "JPEG with a long row of 0xFF", jpeg_with_row, TAKEN),
    Bomb("jpeg_segments", "jpeg", "JPEG of millions of segments", jpeg_of_segments),
    Bomb("png_chunks", "png", "PNG of millions of chunks", png_of_chunks),
    Bomb("tiff_tags", "tiff", "TIFF whose tags hold a terabyte", tiff_of_tags),
    Bomb("png_full", "png", f"PNG of {FULL:,}×{FULL:,} pixels, as many as are taken", lambda: empty("png", FULL), TAKEN, False),
    Bomb("jpeg_full", "jpeg", f"JPEG of {FULL:,}×{FULL:,} pixels, as many", lambda: empty("jpeg", FULL), TAKEN, False),
)
