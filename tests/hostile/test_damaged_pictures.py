"""Pictures that are cut off, have holes, say what is not so, or leave open what they show."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from attempts import Arrange, Attempt, Case, Ended
from hostile.fields_made import SCALE, field
from hostile.spoiling import PLAIN, TILED, Damage, bare_tiff, content, cut, flipped, missing, see_through, zeroed
from PIL import Image

SUBJECT = "damaged pictures"
OPEN = "pictures that leave it open"
ENOUGH = "fewer than 500"  # cells: that is all there is to say against a field
SCORE = ["score", ".", "--out", "out", "--mpp", "0.65"]
LARGE = 4001  # pixels a side that are streamed
KINDS = [*PLAIN, *TILED]
SUMMED = ("plain.png", "deflate.tif", "tiled_deflate.tif")  # that hold a sum of their bytes


def spoilt(name: str, damage: Damage) -> Arrange:
    """The only picture of a folder, damaged."""

    def arrange(folder: Path) -> list[str]:
        (folder / name).write_bytes(damage(content(name)))
        return SCORE

    return arrange


def holding(name: str, whole: Callable[[], bytes], um_per_px: str = "0.65") -> Arrange:
    """A file of other content than its name promises."""

    def arrange(folder: Path) -> list[str]:
        (folder / name).write_bytes(whole())
        return [*SCORE[:-1], um_per_px]

    return arrange


def large_half() -> bytes:
    """Of a picture that is streamed, the upper half, under the head of the whole."""
    return bare_tiff(LARGE, np.full(3 * LARGE**2 // 2, 200, np.uint8).tobytes())


def large_jpeg() -> bytes:
    """Of a picture that is streamed, with a part gone."""
    stream = io.BytesIO()
    field().resize((LARGE, LARGE)).save(stream, "JPEG", subsampling=0)
    return missing(0.5)(stream.getvalue())


def saved(name: str, change: Callable[[Image.Image], Image.Image], **how: object) -> Arrange:
    """The field as something else."""

    def arrange(folder: Path) -> list[str]:
        change(field()).save(folder / name, **(SCALE | how))
        return SCORE

    return arrange


def pages(*shares: float) -> Arrange:
    """A TIFF of further pages, of these shares of the first one's side."""

    def arrange(folder: Path) -> list[str]:
        others = [field(2).resize((int(256 * share), int(256 * share))) for share in shares]
        field().save(folder / "a.tif", save_all=True, append_images=others, **SCALE)
        return SCORE

    return arrange


DAMAGED = [
    *(Case(SUBJECT, f"{name} cut off at {at:.0%}", spoilt(name, cut(at)), Ended.REFUSED, name)
      for name in KINDS for at in (0.4, 0.9)),
    *(Case(SUBJECT, f"{name} with a fifth of zeros", spoilt(name, zeroed(0.5)), Ended.REFUSED, name)
      for name in KINDS if name != "raw.tif"),
    *(Case(SUBJECT, f"{name} with a fifth missing", spoilt(name, missing(0.5)), Ended.REFUSED, name) for name in KINDS),
    *(Case(SUBJECT, f"{name}, byte {seed} flipped", spoilt(name, flipped(seed)), Ended.REFUSED, f"{name}: damaged")
      for name in SUMMED for seed in (1, 2)),
    Case(SUBJECT, "half of a TIFF of 16 megapixels", holding("a.tif", large_half, "0.06"), Ended.REFUSED, "a.tif: damaged"),
    Case(SUBJECT, "a hole in a JPEG of 16 megapixels", holding("a.jpg", large_jpeg, "0.06"), Ended.REFUSED, "noticed at"),
    *(Case(SUBJECT, f"a TIFF of 122 bytes that declares 31,000², compression {way}",
           holding("a.tif", lambda way=way: bare_tiff(31_000, b"", way)), Ended.REFUSED, "a.tif: damaged or truncated")
      for way in (1, 5, 8)),
    Case(SUBJECT, "a TIFF that declares 60,000²", holding("a.tif", lambda: bare_tiff(60_000)), Ended.REFUSED, "more than 1,000,"),
    Case(SUBJECT, "an empty file", holding("a.jpg", bytes), Ended.REFUSED, "a.jpg: the file is empty"),
    Case(SUBJECT, "zeros", holding("a.jpg", lambda: bytes(9999)), Ended.REFUSED, "not a picture"),
    Case(SUBJECT, "a web page", holding("a.png", lambda: b"<html>404</html>"), Ended.REFUSED, "not a picture"),
    Case(SUBJECT, "a head alone", holding("a.jpg", lambda: b"\xff\xd8\xff\xe0"), Ended.REFUSED, "a.jpg: "),
    Case(SUBJECT, "a JPEG that is called PNG", holding("a.png", lambda: content("baseline.jpg")), Ended.WARNED, ENOUGH),
    Case(SUBJECT, "zeros behind a JPEG", holding("a.jpg", lambda: content("baseline.jpg") + bytes(5000)), Ended.WARNED, ENOUGH),
]  # fmt: skip
LEFT_OPEN = [
    Case(OPEN, "opaque all over", saved("a.png", see_through(255)), Ended.WARNED, ENOUGH),
    *(Case(OPEN, f"opacity {opacity} in a corner, {kind}", saved(f"a.{kind}", see_through(opacity)), Ended.REFUSED, "transparent")
      for kind, opacity in (("png", 0), ("png", 254), ("tif", 128))),
    *(Case(OPEN, f"{mode}", saved(f"a.{kind}", lambda picture, mode=mode: picture.convert(mode)), Ended.REFUSED, why)
      for mode, kind, why in (("CMYK", "jpg", "CMYK"), ("L", "png", "grey"), ("1", "tif", "black and"), ("F", "tif", "32-bit"))),
    Case(OPEN, "a palette", saved("a.png", lambda picture: picture.quantize(64)), Ended.WARNED, ENOUGH),
    *(Case(OPEN, f"{len(shares) + 1} pages", pages(*shares), Ended.REFUSED, f"holds {len(shares) + 1} pages")
      for shares in ((1.0,), (0.5, 1.0), (2.0,), (0.8, 0.8, 0.8))),
    Case(OPEN, "a pyramid", pages(0.5, 0.25), Ended.WARNED, ENOUGH),
    Case(OPEN, "a moving PNG", saved("a.png", Image.Image.copy, save_all=True, append_images=[field(2)]), Ended.REFUSED, "2 p"),
    Case(OPEN, "pages without end", pages(*[0.01] * 150), Ended.REFUSED, "holds more than 100 pages"),
    Case(OPEN, "a telephone's JPEG and its preview", saved("a.jpg", Image.Image.copy, format="MPO", save_all=True,
         append_images=[field(2).reduce(4)]), Ended.WARNED, ENOUGH),
    Case(OPEN, "YCbCr without JPEG", saved("a.tif", lambda picture: picture.convert("YCbCr")), Ended.REFUSED, "is YCbCr"),
    Case(OPEN, "packed in an unread way", holding("a.tif", lambda: bare_tiff(100, b"", 50_000)), Ended.REFUSED, "packed in"),
    *(Case(OPEN, f"turned by its tag {way}", saved("a.tif", Image.Image.copy, tiffinfo={274: way}), Ended.WARNED, ENOUGH)
      for way in (3, 6)),
    Case(OPEN, "a GIF", saved("a.gif.png", Image.Image.copy, format="GIF"), Ended.REFUSED, "not a picture"),
]  # fmt: skip
CASES = [*DAMAGED, *LEFT_OPEN]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_damaged_pictures(case: Case, attempt: Attempt) -> None:
    attempt(case)
