"""Slides that are none, or not of the scale that they tell; outlines and tables of scales that belong to nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from attempts import Arrange, Attempt, Case, Ended, refused
from fields_made import field, write_field
from made_slides import write_pyramid

SLIDES, OUTLINES, SCALES = "slides", "outlines", "tables of scales"
SCORE = ["score", "in", "--out", "out", "--precision", "float32"]
UM = 0.65
FEW = "fewer than 500"


def slide(spoil: Callable[[Path], object] = lambda path: None, um_per_px: float | None = UM, mpp: str = "") -> Arrange:
    """A small pyramid, which something is done to."""

    def arrange(folder: Path) -> list[str]:
        spoil(write_pyramid(folder / "in/a.svs", np.asarray(field()), um_per_px))
        return [*SCORE, *(["--mpp", mpp] if mpp else [])]

    return arrange


def cut(share: float) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def deep(path: Path) -> None:
    tifffile.imwrite(path, np.asarray(field().convert("L")).astype(np.uint16) * 257, tile=(128, 128), metadata=None)


def flat(path: Path) -> None:
    how = {"resolution": (1e4 / UM, 1e4 / UM), "resolutionunit": "CENTIMETER", "metadata": None}
    tifffile.imwrite(path, np.asarray(field()), tile=(128, 128), photometric="rgb", **how)


def inside(content: str | bytes) -> Arrange:
    """A picture, and an outline for it."""

    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/a.png")
        (folder / "a.geojson").write_bytes(content if isinstance(content, bytes) else content.encode())
        return [*SCORE, "--inside", "a.geojson"]

    return arrange


def polygon(*points: tuple[object, object]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [points]})


def scales(content: str | bytes) -> Arrange:
    """A picture, and a table of scales."""

    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/a.png")
        (folder / "mpp.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
        return [*SCORE, "--mpp", "mpp.csv"]

    return arrange


WHOLE = polygon((0, 0), (256, 0), (256, 256), (0, 256))
HEAD = "slide,um_per_px\n"
CASES = [
    Case(SLIDES, "good", slide(), Ended.WARNED, FEW),
    Case(SLIDES, "a single level", slide(flat), Ended.WARNED, FEW),
    refused(SLIDES, "empty", slide(lambda path: path.write_bytes(b"")), "the file is empty"),
    refused(SLIDES, "text", slide(lambda path: path.write_text("no slide")), "no slide that OpenSlide knows"),
    refused(SLIDES, "a JPEG by another name", slide(lambda path: write_field(path, format="JPEG")), "no slide that OpenSlide"),
    refused(SLIDES, "16-bit", slide(deep), "16-bit, not colour in 8 bits"),
    *(refused(SLIDES, f"cut at {share:.0%}", slide(cut(share)), "a.svs: ") for share in (0.02, 0.3, 0.6, 0.9)),
    refused(SLIDES, "no scale", slide(um_per_px=None), "its scale is not known; give it in micrometres per pixel with --mpp"),
    refused(SLIDES, "80 µm/px by its file", slide(um_per_px=80), "its scale is not known"),
    refused(SLIDES, "80 µm/px by the user", slide(mpp="80"), "more than 4 times as coarse"),
    refused(SLIDES, "0 µm/px by the user", slide(mpp="0"), "--mpp"),
    refused(SLIDES, "0.02 µm/px by the user", slide(mpp="0.02"), "a.svs: 256×256 at 0.02 µm/px"),
    Case(OUTLINES, "good", inside(WHOLE), Ended.WARNED, "only inside the outline"),
    Case(OUTLINES, "a mark of Windows before it", inside(WHOLE.encode("utf-8-sig")), Ended.WARNED, "only inside the outline"),
    Case(OUTLINES, "UTF-16", inside(WHOLE.encode("utf-16")), Ended.WARNED, "only inside the outline"),
    *(refused(OUTLINES, name, inside(content), "not valid JSON") for name, content in {
        "empty": "", "cut": WHOLE[:30], "binary": b"\x00\xff\xfe", "too deep": "[" * 200_000, "NaN": WHOLE.replace("256", "NaN"),
        "infinite": WHOLE.replace("256", "Infinity"), "beyond all numbers": WHOLE.replace("256", "1e999"),
        "a key twice": '{"type": "Polygon", "type": "Polygon"}',
    }.items()),
    *(refused(OUTLINES, name, inside(content), "holds no polygon") for name, content in {
        "no object": "[]", "a number": "3", "no features": '{"type": "FeatureCollection", "features": []}',
        "points": '{"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}', "nothing in it": "null",
    }.items()),
    *(refused(OUTLINES, name, inside(content), "no list of rings of points") for name, content in {
        "two points": polygon((0, 0), (9, 9)), "words": polygon(("a", "b"), ("c", "d"), ("e", "f")),
        "one number a point": '{"type": "Polygon", "coordinates": [[[1], [2], [3]]]}',
        "no ring": '{"type": "Polygon", "coordinates": [1, 2]}', "a number too long": polygon((0, 0), (10**400, 0), (0, 9)),
    }.items()),
    refused(OUTLINES, "of another picture", inside(polygon((0, 0), (900, 0), (900, 900))), "beyond the picture's 256×256"),
    refused(OUTLINES, "far away", inside(polygon((-1e308, 0), (1e308, 0), (0, 1e308))), "beyond the picture's 256×256"),
    refused(OUTLINES, "degrees", inside(polygon((10.39, 63.42), (10.40, 63.42), (10.4, 63.43))), "not in degrees"),
    refused(OUTLINES, "a line there and back", inside(polygon((0, 0), (200, 200), (0, 0))), "holds too little"),
    Case(OUTLINES, "a corner of it", inside(polygon((0, 0), (60, 0), (60, 60), (0, 60))), Ended.WARNED, "only inside"),
    refused(OUTLINES, "missing", lambda folder: [*inside(WHOLE)(folder)[:-1], "b.geojson"], "b.geojson"),
    refused(OUTLINES, "a folder without it", lambda folder: [*inside(WHOLE)(folder)[:-1], "in"], "in/a.geojson: cannot be read"),
    Case(SCALES, "good", scales(HEAD + "a,0.6\n"), Ended.WARNED, FEW),
    Case(SCALES, "of other slides", scales(HEAD + "b,0.6\n"), Ended.WARNED, FEW),
    Case(SCALES, "a mark of Windows before it", scales((HEAD + "a.png,0.6\n").encode("utf-8-sig")), Ended.WARNED, FEW),
    *(refused(SCALES, f"a scale of {text!r}", scales(f"{HEAD}a,{text}\n"), "line 2 gives 'a' the µm/px")
      for text in ("0", "-1", "nan", "inf", "ten", "", "1e999", "=1+1")),
    refused(SCALES, "80", scales(HEAD + "a,80\n"), "more than 4 times as coarse"),
    refused(SCALES, "two for one", scales(HEAD + "a,1\na.png,2\n"), "line 3 gives 'a.png'"),
    refused(SCALES, "no column", scales("slide,mpp\na,1\n"), "needs the columns slide and um_per_px"),
    refused(SCALES, "empty", scales(""), "needs the columns"),
    refused(SCALES, "UTF-16", scales((HEAD + "a,1\n").encode("utf-16")), "save it as CSV in UTF-8"),
    refused(SCALES, "missing", lambda folder: [*scales("")(folder)[:-1], "other.csv"], "neither a number nor a table"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Truncated File Read:UserWarning:PIL")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_slides_and_outlines(case: Case, attempt: Attempt) -> None:
    attempt(case)
