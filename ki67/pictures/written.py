"""What ki67 wrote into an output folder, so that it never takes the place of anything else and is never taken for an input.

Each file that is written is noted with its hash first. A file that stands in the way and is not noted so is somebody else's.
"""

import hashlib
import json
import os
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ki67.base.errors import InputError

STATE = Path(".ki67")
PARTIAL = "partial-"
NOTES = STATE / "written.jsonl"  # a line a file that was ever written: its name, its hash


class Written:
    """The notes of one output folder, and the only way by which files come into it."""

    def __init__(self, out: Path) -> None:
        self.out, self._adding = out, threading.Lock()
        self._hashes: dict[str, set[str]] = {}
        for name, digest in _noted(out):
            self._hashes.setdefault(name, set()).add(digest)

    def refuse_to_replace(self, names: Iterable[str], inputs: Iterable[Path]) -> None:
        """One line where a file to be written would take the place of an input, or of what is not ki67's."""
        taken = {path.resolve() for path in inputs}
        for name in names:
            if (self.out / name).resolve() in taken:
                raise InputError(f"{self.out / name}: is an input and would be replaced; name another folder with --out")
            self._check(name)

    def sweep(self) -> None:
        """Take away what a run that was killed had not finished writing."""
        for partial in (self.out / STATE).glob(f"{PARTIAL}*"):
            partial.unlink(missing_ok=True)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """A path to write to; what is written there is noted and moved into place as a whole, or nothing happens."""
        partial, target = self.out / STATE / f"{PARTIAL}{uuid.uuid4().hex}", self.out / name
        try:
            with writing_failures(target):
                yield partial
                self._check(name)
                self._note(name, file_hash(partial))
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(partial, target)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)

    def _check(self, name: str) -> None:
        target, parts = self.out / name, Path(name).parts
        folders = [self.out.joinpath(*parts[:depth]) for depth in range(1, len(parts))]
        for place in (place for place in folders if place.is_symlink() or (place.exists() and not place.is_dir())):
            raise InputError(f"{place}: a folder of results has to be there; move it away, or name another folder with --out")
        if os.path.lexists(target) and not self._is_ours(name, target):
            what = "was not written by ki67, or was changed since, and would be replaced"
            raise InputError(f"{target}: {what}; move it away, or name another folder with --out")

    def _is_ours(self, name: str, target: Path) -> bool:
        return not target.is_symlink() and target.is_file() and file_hash(target) in self._hashes.get(name, ())

    def _note(self, name: str, digest: str) -> None:
        with self._adding:
            if digest not in self._hashes.setdefault(name, set()):
                with (self.out / NOTES).open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps([name, digest]) + "\n")
                self._hashes[name].add(digest)


class EarlierOutputs:
    """Tells pictures from what a run of ki67 wrote, in whichever folder that lies."""

    def __init__(self) -> None:
        self._names: dict[Path, frozenset[str]] = {}

    def hold(self, path: Path) -> bool:
        """Whether a file is an overlay, or a part of ki67's own notes."""
        place = path.absolute()
        return STATE.name in place.parts or any(self._wrote(folder, place) for folder in place.parents)

    def _wrote(self, folder: Path, place: Path) -> bool:
        if folder not in self._names:
            self._names[folder] = frozenset(name for name, _ in _noted(folder))
        return place.relative_to(folder).as_posix() in self._names[folder]


def _noted(out: Path) -> Iterator[tuple[str, str]]:
    """Names and hashes; a line that is damaged notes nothing."""
    try:
        lines = (out / NOTES).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        with suppress(ValueError, RecursionError):
            match json.loads(line):
                case [str(name), str(digest)]:
                    yield name, digest


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def writing_failures(target: Path) -> Iterator[None]:
    """A full disk, a missing permission: one line that names what could not be written."""
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise InputError(f"{target}: not written ({why}); make room or name another folder; what is done is kept") from error
