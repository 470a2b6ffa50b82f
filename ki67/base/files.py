"""Files that are whole or not there."""

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, lines: Iterable[str]) -> None:
    """Text as it comes, written beside and moved into place, so that nobody ever finds half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(lines)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
