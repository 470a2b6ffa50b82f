"""`ki67 app`: what has to be so before it serves, each told in one line, and what it says when it does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ki67.app.access.links import link_address, new_setup_link
from ki67.app.arenas import share_arenas
from ki67.app.problems import Problem
from ki67.app.scoring.keeper import Keeper
from ki67.app.server import check_exposure, check_tls, listening, serve
from ki67.app.service import Service
from ki67.app.settings import SQLITE_FILE, AppSettings
from ki67.app.store.database import Database
from ki67.app.store.files import Files
from ki67.app.store.verify import verified
from ki67.app.tidying import tidying
from ki67.base.errors import InputError
from ki67.base.held import held

LOCK = Path("lock")
Say = Callable[[str], None]


def app_command(asked: AppSettings, say: Say) -> None:
    """Serve until told to end."""
    share_arenas()
    check_exposure(asked)
    check_database(asked.database)
    if asked.tls:
        check_tls(asked.tls)
    if asked.cluster:
        check_cluster(asked.cluster)
    with only_server_in(asked.data), closing(listening(asked)) as listener:
        settings = replace(asked, port=listener.getsockname()[1])
        keeper = Keeper(settings)
        with closing(opened(settings, keeper.ring)) as service, keeper.running(service.database), tidying(service):
            greet(service, say)
            serve(service, listener)


def only_server_in(folder: Path) -> AbstractContextManager[None]:
    """A folder of the service, which nobody else of this machine looks into."""
    return held(folder, LOCK, lambda: "another `ki67 app` serves this folder; end it", "--data", mode=0o700)


def check_database(address: str) -> None:
    """None named, or one of the kind that a team shares."""
    if address and not address.startswith(("postgresql://", "postgresql+psycopg://")):
        raise InputError("--database: no such kind of database; give postgresql://NAME:PASSWORD@HOST/DATABASE")


def check_cluster(address: str) -> None:
    """A scheduler answers there now; where it is away later, slides wait for it."""
    from ki67.base.cluster import client

    with client(address):
        pass


def opened(settings: AppSettings, ring: Callable[[], None]) -> Service:
    """Everything in place."""
    with usable_database():
        return Service.opened(settings, ring)


@contextmanager
def usable_database() -> Iterator[None]:
    """What a database lacks becomes one line."""
    try:
        yield
    except (DBAPIError, Problem) as error:
        cause = error.__cause__ if isinstance(error, Problem) else error
        why = " ".join(str(getattr(cause, "orig", error)).split())
        raise InputError(f"the database cannot be used ({why}); check --database, and --data for SQLite") from error


def greet(service: Service, say: Say) -> None:
    """Where it is, and how the first account is made, where there is none."""
    settings = service.settings
    with service.database.writing() as session:
        token = new_setup_link(session)
    say(f"{settings.origin}: ki67 {version('ki67')} serves {settings.data}. Research use only. Ctrl-C ends it.")
    if token:
        say(f"{link_address(settings.origin, token)}: opens the first account, an administrator's, once, within a day.")


def verify_command(settings: AppSettings, say: Say) -> bool:
    """Whether all that is kept is as it was; each fault on a line."""
    check_database(settings.database)
    if not (settings.files.is_dir() and (settings.database or (settings.data / SQLITE_FILE).is_file())):
        raise InputError(f"{settings.data}: no folder of `ki67 app`; name it with --data")
    with usable_database(), closing(Database(settings.url, connections=1, silent_s=None)) as database:
        found = verified(database, Files(settings.files, settings.incoming))
    for fault in found.faults:
        say(fault)
    say(f"{settings.data}: {found.lines:,} lines of the log and {found.files:,} files looked over; faults: {len(found.faults)}")
    return not found.faults
