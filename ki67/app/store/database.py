"""One way to rows, in SQLite as in PostgreSQL: to read, or to write as a whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from ki67.app.problems import Problem

WAIT_MS = 5_000  # for another writer of SQLite, and for a connection to PostgreSQL
SILENT_S = 10.0  # of PostgreSQL: the service's longest statements take far less
RETRY_S = 2
FULL = ("disk is full", "No space left", "disk I/O error")  # as SQLite and PostgreSQL say it


class Database:
    """A pool of connections; each `reading` and `writing` is a transaction of its own.

    A PostgreSQL that is silent for too long is one that is away; by `silent_s=None` a statement may take as long as it takes.
    """

    def __init__(self, url: str, connections: int = 10, silent_s: float | None = SILENT_S) -> None:
        self.url = url
        self.engine = connect(url, connections, silent_s)

    @property
    def is_sqlite(self) -> bool:
        """Whether all of it is a file of this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Rows as they are now; nothing is changed."""
        with told(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"ki67_writes": False})
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """All of it stays, durably, when the block ends; none of it where it raises."""
        with told(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"ki67_writes": True})
            yield session
            session.commit()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


@contextmanager
def told() -> Iterator[None]:
    """A database that is away, busy or full becomes an answer that a client can wait by."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        if any(words in str(error) for words in FULL):
            raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, "the service's disk is full; ask who runs it", RETRY_S) from error
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer; try again", RETRY_S) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the database went away; try again", RETRY_S) from error
        raise


def connect(url: str, connections: int, silent_s: float | None) -> Engine:
    """An engine whose transactions begin as the block that opens them asks."""
    sqlite = url.startswith("sqlite")
    more: dict[str, Any] = {"connect_args": {"check_same_thread": False}} if sqlite else {"pool_pre_ping": True}
    engine = create_engine(url, pool_size=connections, max_overflow=connections, pool_timeout=WAIT_MS / 1000, **more)
    if sqlite:
        event.listen(engine, "connect", prepare_sqlite)
        event.listen(engine, "begin", begin_sqlite)
    else:
        event.listen(engine, "do_connect", partial(connect_patiently, silent_s))
    return engine


def connect_patiently(silent_s: float | None, dialect: Any, record: Any, address: Sequence[str], how: dict[str, Any]) -> Any:
    """A connection to PostgreSQL that gives up where it is not answered."""
    from ki67.app.store.patience import Patient  # whoever uses SQLite has no need of the driver

    connection = Patient.connect(*address, **{"connect_timeout": WAIT_MS // 1000} | how)
    connection.silent_s = silent_s
    return connection


def prepare_sqlite(connection: Any, record: Any) -> None:
    """Readers do not wait for a writer, what is committed is on the disk, and references hold."""
    connection.isolation_level = None  # so that a transaction begins where `begin_sqlite` says
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={WAIT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def begin_sqlite(connection: Any) -> None:
    """A writer takes its lock at once: two that had begun to read could not both go on to write."""
    writes = connection.get_execution_options().get("ki67_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
