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
        with writing_failures(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as stream:
                stream.seek(0)
                data = stream.read()
                same = data.startswith(self._head)
                kept = list(_rows(data[len(self._head) :])) if same else []
                stream.truncate(len(self._head) + sum(len(line) for line, _ in kept) if same else 0)
                stream.write(b"" if same else self._head)
        return [row for _, row in kept]

    def add(self, row: Row) -> None:
        """One row more."""
        with writing_failures(self.path), self.path.open("ab") as stream:
            stream.write(_line(asdict(row)))


def _rows(data: bytes) -> Iterator[tuple[bytes, Row]]:
    """Line by line, up to the first that is torn or damaged."""
    for line in data.splitlines(keepends=True):
        try:
            told = strict_json.loads(line)
            row = Row(int(told["row"]), tuple(map(float, told["probabilities"])), int(told["damaged"]))
        except (ValueError, KeyError, TypeError):
            return
        if not line.endswith(b"\n"):
            return
        yield line, row


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"
