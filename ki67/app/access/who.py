"""Who asks: by the cookie of a signed-in browser, or by a program's token with the scopes that it was given."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal, cast, get_args

from fastapi import Depends, Request
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ki67.app.access.tokens import hash_of
from ki67.app.problems import Problem
from ki67.app.store.database import Database
from ki67.app.store.rows import Account, ApiToken, SignIn
from ki67.app.store.rows.base import now

COOKIE = "__Host-ki67"
BEARER = "bearer "
Scope = Literal["cases:read", "cases:write", "reviews:write"]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
IDLE = timedelta(minutes=30)  # a browser that was not used for so long has to sign in again
NOTED = timedelta(minutes=1)  # how exactly the last use is known


@dataclass(frozen=True)
class Who:
    """Somebody signed in; a browser has every scope and may change how one signs in, a program only what its token says."""

    account_id: str
    is_administrator: bool
    scopes: frozenset[Scope]
    sign_in: str | None  # the hash of the browser's token
    program: str | None = None  # the hash of the program's token
    is_noted: bool = True  # that it is still used

    @property
    def in_browser(self) -> bool:
        """By a session, not by a program's token."""
        return self.sign_in is not None


def who_asks(session: Session, request: Request) -> Who | None:
    """Nobody where neither cookie nor token is good."""
    told = request.headers.get("authorization", "")
    if told.lower().startswith(BEARER):
        return by_api_token(session, told[len(BEARER) :].strip())
    cookie = request.cookies.get(COOKIE)
    return by_cookie(session, cookie) if cookie else None


def by_cookie(session: Session, token: str) -> Who | None:
    """A browser that signed in, lately enough, by an account that is not shut."""
    moment = now()
    found = session.execute(
        select(SignIn.token_hash, SignIn.seen_at, Account.id, Account.is_administrator)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.token_hash == hash_of(token), SignIn.ends_at > moment, SignIn.seen_at > moment - IDLE)
        .where(Account.disabled_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    return Who(found.id, found.is_administrator, SCOPES, found.token_hash, is_noted=noted(found.seen_at))


def by_api_token(session: Session, token: str) -> Who | None:
    """A program, for its owner. It never administers."""
    found = session.execute(
        select(Account.id, ApiToken.token_hash, ApiToken.scopes, ApiToken.seen_at, ApiToken.ends_at)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.token_hash == hash_of(token), Account.disabled_at.is_(None))
    ).one_or_none()
    if found is None or (found.ends_at and found.ends_at <= now()):
        return None
    return Who(found.id, False, frozenset(found.scopes) & SCOPES, None, found.token_hash, noted(found.seen_at))


def noted(seen_at: datetime | None) -> bool:
    """Whether a use needs no other note."""
    return seen_at is not None and seen_at > now() - NOTED


def note_use(database: Database, who: Who) -> None:
    """That it is still used. A database that is full or away must not keep anybody from reading."""
    browser = update(SignIn).where(SignIn.token_hash == who.sign_in)
    program = update(ApiToken).where(ApiToken.token_hash == who.program)
    with suppress(Problem), database.writing() as session:
        session.execute((browser if who.in_browser else program).values(seen_at=now()))


def signed_in(request: Request) -> Who:
    """Whom the table of permissions let through."""
    return cast(Who, request.state.who)


Asking = Annotated[Who, Depends(signed_in)]
