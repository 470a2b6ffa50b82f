"""`ki67 app`: what has to be so before it serves, each told in one line, and what it says when it does."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import DBAPIError

from ki67.app.server import check_exposure, check_tls, listening, serve
from ki67.app.service import Service
from ki67.app.settings import AppSettings
from ki67.base.errors import InputError

LOCK = "lock"
Say = Callable[[str], None]


def app_command(asked: AppSettings, say: Say) -> None:
    """Serve until told to end."""
    check_exposure(asked)
    check_database(asked.database)
    if asked.tls:
        check_tls(asked.tls)
    with only_server_in(asked.data), closing(listening(asked)) as listener:
        settings = replace(asked, port=listener.getsockname()[1])
        with closing(opened(settings)) as service:
            greet(service, say)
            serve(service, listener)


def check_database(address: str) -> None:
    """None named, or one of the kind that a team shares."""
    if address and not address.startswith(("postgresql://", "postgresql+psycopg://")):
        raise InputError("--database: no such kind of database; give postgresql://NAME:PASSWORD@HOST/DATABASE")


def opened(settings: AppSettings) -> Service:
    """Everything in place, or a line that says what a database lacks."""
    try:
        return Service.opened(settings)
    except DBAPIError as error:
        why = " ".join(str(error.orig).split())
        raise InputError(f"the database cannot be used ({why}); check --database, and --data for SQLite") from error


def greet(service: Service, say: Say) -> None:
    """Where it is, and how the first account is made."""
    settings = service.settings
    say(f"{settings.origin}: ki67 {version('ki67')} serves {settings.data}. Research use only. Ctrl-C ends it.")


@contextmanager
def only_server_in(folder: Path) -> Iterator[None]:
    """One server a folder; the system lets go of the lock when it ends, however it ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(folder / LOCK)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise InputError(f"{folder}: another `ki67 app` serves this folder; end it, or name another with --data") from error
    except OSError as error:
        raise InputError(f"{folder}: cannot be written to ({error.strerror}); name another folder with --data") from error
    try:
        yield
    finally:
        lock.release()
