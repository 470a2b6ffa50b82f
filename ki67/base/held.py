"""One at a time in a folder. The system lets go of the lock when whoever holds it ends, however it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ki67.base.errors import InputError


@contextmanager
def held(folder: Path, lock: Path, taken: Callable[[], str], option: str, mode: int = 0o777) -> Iterator[None]:
    """A folder, made where it was missing, by a file in it; one line where it cannot be written to, or another holds it.

    `taken` says who does and what to do about it, `option` is how another folder is named.
    """
    try:
        (folder / lock).parent.mkdir(parents=True, exist_ok=True, mode=mode)
        file = FileLock(folder / lock)
        file.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"{folder}: {taken()}, or name another folder with {option}") from error
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to ({error.strerror}); name another folder with {option}") from error
    try:
        yield
    finally:
        file.release()
