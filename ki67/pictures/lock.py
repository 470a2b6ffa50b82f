"""One run at a time in an output folder. The system lets go of the lock when a run ends, however it ends."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ki67.base.errors import InputError
from ki67.pictures.written import STATE

LOCK, HOLDER = STATE / "lock", STATE / "holder"


@contextmanager
def only_run_in(out: Path) -> Iterator[None]:
    """Holds the folder, made where it was missing; one line where it cannot be written to, or another run holds it."""
    try:
        (out / STATE).mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"{out}: {_holder(out)} writes there now; wait for it, or name another folder with --out") from error
    except OSError as error:
        raise InputError(f"{out}: cannot be written to ({error.strerror}); name another folder with --out") from error
    try:
        (out / HOLDER).write_text(f"process {os.getpid()} on {platform.node()}", encoding="utf-8")
        yield
    finally:
        lock.release()


def _holder(out: Path) -> str:
    try:
        return (out / HOLDER).read_text(encoding="utf-8", errors="replace")[:200].strip() or "another run"
    except OSError:
        return "another run"
