"""A service for each test, on both databases."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from made_pictures import opened_case
from people import ORIGIN, browser_of, signed_in_browser
from refused import MOST_BYTES, Door

from ki67.app.access.passwords import Passwords
from ki67.app.service import Service
from ki67.app.settings import AppSettings, Caps
from ki67.app.store.rows import Account
from ki67.bench.postgres import Postgres, postgres, programs

DATABASE = "tests"
PASSWORD = "nine owls read slides"
SignedIn = Callable[..., TestClient]
Member = Callable[..., str]
Browser = Callable[[], TestClient]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server for all tests of a process."""
    if programs() is None:
        pytest.skip("PostgreSQL's server is not installed")
    with postgres(durable=False) as server:
        server.make(DATABASE)
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind; the empty address is SQLite in the data folder."""
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("postgres_server").emptied(DATABASE)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> AppSettings:
    return AppSettings(tmp_path / "service", database_url, public=ORIGIN)


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
