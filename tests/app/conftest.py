"""A service for each test, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from shutil import copyfile

import pytest
from fastapi.testclient import TestClient
from made_pictures import opened_case
from people import ORIGIN, browser_of, signed_in_browser
from refused import MOST_BYTES, Door

from ki67.app.access.passwords import Passwords
from ki67.app.service import Service
from ki67.app.settings import SQLITE_FILE, AppSettings, Caps
from ki67.app.store.database import Database
from ki67.app.store.rows import Account
from ki67.app.store.schema import migrate
from ki67.bench.postgres import Postgres, postgres, programs

DATABASE, TABLES = "tests", "tables"
PASSWORD = "nine owls read slides"
SignedIn = Callable[..., TestClient]
Member = Callable[..., str]
Browser = Callable[[], TestClient]


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite with its tables, made once for all tests of a process; each gets a copy."""
    path = tmp_path_factory.mktemp("tables") / SQLITE_FILE
    with closing(Database(f"sqlite:///{path}")) as database:
        migrate(database)
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for all tests of a process, with the tables that each gets a copy of."""
    if programs() is None:
        pytest.skip("PostgreSQL's server is not installed")
    with postgres(durable=False) as server:
        with closing(Database(server.make(TABLES), silent_s=None)) as database:
            migrate(database)
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind in which nothing is; the empty address is SQLite in the data folder."""
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("postgres_server").copied(TABLES, DATABASE)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, sqlite_file: Path) -> AppSettings:
    """Of a service in a folder of its own."""
    settings = AppSettings(tmp_path / "service", database_url, public=ORIGIN)
    settings.data.mkdir()
    if not database_url:
        copyfile(sqlite_file, settings.data / SQLITE_FILE)
    return settings


@pytest.fixture
def service(settings: AppSettings) -> Iterator[Service]:
    opened = Service.opened(settings)
    yield opened
    opened.close()


@cache
def hashed_password() -> str:
    """Once for all tests: it is meant to take its time."""
    return Passwords().hashed(PASSWORD)


@pytest.fixture
def member(service: Service) -> Member:
    """Somebody with the password of all tests, not signed in: `member("ada")` is their id."""

    def made(login: str, administrator: bool = False) -> str:
        with service.database.writing() as session:
            account = Account(login=login, name=login.title(), is_administrator=administrator, password=hashed_password())
            session.add(account)
            session.flush()
            return account.id

    return made


@pytest.fixture
def browser(service: Service) -> Browser:
    """Another browser in which nobody signed in."""
    return lambda: browser_of(service)


@pytest.fixture
def nobody(service: Service) -> TestClient:
    """A browser in which nobody signed in."""
    return browser_of(service)


@pytest.fixture
def signed_in(service: Service) -> SignedIn:
    """A browser of somebody who signed in: `signed_in("ada")`; the account is made where it is not there."""

    return partial(signed_in_browser, service)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One service for many refusals; none of them asks which database it is."""
    caps = Caps(picture_bytes=MOST_BYTES)
    opened = Service.opened(AppSettings(tmp_path_factory.mktemp("service"), public=ORIGIN, caps=caps))
    ada = signed_in_browser(opened, "ada", administrator=True)
    yield Door(opened, ada, opened_case(ada))
    opened.close()
