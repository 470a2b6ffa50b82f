"""What is done stays done: a picture's finding, its table and its small view, kept until that picture or the settings change."""

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ki67.base.files import write_whole
from ki67.pictures.inputs import Picture

KEPT = Path(".ki67")
NOT_DEFINED = "not defined"


class Store:
    """The pictures that are done, under a folder of the output."""

    def __init__(self, out: Path, key: str) -> None:
        self.folder, self.key = out / KEPT, key

    def fingerprint(self, picture: Picture) -> str:
        """Of the picture's content and of all that decides what is found in it."""
        with picture.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        digest.update(self.key.encode())
        return digest.hexdigest()

    def stored(self, picture: Picture) -> dict[str, Any] | None:
        """What an earlier run kept of this very picture with these very settings."""
        try:
            found = json.loads(self._finding(picture.name).read_text())
            same = found.pop("fingerprint") == self.fingerprint(picture) and self.table(picture.name).is_file()
            return found if same else None
        except (OSError, ValueError, KeyError, AttributeError):
            return None

    def store(self, picture: Picture, finding: dict[str, Any], thumbnail: bytes) -> None:
        """Last of all, once the picture's table is there: where the finding is, all is there."""
        self.thumbnail(picture.name).parent.mkdir(parents=True, exist_ok=True)
        self.thumbnail(picture.name).write_bytes(thumbnail)
        write_whole(self._finding(picture.name), [json.dumps(finding | {"fingerprint": self.fingerprint(picture)})])

    def table(self, name: str) -> Path:
        """One picture's own table."""
        return self.folder / f"{name}.csv"

    def thumbnail(self, name: str) -> Path:
        """One picture in small."""
        return self.folder / f"{name}.jpg"

    def _finding(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def joined(header: Sequence[str], files: Iterable[Path]) -> Iterator[str]:
    """The tables of many pictures as one, a line at a time."""
    yield ",".join(header) + "\n"
    for file in files:
        with file.open(encoding="utf-8", newline="") as stream:
            next(stream)
            yield from stream


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Fields in quotes where they hold what would end them."""
    for row in rows:
        yield ",".join('"' + field.replace('"', '""') + '"' if set(field) & set(',"\n\r') else field for field in row) + "\n"


def share(value: float) -> str:
    """Four digits, or that there is no such figure: never 0, never NaN."""
    return NOT_DEFINED if math.isnan(value) else f"{value:.4f}"
