"""One run at a time in an output folder, which says whose it is."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ki67.base.held import held
from ki67.pictures.written import STATE

LOCK, HOLDER = STATE / "lock", STATE / "holder"


@contextmanager
def only_run_in(out: Path) -> Iterator[None]:
    """Holds the folder, made where it was missing; one line where it cannot be written to, or another run holds it."""
    with held(out, LOCK, lambda: f"{_holder(out)} writes there now; wait for it", "--out"):
        (out / HOLDER).write_text(f"process {os.getpid()} on {platform.node()}", encoding="utf-8")
        yield


def _holder(out: Path) -> str:
    try:
        return (out / HOLDER).read_text(encoding="utf-8", errors="replace")[:200].strip() or "another run"
    except OSError:
        return "another run"
