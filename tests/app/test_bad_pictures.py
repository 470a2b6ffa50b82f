"""Pictures that no service should swallow: each is refused by one line, nothing of it stays, and the next good one is scored."""

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from at_work import states, until, working
from hostile.fields_made import SCALE, field
from hostile.spoiling import Damage, bare_tiff, content, cut, flipped, missing, see_through, zeroed
from made_pictures import opened_case, picture
from PIL import Image
from refused import MOST_BYTES, Door, assert_refused

from ki67.app.scoring.fields import FieldScorer

UNREADABLE, TOO_LARGE, WRONG_KIND = 422, 413, 415
DAMAGED, NO_PICTURE = "picture: damaged or truncated", "picture: not a picture that can be read"
MANY = 12_000  # pixels a side: more than the service takes


@dataclass(frozen=True)
class Bad:
    """A picture, and how it is refused."""

    name: str
    made: Callable[[], bytes]
    status: int
    says: str
    um_per_px: str = "0.65"
    media: str = "image/jpeg"


def spoilt(name: str, damage: Damage) -> Callable[[], bytes]:
    """A field as a file of this name, after hostile hands."""
    return lambda: damage(content(name))


def saved(kind: str, change: Callable[[Image.Image], Image.Image] = lambda image: image, **how: object) -> Callable[[], bytes]:
    """A field, changed and written as a kind of file."""

    def made() -> bytes:
        stream = io.BytesIO()
        change(field()).save(stream, kind, **(SCALE | how))
        return stream.getvalue()

    return made


def of(mode: str) -> Callable[[Image.Image], Image.Image]:
    """The picture in another mode of colours."""
    return lambda image: image.convert(mode)


def sixteen(image: Image.Image) -> Image.Image:
    """Grey in 16 bits."""
    return image.convert("L").convert("I;16")


def sized(width: int, height: int) -> Callable[[Image.Image], Image.Image]:
    """As large or small."""
    return lambda image: image.resize((width, height))


