"""What is done stays done: a picture's result, its table and its small view, kept until that picture or the settings change."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from pydantic import TypeAdapter

from ki67.base import strict_json
from ki67.base.files import write_whole
from ki67.pictures.inputs import Picture
from ki67.pictures.written import STATE, file_hash, writing_failures


class PictureResult(Protocol):
    """What a picture came to: a dataclass small enough to be kept as JSON, which knows the name of its picture."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def image(self) -> str:
        """The picture's name in tables."""
        ...


Result = TypeVar("Result", bound=PictureResult)


class Store(Generic[Result]):
    """The pictures that are done, under a folder of the output.

    A `key` stands for all that decides a result but the picture; `endings` are those of the files that lie beside the tables.
    """

    def __init__(self, out: Path, kind: type[Result]) -> None:
        self.out, self.folder = out, out / STATE
        self._kind = TypeAdapter(kind)

    def restored(self, picture: Picture, key: str) -> Result | None:
        """What an earlier run found in this very picture with these very settings, where all that it wrote is still there."""
        try:
            stored = strict_json.loads(self._result(picture.name).read_bytes())
            same = stored["key"] == key and stored["picture"] == file_hash(picture.path)
            sealed = stored["seal"] == self._seal(picture.name, [stored["result"], stored["endings"]])
            whole = sealed and self._all_beside(picture.name, stored["endings"])
            return self._kind.validate_python(stored["result"]) if same and whole else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, picture: Picture, key: str, digest: str, result: Result, endings: Sequence[str]) -> None:
        """Last of all, once the picture's table and its small view are there: where the result is, all is there."""
        kept, beside = asdict(result), list(endings)
        seal = self._seal(picture.name, [kept, beside])
        stored = {"key": key, "picture": digest, "seal": seal, "result": kept, "endings": beside}
        with writing_failures(self._result(picture.name)):
            write_whole(self._result(picture.name), [json.dumps(stored)])

    def details(self, name: str) -> Path:
        """One picture's own table: its cells, its tiles."""
        return self.folder / f"{name}.csv"

    def thumbnail(self, name: str) -> Path:
        """One picture in small, kept so that the report can show it without reading the picture again."""
        return self.folder / f"{name}.jpg"

    def picture_hash(self, name: str) -> str:
        """SHA-256 of the picture that was scored."""
        return str(strict_json.loads(self._result(name).read_bytes())["picture"])

    def _result(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _seal(self, name: str, result: object) -> str:
        """Of what is kept of a picture: damage to it is found, and the picture is scored again."""
        text = json.dumps(result, sort_keys=True) + file_hash(self.details(name)) + file_hash(self.thumbnail(name))
        return hashlib.sha256(text.encode()).hexdigest()

    def _all_beside(self, name: str, endings: Sequence[str]) -> bool:
        return all((self.out / f"{name}{ending}").is_file() for ending in endings)
