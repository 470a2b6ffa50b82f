"""Which pictures a user means: files and folders become a list of names, each once, and lines of what cannot be taken."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.errors import InputError, one_line
from ki67.data.images import SUFFIXES
from ki67.data.slide_files import SLIDES, series_of
from ki67.pictures.tables import unescaped
from ki67.pictures.written import STATE, EarlierOutputs

DICOM = ".dcm"
ENDINGS = (*SUFFIXES, *SLIDES)
LONGEST = 255 - len(".geojson.partial")  # bytes of a file's name that leave room for the endings of what is written


@dataclass(frozen=True)
class Picture:
    """A file, and what it is called in tables: its place under the folder that was named, without its ending."""

    path: Path
    name: str


@dataclass(frozen=True)
class Inputs:
    """The pictures that can be tried, and a line for each that cannot."""

    pictures: list[Picture]
    failures: list[str]


def picture_name(written: str) -> str:
    """A picture as a user writes it into a table: by its name in the tables of ki67, or by that of its file."""
    name = unescaped(written)
    return name.removesuffix(Path(name).suffix) if name.lower().endswith(ENDINGS) else name


def pictures(paths: Sequence[Path]) -> Inputs:
    """Every picture in the order in which it was asked for, folders in the order of names; what cannot be meant is an error.

    What ki67 itself drew is no picture, wherever it lies.
    """
    places: dict[str, Picture] = {}
    failures, earlier = list[str](), EarlierOutputs()
    for picture in (picture for path in paths for picture in _meant(path, failures, earlier)):
        other = places.setdefault(picture.name, picture)
        if other.path.resolve() != picture.path.resolve():
            raise InputError(f"{picture.path}: would be written to the same files as {other.path}; rename one")
    return Inputs(list(places.values()), list(dict.fromkeys(failures)))


def _meant(path: Path, failures: list[str], earlier: EarlierOutputs) -> Iterator[Picture]:
    if why := _why_no_file(path):
        if not os.path.isdir(path):
            raise InputError(why)
        yield from _in_folder(path, failures, earlier)
    elif why := _why_no_name(path, path.stem):
        failures.append(str(InputError(why)))
    elif earlier.hold(path):
        raise InputError(f"{path}: was drawn by ki67; name the picture that it shows")
    else:
        yield Picture(path, path.stem)


def _in_folder(folder: Path, failures: list[str], earlier: EarlierOutputs) -> Iterator[Picture]:
    before = len(failures)
    found = _one_a_slide(sorted(path for path in _walked(folder, failures) if not earlier.hold(path)))
    for path in found:
        name = path.relative_to(folder).with_suffix("").as_posix() if path.suffix else ""
        if why := _why_no_file(path) or _why_no_name(path, name):
            failures.append(str(InputError(why)))
        else:
            yield Picture(path, name)
    if not found and len(failures) == before:
        raise InputError(f"{folder}: no pictures in it (what ki67 drew is none); expected {', '.join(ENDINGS)}")


def _one_a_slide(found: list[Path]) -> list[Path]:
    """A slide in DICOM is a file a level: the largest stands for all, and OpenSlide finds the others beside it."""
    largest: dict[str, Path] = {}
    for path in (path for path in found if path.suffix.lower() == DICOM):
        other = largest.setdefault(series := series_of(path) or str(path), path)
        if other != path and other.stat().st_size < path.stat().st_size:
            largest[series] = path
    return [path for path in found if path.suffix.lower() != DICOM or path in largest.values()]


def _walked(folder: Path, failures: list[str]) -> Iterator[Path]:
    """Whatever is called as pictures are; of folders that are not gone into there is a line."""

    def closed(error: OSError) -> None:
        failures.append(str(InputError(f"{error.filename}: cannot be opened ({error.strerror}); allow it, or move it away")))

    for place, folders, files in os.walk(folder, onerror=closed):
        folders[:] = [name for name in folders if name != STATE.name]
        for linked in (path for name in folders if (path := Path(place, name)).is_symlink()):
            failures.append(str(InputError(f"{linked}: a link to a folder is not followed; name that folder itself")))
        yield from (Path(place, name) for name in files if name.lower().endswith(ENDINGS))


def _why_no_file(path: Path) -> str | None:
    try:
        kind = path.stat().st_mode
    except OSError as error:
        if os.path.islink(path):
            return f"{path}: a link that leads nowhere ({error.strerror}); correct or remove it"
        if isinstance(error, FileNotFoundError):
            return f"{path}: no such file or folder; name pictures or a folder of them"
        return f"{path}: cannot be opened ({error.strerror}); name another file, or allow it"
    return None if stat.S_ISREG(kind) else f"{path}: no file that holds a picture (a pipe or a device); remove it"


def _why_no_name(path: Path, name: str) -> str | None:
    """Names go into tables in UTF-8, a line a picture, and into the names of what is written."""
    last = name.rpartition("/")[2]
    if not last or last.lower() in ENDINGS:
        return f"{path}: nothing stands before its ending; rename it"
    if one_line(name) != name:
        return f"{path}: its name is not UTF-8, or holds what ends a line; rename it"
    return f"{path}: its name is too long for what is written beside it; shorten it" if len(last.encode()) > LONGEST else None