def chunk(name: bytes, data: bytes, crc: int | None = None) -> bytes:
    """A PNG's, by default with the right sum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data) if crc is None else crc)


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A head that says how large it is, and what follows."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def pixels(size: int) -> bytes:
    """A chunk that unpacks to so many zeros."""
    return chunk(b"IDAT", zlib.compress(bytes(size), 9))


def png_with(extra: bytes) -> bytes:
    """A good one with a chunk behind its head."""
    whole = content("plain.png")
    return whole[:33] + extra + whole[33:]


def jpeg_sized(width: int, height: int) -> bytes:
    """A good one that says another size."""
    whole = content("baseline.jpg")
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", height, width) + whole[at + 4 :]


def jpeg_without(marker: int) -> bytes:
    """A good one without the segments of a kind."""
    whole, tag = content("baseline.jpg"), bytes((0xFF, marker))
    while tag in whole:
        at = whole.index(tag)
        whole = whole[:at] + whole[at + 2 + int.from_bytes(whole[at + 2 : at + 4], "big") :]
    return whole


def tiff_with(tag: int, kind: int, count: int, value: int) -> bytes:
    """A good one with a tag put in the place of its own."""
    whole = bytearray(content("raw.tif"))
    (begin,) = struct.unpack_from("<I", whole, 4)
    (entries,) = struct.unpack_from("<H", whole, begin)
    for at in range(begin + 2, begin + 2 + 12 * entries, 12):
        if struct.unpack_from("<H", whole, at)[0] == tag:
            struct.pack_into("<HHII", whole, at, tag, kind, count, value)
            return bytes(whole)
    raise LookupError(tag)


def jpeg_behind(row: bytes) -> bytes:
    """A good one behind so many bytes more, its first two before them."""
    whole = content("baseline.jpg")
    return whole[:2] + row + whole[2:]


def big_tiff(begin: int, *tags: tuple[int, int, int, int]) -> bytes:
    """A BigTIFF's head, which says where its only page begins, and a page's tags."""
    page = struct.pack("<Q", len(tags)) + b"".join(struct.pack("<HHQQ", *each) for each in tags) + bytes(8)
    return struct.pack("<2sHHHQ", b"II", 43, 8, 0, begin) + page


EMPTY_COMMENT, JPEG_TABLES = b"\xff\xfe\0\2", (347, 7, 600_000, 0)
HEIC, AVIF = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"
CUT_OFF = [
    *(Bad(f"{name}, its first {share:.0%}", spoilt(name, cut(share)), UNREADABLE, "picture: ")
      for name in ("baseline.jpg", "progressive.jpg", "plain.png", "lzw.tif") for share in (0.02, 0.5, 0.97)),
    Bad("nothing", bytes, UNREADABLE, "picture: the file is empty"),
    Bad("a JPEG's first bytes", lambda: b"\xff\xd8\xff\xe0", UNREADABLE, "picture: "),
    Bad("a PNG without its end", lambda: content("plain.png")[:-12], UNREADABLE, DAMAGED),
]  # fmt: skip
DAMAGE = [
    *(Bad(f"{name} with a fifth missing", spoilt(name, missing(0.5)), UNREADABLE, DAMAGED)
      for name in ("subsampled.jpg", "progressive.jpg", "plain.png", "jpeg.tif", "tiled_deflate.tif")),
    *(Bad(f"{name} with a fifth of zeros", spoilt(name, zeroed(0.5)), UNREADABLE, DAMAGED)
      for name in ("baseline.jpg", "tiled_jpeg.tif")),
    *(Bad(f"{name} with a byte changed", spoilt(name, flipped(1)), UNREADABLE, DAMAGED) for name in ("plain.png", "deflate.tif")),
]  # fmt: skip
NO_PICTURES = [
    Bad("a text", lambda: b"Ki-67 index 14 %\n", UNREADABLE, NO_PICTURE),
    Bad("zeros", lambda: bytes(9_999), UNREADABLE, NO_PICTURE),
    Bad("a web page that says it is a JPEG", lambda: b"<!doctype html><title>404</title>", UNREADABLE, NO_PICTURE),
    Bad("a drawing of lines", lambda: b"<svg width='9' height='9'/>", UNREADABLE, NO_PICTURE, media="image/svg+xml"),
    Bad("a PDF", lambda: b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n", UNREADABLE, NO_PICTURE, media="application/pdf"),
    Bad("a packed folder", lambda: b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(80), UNREADABLE, NO_PICTURE, media="application/zip"),
    Bad("JSON", lambda: b'{"picture": "field.jpg"}', UNREADABLE, NO_PICTURE, media="text/plain"),
    Bad("a program", lambda: b"\x7fELF\x02\x01\x01" + bytes(200), UNREADABLE, NO_PICTURE),
]  # fmt: skip
OTHER_KINDS = [
    Bad("a GIF that says it is a PNG", saved("GIF"), UNREADABLE, NO_PICTURE, media="image/png"),
    Bad("a bitmap of Windows", saved("BMP"), UNREADABLE, NO_PICTURE),
    Bad("a WebP", saved("WEBP"), UNREADABLE, NO_PICTURE),
    Bad("a JPEG 2000", saved("JPEG2000"), UNREADABLE, NO_PICTURE),
    Bad("a PPM", saved("PPM"), UNREADABLE, NO_PICTURE),
    Bad("a PostScript", saved("EPS"), UNREADABLE, NO_PICTURE),
    Bad("a telephone's HEIC", lambda: HEIC + bytes(500), UNREADABLE, NO_PICTURE),
    Bad("an AVIF", lambda: AVIF + bytes(500), UNREADABLE, NO_PICTURE),
]  # fmt: skip
COLOURS = [
    Bad("colours for print", saved("JPEG", of("CMYK")), WRONG_KIND, "the picture is CMYK"),
    Bad("a grey JPEG", saved("JPEG", of("L")), WRONG_KIND, "the picture is grey"),
    Bad("a grey PNG in 16 bits", saved("PNG", sixteen), WRONG_KIND, "the picture is 16-bit"),
    Bad("black and white", saved("TIFF", of("1")), WRONG_KIND, "the picture is black and white"),
    Bad("numbers with fractions", saved("TIFF", of("F")), WRONG_KIND, "the picture is 32-bit"),
    Bad("Lab", saved("TIFF", of("LAB")), WRONG_KIND, "the picture is Lab"),
    Bad("YCbCr without JPEG", saved("TIFF", of("YCbCr")), WRONG_KIND, "the picture is YCbCr"),
    Bad("a corner to see through", saved("PNG", see_through(128)), WRONG_KIND, "transparent"),
]  # fmt: skip
SIZES = [
    Bad("more bytes than a file may have", lambda: picture() + bytes(MOST_BYTES), TOO_LARGE, f"more than {MOST_BYTES} bytes"),
    Bad("a PNG of no width", lambda: png(0, 64, pixels(64)), UNREADABLE, "picture: "),
    Bad("a JPEG of no height", lambda: jpeg_sized(256, 0), UNREADABLE, "picture: "),
    Bad("a TIFF of no width", lambda: tiff_with(256, 4, 1, 0), UNREADABLE, "picture: "),
    Bad("one pixel", saved("PNG", sized(1, 1)), UNREADABLE, "are needed"),
    Bad("a line", saved("PNG", sized(900, 2)), UNREADABLE, "are needed"),
    Bad("a PNG that says it is larger than anything", lambda: png(MANY, MANY), TOO_LARGE, "are more than 100,000,000 pixels"),
    Bad("a JPEG that says so", lambda: jpeg_sized(60_000, 60_000), TOO_LARGE, "are more than 100,000,000 pixels"),
    Bad("a TIFF that says so", lambda: bare_tiff(MANY), TOO_LARGE, "are more than 100,000,000 pixels"),
    Bad("a JPEG that says it is a little higher", lambda: jpeg_sized(256, 400), UNREADABLE, DAMAGED),
    Bad("few bytes that unpack to many", lambda: png(9_000, 9_000, pixels(3 * 1_000_000)), UNREADABLE, DAMAGED),
    Bad("a scale at which nothing is seen", saved("PNG"), UNREADABLE, "times as coarse", um_per_px="10"),
    Bad("a scale at which little is shown", saved("PNG"), UNREADABLE, "are needed", um_per_px="0.02"),
]  # fmt: skip
PAGES = [
    Bad("two pages", saved("TIFF", save_all=True, append_images=[field(2)]), WRONG_KIND, "holds 2 pages"),
    Bad("a moving PNG", saved("PNG", save_all=True, append_images=[field(2)]), WRONG_KIND, "holds 2 pages"),
    Bad("pages without end", saved("TIFF", save_all=True, append_images=[Image.new("RGB", (2, 2))] * 150), WRONG_KIND,
        "holds more than 100 pages"),
]  # fmt: skip
STRUCTURE = [
    Bad("a PNG whose sums are wrong", lambda: png_with(chunk(b"tEXt", b"a\0b", crc=1)), UNREADABLE, "picture: "),
    Bad("a PNG with a chunk that nobody knows", lambda: png_with(chunk(b"ABCD", b"x")), UNREADABLE, DAMAGED),
    Bad("a PNG without pixels", lambda: png(64, 64), UNREADABLE, DAMAGED),
    Bad("a PNG whose text unpacks to megabytes", lambda: png_with(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(9_000_000)))),
        UNREADABLE, "picture: "),
    Bad("a JPEG without tables", lambda: jpeg_without(0xDB), UNREADABLE, DAMAGED),
    Bad("a JPEG without a frame", lambda: jpeg_without(0xC0), UNREADABLE, "picture: "),
    Bad("a TIFF that is packed in an unknown way", lambda: bare_tiff(100, b"", 50_000), WRONG_KIND, "packed in a way"),
    Bad("a TIFF whose pixels lie behind its end", lambda: tiff_with(273, 4, 1, 2**31), UNREADABLE, DAMAGED),
    Bad("a TIFF whose tags begin nowhere", lambda: b"II*\0" + struct.pack("<I", 2**31), UNREADABLE, "picture: "),
    Bad("a TIFF that has a tag of unknown kind", lambda: tiff_with(258, 99, 3, 8), UNREADABLE, "picture: "),
    Bad("a TIFF with a head alone", lambda: b"MM\0*", UNREADABLE, "picture: "),
    Bad("a TIFF without pixels that says 9,000²", lambda: bare_tiff(9_000), UNREADABLE, DAMAGED),
    Bad("a BigTIFF of nothing", lambda: b"II+\0\x08\0\0\0" + bytes(8), UNREADABLE, "picture: "),
]  # fmt: skip
COSTLY = [
    Bad("a JPEG of comments", lambda: jpeg_behind(EMPTY_COMMENT * 10_000), UNREADABLE, "more than 10,000 segments"),
    Bad("a JPEG behind a row of 0xFF", lambda: jpeg_behind(b"\xff" * 900_000), UNREADABLE, "no segment at byte 2"),
    Bad("a JPEG of EXIF without end", lambda: jpeg_behind(b"\xff\xe1\0\x08Exif\0\0" * 5), UNREADABLE, "segments of EXIF"),
    Bad("a PNG of texts", lambda: png_with(chunk(b"tEXt", b"") * 10_000), UNREADABLE, "more than 10,000 chunks"),
    Bad("a TIFF that has a tag twice", lambda: big_tiff(16, JPEG_TABLES, JPEG_TABLES) + bytes(600_000), UNREADABLE,
        "a tag of it stands twice"),
    Bad("a TIFF of too many tags", lambda: big_tiff(16, *((tag, 1, 1, 0) for tag in range(1_001))), UNREADABLE, "has 1001 tags"),
    Bad("a TIFF whose tags share bytes", lambda: big_tiff(16, *((tag, 7, 600_000, 0) for tag in range(60))) + bytes(600_000),
        UNREADABLE, "its tags hold more than"),
    Bad("a TIFF of too many strips", lambda: big_tiff(16, (273, 3, 500_001, 0)), UNREADABLE, "its tags hold more than"),
    Bad("a TIFF whose tag holds nothing", lambda: big_tiff(16, (273, 4, 0, 0), (279, 4, 0, 0)), UNREADABLE, "picture: "),
    Bad("a TIFF whose page begins behind any file", lambda: big_tiff(2**63), UNREADABLE, "behind its end"),
    Bad("a TIFF whose value lies there", lambda: big_tiff(16, (347, 7, 9, 2**63)), UNREADABLE, "behind its end"),
]  # fmt: skip
BAD = [*CUT_OFF, *DAMAGE, *NO_PICTURES, *OTHER_KINDS, *COLOURS, *SIZES, *PAGES, *STRUCTURE, *COSTLY]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_picture_is_refused_and_leaves_nothing(door: Door, bad: Bad) -> None:
    content, scale, media = bad.made(), {"um_per_px": bad.um_per_px}, {"Content-Type": bad.media}
    with door.keeps_nothing():
        assert_refused(door.ada.post(f"{door.case}/pictures", content=content, params=scale, headers=media), bad.status, bad.says)


def test_there_are_sixty_and_each_is_another() -> None:
    assert len({bad.made() for bad in BAD} | {bad.name for bad in BAD}) >= 2 * 60
    assert len(BAD) == len({bad.name for bad in BAD}) >= 60


def test_all_of_them_at_once_keep_no_good_one_out(door: Door) -> None:
    files = [("pictures", ("a.jpg", bad.made())) for bad in (*CUT_OFF, *DAMAGE, *STRUCTURE)]
    case = opened_case(door.ada)
    answers = door.ada.post(f"{case}/batch", files=[*files, ("pictures", ("b.jpg", picture(seed=2)))]).json()
    assert [each["problem"] is None for each in answers] == [False] * len(files) + [True]
    with working(door.service, FieldScorer(door.service.files, 1)):
        until(lambda: states(door.service) == ["scored"])
