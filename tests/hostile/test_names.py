"""Names that tables, terminals and libraries trip over, and things that are called pictures and are no files."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from attempts import Arrange, Attempt, Case, Ended
from fields_made import write_field

SUBJECT = "names"
ENOUGH = "fewer than 500"  # cells: that is all there is to say against a field
SCORE = ["score", "in", "--out", "out"]
NOT_UTF8 = os.fsdecode(b"caf\xe9.png")
RENAME = "its name is not UTF-8, or holds what ends a line; rename it"


def called(name: str, arguments: list[str] = SCORE) -> Arrange:
    """A good picture under this name."""

    def arrange(folder: Path) -> list[str]:
        (folder / "in").mkdir()
        write_field(folder / "in/a.png").rename(folder / "in" / name)
        return arguments

    return arrange


def beside(make: Callable[[Path], object], *named: str) -> Arrange:
    """Something odd beside a good picture."""

    def arrange(folder: Path) -> list[str]:
        write_field(folder / "in/good.png")
        make(folder / "in")
        return ["score", *(named or ["in"]), "--out", "out"]

    return arrange


def also_called(*names: str) -> Arrange:
    """Further good pictures under these names."""
    return beside(lambda folder: [write_field(folder / "x.png", 2).rename(folder / name) for name in names])


def listening(folder: Path) -> None:
    """A socket."""
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(os.path.relpath(folder / "odd.png"))


def folders(folder: Path) -> None:
    """A folder that is called as pictures are, with a picture in it."""
    write_field(folder / "x.jpg/y.png", 2)


def tiff_called(name: str) -> Arrange:
    """A TIFF under a name in which libvips would see options."""

    def arrange(folder: Path) -> list[str]:
        (folder / "in").mkdir()
        write_field(folder / "in/a.tif", compression="tiff_lzw").rename(folder / "in" / name)
        return SCORE

    return arrange


BROKEN = (NOT_UTF8, "a\nb.png", "a\rb.png", "a\x1b[2Jb.png", "a\u2028b.png")
ODD = ("a b.png", "a'b\"c.png", "a,b;c.png", "#a%20b.png", "<b>&amp;.png", "ä中😀.png", "-x.png", "a.b.c.png", "UPPER.PNG",
       "$(id).png")  # fmt: skip
KINDS = {"a pipe": lambda folder: os.mkfifo(folder / "odd.png"), "a socket": listening}
LINKS = {
    "a link to nowhere": lambda folder: (folder / "odd.png").symlink_to("nowhere"),
    "a link to itself": lambda folder: (folder / "odd.png").symlink_to("odd.png"),
}
CASES = [
    *(Case(SUBJECT, f"{name!r} beside a good picture", also_called(name), Ended.REFUSED, RENAME) for name in BROKEN),
    *(Case(SUBJECT, f"{name!r} named", called(name, ["score", f"in/{name}", "--out", "out"]), Ended.REFUSED, RENAME)
      for name in BROKEN[:2]),
    Case(SUBJECT, "no name but the ending", also_called(".png"), Ended.REFUSED, "nothing stands before its ending"),
    Case(SUBJECT, "too long for what is written beside it", also_called("n" * 245 + ".png"), Ended.REFUSED, "too long for what"),
    Case(SUBJECT, "as long as can be", called("n" * 239 + ".png"), Ended.WARNED, ENOUGH),
    Case(SUBJECT, "longer than a name can be", beside(lambda folder: None, "n" * 300), Ended.REFUSED, "File name too long"),
    *(Case(SUBJECT, f"{name!r}", called(name), Ended.WARNED, ENOUGH) for name in ODD),
    *(Case(SUBJECT, f"{name!r}", tiff_called(name), Ended.WARNED, ENOUGH) for name in ("x[page=1].tif", "[x].TIFF")),
    Case(SUBJECT, "one name for two pictures", also_called("good.PNG"), Ended.REFUSED, "would be written to the same files"),
    Case(SUBJECT, "a folder called x.jpg", beside(folders), Ended.WARNED, "x.jpg/y"),
    *(Case(SUBJECT, f"{what} beside a picture", beside(make), Ended.REFUSED, "odd.png: no file that holds a picture")
      for what, make in KINDS.items()),
    *(Case(SUBJECT, f"{what} named", beside(make, "in/odd.png"), Ended.REFUSED, "no file that holds a picture")
      for what, make in KINDS.items()),
    Case(SUBJECT, "a device named", beside(lambda folder: None, "/dev/zero"), Ended.REFUSED, "no file that holds a picture"),
    *(Case(SUBJECT, f"{what} beside a picture", beside(make), Ended.REFUSED, "odd.png: a link that leads nowhere")
      for what, make in LINKS.items()),
    *(Case(SUBJECT, f"{what} named", beside(make, "in/odd.png"), Ended.REFUSED, "a link that leads nowhere")
      for what, make in LINKS.items()),
    Case(SUBJECT, "a link to the folder that it is in", beside(lambda folder: (folder / "x").symlink_to(".")), Ended.REFUSED,
         "in/x: a link to a folder is not followed"),
    Case(SUBJECT, "a link to a picture", beside(lambda folder: (folder / "x.png").symlink_to("good.png")), Ended.WARNED, ENOUGH),
    Case(SUBJECT, "nothing there", beside(lambda folder: None, "in/nothing.png"), Ended.REFUSED, "no such file or folder"),
    Case(SUBJECT, "a folder without pictures", lambda folder: (folder / "in").mkdir() or SCORE, Ended.REFUSED, "no pictures in"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_names(case: Case, attempt: Attempt) -> None:
    attempt(case)
