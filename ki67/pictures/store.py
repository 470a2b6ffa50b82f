"""What is done stays done: a picture's result, its table and its small view, kept until that picture or the settings change."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from ki67.base.files import write_whole
from ki67.pictures.inputs import Picture

STORE = Path(".ki67")


class PictureResult(Protocol):
    """What a picture came to: a dataclass small enough to be kept as JSON, which knows the name of its picture."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def image(self) -> str:
        """The picture's name in tables."""
        ...


Result = TypeVar("Result", bound=PictureResult)


class Store(Generic[Result]):
    """The pictures that are done, under a folder of the output; `key` stands for all that decides a result but the picture."""

    def __init__(self, out: Path, key: str, kind: type[Result]) -> None:
        self.folder, self.key, self._kind = out / STORE, key, TypeAdapter(kind)

    def fingerprint(self, picture: Picture) -> str:
        """Of the picture's content and of all that decides what is found in it."""
        with picture.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
        digest.update(self.key.encode())
        return digest.hexdigest()

    def restored(self, picture: Picture) -> Result | None:
        """What an earlier run found in this very picture with these very settings."""
        try:
            stored = json.loads(self._result(picture.name).read_text())
            same = stored.pop("fingerprint") == self.fingerprint(picture) and self.details(picture.name).is_file()
            return self._kind.validate_python(stored) if same else None
        except (OSError, ValueError, KeyError, AttributeError):
            return None

    def keep(self, picture: Picture, result: Result, thumbnail: bytes) -> None:
        """Last of all, once the picture's table is there: where the result is, all is there."""
        self.thumbnail(picture.name).write_bytes(thumbnail)
        stored = asdict(result) | {"fingerprint": self.fingerprint(picture)}
        write_whole(self._result(picture.name), [json.dumps(stored)])

    def details(self, name: str) -> Path:
        """One picture's own table: its cells, its tiles."""
        return self.folder / f"{name}.csv"

    def thumbnail(self, name: str) -> Path:
        """One picture in small."""
        return self.folder / f"{name}.jpg"

    def _result(self, name: str) -> Path:
        return self.folder / f"{name}.json"
