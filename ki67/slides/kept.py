"""The probabilities of a slide, kept row by row of its grid as they are found: a run that is killed loses at most one row."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ki67.base import strict_json
from ki67.pictures.written import writing_failures


@dataclass(frozen=True)
class Row:
    """A row of the grid: what the network says of each patch that it was asked for, and how many of these are damaged."""

    row: int
    probabilities: tuple[float, ...]
    damaged: int


class KeptRows:
    """A file of rows of one slide. `key` stands for all that decides them; what another key wrote is begun anew."""

    def __init__(self, path: Path, key: str) -> None:
        self.path, self._head = path, _line({"key": key})

    def restored(self) -> list[Row]:
        """The rows that are whole; what follows the last of them is cut off, so that the next one joins it."""
        found, whole = list[Row](), 0
        with writing_failures(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as stream:
                stream.seek(0)
                for line, row in _rows(stream.read(), self._head):
                    found, whole = [*found, *row], whole + len(line)
                stream.truncate(whole)
                stream.write(b"" if whole else self._head)
        return found

    def add(self, row: Row) -> None:
        """One row more."""
        with writing_failures(self.path), self.path.open("ab") as stream:
            stream.write(_line(asdict(row)))


def _rows(data: bytes, head: bytes) -> Iterator[tuple[bytes, list[Row]]]:
    """Each whole line and its row, of which the head has none; nothing where the head is another."""
    if not data.startswith(head):
        return
    yield head, []
    for line in data[len(head) :].splitlines(keepends=True):
        try:
            told = strict_json.loads(line)
            row = Row(int(told["row"]), tuple(map(float, told["probabilities"])), int(told["damaged"]))
        except (ValueError, KeyError, TypeError):
            return
        if not line.endswith(b"\n"):
            return
        yield line, [row]


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"
