"""Which pictures are meant: what cannot be one gets a line, and never ends the run of the others."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ki67.base.errors import InputError
from ki67.pictures.inputs import pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One good picture, deep in a folder."""
    (tmp_path / "in/deep").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "in/deep/good.png")
    return tmp_path / "in"


def names_and_failures(*paths: Path) -> tuple[list[str], list[str]]:
    found = pictures(paths)
    return [picture.name for picture in found.pictures], found.failures


def test_pictures_come_in_order_under_the_names_of_their_places(folder: Path) -> None:
    for name in ("b.JPG", "a.tiff", "deep/c.Png", "notes.txt"):
        (folder / name).touch()
    assert names_and_failures(folder) == (["a", "b", "deep/c", "deep/good"], [])
    assert names_and_failures(folder / "b.JPG", folder / "deep", folder / "b.JPG")[0] == ["b", "c", "good"]


def test_a_folder_may_be_called_as_pictures_are(folder: Path) -> None:
    (folder / "x.jpg").mkdir()
    (folder / "x.jpg/a.png").touch()
    assert names_and_failures(folder) == (["deep/good", "x.jpg/a"], [])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (os.fsdecode(b"\xff\xfe.png"), r"\udcff\udcfe.png: its name is not UTF-8, or holds what ends a line; rename it"),
        ("a\nb.png", r"a\nb.png: its name is not UTF-8, or holds what ends a line; rename it"),
        ("a\x1b[31m.png", r"a\x1b[31m.png: its name is not UTF-8, or holds"),
        (".png", ".png: nothing stands before its ending; rename it"),
        ("n" * 240 + ".png", "its name is too long for what is written beside it; shorten it"),
    ],
)
def test_a_name_that_tables_cannot_hold_is_one_failure_wherever_it_stands(folder: Path, name: str, why: str) -> None:
    (folder / name).touch()
    for paths in ((folder,), (folder / name, folder)):
        found, failures = names_and_failures(*paths)
        assert found == ["deep/good"] and len(failures) == 1
        assert why in failures[0] and failures[0].encode() and len(failures[0].splitlines()) == 1


@pytest.mark.parametrize(
    "name", ["a b.png", "a'b\".png", "a#b%20.png", "ä中😀.png", "a\u00a0b.png", "n" * 239 + ".png", "x.tif[page=1].tif"]
)
def test_a_name_that_is_merely_odd_is_taken(folder: Path, name: str) -> None:
    (folder / name).touch()
    assert names_and_failures(folder) == (sorted(["deep/good", name[:-4]]), [])


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(os.path.relpath(path))


def broken_link(path: Path) -> None:
    path.symlink_to("nowhere")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "why"), [(pipe, "no file that"), (listening, "no file that"), (broken_link, "nowhere"), (circle, "nowhere")]
)
def test_what_is_no_file_is_a_failure_in_a_folder_and_an_error_where_it_is_named(folder, monkeypatch, make, why) -> None:
    monkeypatch.chdir(folder)
    make(folder / "odd.png")
    found, failures = names_and_failures(folder)
    assert found == ["deep/good"] and len(failures) == 1 and why in failures[0]
    with pytest.raises(InputError, match=rf"odd\.png: .*{why}"):
        pictures([folder / "odd.png"])


def test_a_linked_folder_is_not_followed_but_said(folder: Path) -> None:
    (folder / "again").symlink_to(folder)
    found, failures = names_and_failures(folder)
    assert found == ["deep/good"] and len(failures) == 1 and "again: a link to a folder is not followed" in failures[0]


def test_a_folder_that_may_not_be_read_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "shut").mkdir()
    listed = os.scandir

    def scandir(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found, failures = names_and_failures(folder)
    assert found == ["deep/good"] and len(failures) == 1 and "shut: cannot be opened (Permission denied)" in failures[0]


def test_what_a_run_keeps_is_no_input(folder: Path) -> None:
    (folder / ".ki67").mkdir()
    (folder / ".ki67/good.jpg").touch()
    assert names_and_failures(folder) == (["deep/good"], [])


@pytest.mark.parametrize(("name", "why"), [("missing.png", "no such file or folder"), ("n" * 300, "File name too long")])
def test_what_was_named_and_is_not_there_ends_the_run(folder: Path, name: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        pictures([folder, folder / name])


def test_a_folder_without_pictures_is_refused(folder: Path) -> None:
    (folder / "deep/good.png").unlink()
    with pytest.raises(InputError, match="no pictures in it"):
        pictures([folder])


def test_a_refusal_is_one_line_whatever_names_stand_in_it() -> None:
    said = str(InputError("a\nb\r\x1b\u2028\udcff ä中😀\u00a0"))
    assert said == r"a\nb\r\x1b\u2028\udcff ä中😀" + "\u00a0"
    assert said.encode() and len(said.splitlines()) == 1
