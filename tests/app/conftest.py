"""A service for each test, on both databases."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ki67.app.access.passwords import Passwords
from ki67.app.access.tokens import hash_of, new_token
from ki67.app.access.who import COOKIE
from ki67.app.api import create_app
from ki67.app.service import Service
from ki67.app.settings import AppSettings
from ki67.app.store.rows import Account, SignIn
from ki67.app.store.rows.base import now
from ki67.bench.postgres import Postgres, postgres, programs

NUMBERS = count(1)
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
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind; the empty address is SQLite in the data folder."""
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("postgres_server").make(f"ki67_{next(NUMBERS)}")


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> AppSettings:
    return AppSettings(tmp_path / "service", database_url, public="https://testserver")


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
    return lambda: TestClient(create_app(service), base_url="https://testserver", headers={"Origin": "https://testserver"})


@pytest.fixture
def nobody(service: Service) -> TestClient:
    """A browser in which nobody signed in."""
    return TestClient(create_app(service), base_url="https://testserver", headers={"Origin": "https://testserver"})


@pytest.fixture
def signed_in(service: Service) -> SignedIn:
    """A browser of somebody who signed in: `signed_in("ada")`; the account is made where it is not there."""

    def browser(login: str, administrator: bool = False) -> TestClient:
        token = new_token()
        with service.database.writing() as session:
            account = session.query(Account).filter_by(login=login).one_or_none()
            if account is None:
                account = Account(login=login, name=login.title(), is_administrator=administrator)
                session.add(account)
                session.flush()
            session.add(SignIn(token_hash=hash_of(token), account_id=account.id, ends_at=now() + timedelta(days=1)))
        client = TestClient(create_app(service), base_url="https://testserver", headers={"Origin": "https://testserver"})
        client.cookies.set(COOKIE, token, domain="testserver.local", path="/")
        return client

    return browser
