"""One figure out of a result file, named `path:dotted.key`: how the book's prose and the claims point at numbers."""

import csv
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ki67.base.errors import InputError


class NotThere(InputError):
    """A figure's file, or its row of a table, is missing: that was not run, which a claim may wait for and a page may not."""


@dataclass(frozen=True)
class Reference:
    """Where a figure stands."""

    path: str
    key: str

    @classmethod
    def of(cls, text: str) -> "Reference":
        """From `path:dotted.key`."""
        path, separator, key = text.partition(":")
        if not (separator and path and key):
            raise InputError(f"{text!r}: not a figure's name; write it as path/to/file.json:key.key")
        return cls(path, key)


def look_up(root: Path, reference: Reference) -> Any:
    """What stands in `root/path` under the key; a number in the key counts the items of a list from 0.

    The rows of a table stand in lists under what its first column has.
    """
    path = reference.path
    value = _content(root / path, (root / path).stat().st_mtime_ns if (root / path).is_file() else 0)
    walked: list[str] = []
    for part in reference.key.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            place, kind = ".".join(walked) or "the top", NotThere if path.endswith(".csv") and not walked else InputError
            raise kind(f"{path}: no {part!r} at {place}; it has {_names(value)}") from error
        walked.append(part)
    return value


@lru_cache(maxsize=64)
def _content(path: Path, changed: int) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            return _by_first_column(text)
        return yaml.safe_load(text) if path.suffix in {".yaml", ".yml"} else json.loads(text)
    except FileNotFoundError as error:
        raise NotThere(f"{path}: missing; run the stage that writes it") from error
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{path}: cannot be read ({' '.join(str(error).split())}); run its stage again") from error


def _by_first_column(text: str) -> dict[str, list[dict[str, str]]]:
    rows = dict[str, list[dict[str, str]]]()
    for row in csv.DictReader(text.splitlines()):
        rows.setdefault(next(iter(row.values())), []).append(row)
    return rows


def _names(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(map(str, value)) or "nothing"
    return f"{len(value)} items" if isinstance(value, list) else f"the value {value!r}"
