"""Who asks: by the cookie of a signed-in browser, or by a program's token with the scopes that it was given."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal, cast, get_args

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.tokens import hash_of
from ki67.app.store.rows import Account, ApiToken, SignIn
from ki67.app.store.rows.base import now

COOKIE = "__Host-ki67"
BEARER = "bearer "
Scope = Literal["cases:read", "cases:write", "reviews:write"]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
IDLE = timedelta(hours=12)  # a browser that was not used for so long has to sign in again


@dataclass(frozen=True)
class Who:
    """Somebody signed in; a browser has every scope and may change how one signs in, a program only what its token says."""

    account_id: str
    is_administrator: bool
    scopes: frozenset[Scope]
    sign_in: str | None  # the hash of the browser's token

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
        select(SignIn.token_hash, Account.id, Account.is_administrator)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.token_hash == hash_of(token), SignIn.ends_at > moment, SignIn.seen_at > moment - IDLE)
        .where(Account.disabled_at.is_(None))
    ).one_or_none()
    return Who(found.id, found.is_administrator, SCOPES, found.token_hash) if found else None


def by_api_token(session: Session, token: str) -> Who | None:
    """A program, for its owner. It never administers."""
    found = session.execute(
        select(Account.id, ApiToken.scopes, ApiToken.ends_at)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.token_hash == hash_of(token), Account.disabled_at.is_(None))
    ).one_or_none()
    if found is None or (found.ends_at and found.ends_at <= now()):
        return None
    return Who(found.id, False, frozenset(found.scopes) & SCOPES, None)


def signed_in(request: Request) -> Who:
    """Whom the table of permissions let through."""
    return cast(Who, request.state.who)


Asking = Annotated[Who, Depends(signed_in)]
