"""In by a password, and out again, here or everywhere."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from ki67.app.access import sign_ins
from ki67.app.access.limits import address_of
from ki67.app.access.sign_ins import LASTS
from ki67.app.access.who import COOKIE, Asking
from ki67.app.routes.me import MeView, me_view
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.store.rows import Account, SignIn
from ki67.app.words import Asked, Login, Password

router = APIRouter(prefix="/v1", tags=["sign in"])


class NewSession(Asked):
    """What somebody signs in with."""

    login: Login
    password: Password


class SessionView(BaseModel):
    """A browser that is signed in."""

    agent: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    is_this: bool


@router.post("/session", status_code=HTTPStatus.CREATED, responses=refusals(HTTPStatus.UNAUTHORIZED))
def sign_in(new: NewSession, request: Request, response: Response, at: At) -> MeView:
    """Sign in; the answer sets a cookie that scripts cannot read."""
    account = sign_ins.by_password(at, new.login, new.password.get_secret_value(), address_of(request))
    return let_in(at, account, request, response)


def let_in(at: At, account: Account, request: Request, response: Response) -> MeView:
    """A new token for a browser, whatever it held before."""
    with at.database.writing() as session:
        token = sign_ins.opened(session, account.id, request.headers.get("user-agent", ""), request.cookies.get(COOKIE))
    seconds = int(LASTS.total_seconds())
    response.set_cookie(COOKIE, token, seconds, path="/", secure=True, httponly=True, samesite="strict")
    return me_view(at, account.id)


@router.delete("/session", status_code=HTTPStatus.NO_CONTENT)
def sign_out(who: Asking, response: Response, at: At) -> None:
    """Sign this browser out."""
    with at.database.writing() as session:
        sign_ins.end_here(session, who)
    forget_cookie(response)


@router.delete("/sessions", status_code=HTTPStatus.NO_CONTENT)
def sign_out_everywhere(who: Asking, response: Response, at: At) -> None:
    """Sign out every browser, this one too."""
    with at.database.writing() as session:
        sign_ins.end_everywhere(session, who.account_id)
    forget_cookie(response)


@router.get("/sessions")
def sessions(who: Asking, at: At) -> list[SessionView]:
    """Where one is signed in."""
    with at.database.reading() as session:
        return [session_view(row, who.sign_in) for row in sign_ins.sign_ins_of(session, who.account_id)]


def session_view(row: SignIn, this: str | None) -> SessionView:
    """A row for its owner, without what could open it."""
    return SessionView(
        agent=row.agent, created_at=row.created_at, seen_at=row.seen_at, ends_at=row.ends_at, is_this=row.token_hash == this
    )


def forget_cookie(response: Response) -> None:
    """Nothing is left in the browser."""
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
