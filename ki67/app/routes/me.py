"""One's own account."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel

from ki67.app.access import own
from ki67.app.access.who import Asking
from ki67.app.quota import holding
from ki67.app.service import At
from ki67.app.words import Asked, Name, NewPassword, Password

router = APIRouter(prefix="/v1/me", tags=["sign in"])


class MeView(BaseModel):
    """Who one is, and how much one keeps."""

    id: str
    login: str
    name: str
    is_administrator: bool
    kept_bytes: int
    may_keep_bytes: int


class MeChange(Asked):
    """What one may change of oneself."""

    name: Name


class NewOwnPassword(Asked):
    """A change of password needs the one of today."""

    old: Password
    new: NewPassword


def me_view(at: At, account_id: str) -> MeView:
    """The account as its owner sees it."""
    with at.database.reading() as session:
        held = holding(session, account_id)
    account = held.account
    return MeView(
        id=account.id, login=account.login, name=account.name, is_administrator=account.is_administrator,
        kept_bytes=held.bytes, may_keep_bytes=held.quota(at.settings.caps),
    )  # fmt: skip


@router.get("")
def me(who: Asking, at: At) -> MeView:
    """Who one is."""
    return me_view(at, who.account_id)


@router.patch("")
def change_me(change: MeChange, who: Asking, at: At) -> MeView:
    """Another name for oneself."""
    with at.database.writing() as session:
        own.rename(session, who, change.name)
    return me_view(at, who.account_id)


@router.post("/password", status_code=HTTPStatus.NO_CONTENT)
def change_password(change: NewOwnPassword, who: Asking, at: At) -> None:
    """Another password; every other browser is signed out."""
    own.change_password(at, who, change.old.get_secret_value(), change.new.get_secret_value())
