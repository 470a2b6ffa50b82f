"""Which pictures a user means: files and folders become a list of names, each once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ki67.base.errors import InputError
from ki67.data.images import SUFFIXES


@dataclass(frozen=True)
class Picture:
    """A file, and what it is called in tables: its place under the folder that was named, without its ending."""

    path: Path
    name: str


def pictures(paths: Sequence[Path]) -> list[Picture]:
    """Every picture in the order in which it was asked for, folders in the order of names."""
    found = [picture for path in paths for picture in (_in_folder(path) if path.is_dir() else [_file(path)])]
    places: dict[str, Picture] = {}
    for picture in found:
        other = places.setdefault(picture.name, picture)
        if other.path.resolve() != picture.path.resolve():
            raise InputError(f"{picture.path}: would be written to the same files as {other.path}; rename one")
    return list(places.values())


def _file(path: Path) -> Picture:
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder; name pictures or a folder of them")
    return Picture(path, path.stem)


def _in_folder(folder: Path) -> Iterable[Picture]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise InputError(f"{folder}: no pictures in it; expected {', '.join(SUFFIXES)}")
    return [Picture(path, path.relative_to(folder).with_suffix("").as_posix()) for path in files]
