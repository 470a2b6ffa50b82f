"""People of the tests: accounts without the ceremony by which they are opened, and browsers that they signed in with."""

from datetime import timedelta

from fastapi.testclient import TestClient

from ki67.app.access.tokens import hash_of, new_token
from ki67.app.access.who import COOKIE
from ki67.app.api import create_app
from ki67.app.service import Service
from ki67.app.store.database import Database
from ki67.app.store.rows import Account, SignIn
from ki67.app.store.rows.base import now

ORIGIN = "https://testserver"


def browser_of(service: Service) -> TestClient:
    """A browser in which nobody signed in."""
    return TestClient(create_app(service), base_url=ORIGIN, headers={"Origin": ORIGIN})


def signed_in_browser(service: Service, login: str, administrator: bool = False) -> TestClient:
    """A browser of somebody who signed in; the account is made where it is not there."""
    client = browser_of(service)
    client.cookies.set(COOKIE, signed_in_token(service.database, login, administrator), domain="testserver.local", path="/")
    return client


def signed_in_token(database: Database, login: str, administrator: bool = False) -> str:
    """What the browser of somebody who signed in holds; the account is made where it is not there."""
    token = new_token()
    with database.writing() as session:
        account = session.query(Account).filter_by(login=login).one_or_none()
        if account is None:
            account = Account(login=login, name=login.title(), is_administrator=administrator)
            session.add(account)
            session.flush()
        session.add(SignIn(token_hash=hash_of(token), account_id=account.id, ends_at=now() + timedelta(days=1)))
    return token
