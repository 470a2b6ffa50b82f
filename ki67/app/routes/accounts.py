"""Accounts, for administrators: who there is, who may get in, how much they may keep. No case is seen from here."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ki67.app.access import accounts, links
from ki67.app.access.who import Asking
from ki67.app.quota import Holding, holding, holdings
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.words import Asked, Id

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
MOST_BYTES = 2**53  # that every reader of JSON counts exactly


class AccountView(BaseModel):
    """An account as administrators see it."""

    id: str
    login: str
    name: str
    is_administrator: bool
    created_at: datetime
    disabled_at: datetime | None
    kept_bytes: int
    may_keep_bytes: int


class AccountChange(Asked):
    """What is not named stays as it is."""

    is_administrator: bool | None = None
    disabled: bool | None = None
    may_keep_bytes: Annotated[int, Field(ge=0, le=MOST_BYTES)] | None = None


class NewInvitation(Asked):
    """A link for a newcomer."""

    kind: Literal["invitation"]
    administrator: bool = False


class NewReset(Asked):
    """A link for somebody who lost their password."""

    kind: Literal["reset"]
    account_id: Id


class LinkView(BaseModel):
    """A link that was just made: the one time that it is told. Hand it over yourself; no mail is sent."""

    link: str
    token: str


@router.get("")
def all_accounts(who: Asking, at: At) -> list[AccountView]:
    """Every account."""
    with at.database.reading() as session:
        return [account_view(at, held) for held in holdings(session)]


@router.patch("/{account_id}", responses=refusals(409))
def change_account(account_id: Id, change: AccountChange, who: Asking, at: At) -> AccountView:
    """Shut or open an account, make or unmake an administrator, set how much it may keep."""
    with at.database.writing() as session:
        accounts.change_account(session, who.account_id, account_id, accounts.Change(**change.model_dump()))
        held = holding(session, account_id)
    return account_view(at, held)


@router.post("/links", status_code=HTTPStatus.CREATED)
def new_link(new: Annotated[NewInvitation | NewReset, Field(discriminator="kind")], who: Asking, at: At) -> LinkView:
    """A link to join, or to set a new password."""
    with at.database.writing() as session:
        if isinstance(new, NewReset):
            token = links.new_reset(session, who.account_id, new.account_id)
        else:
            token = links.new_invitation(session, who.account_id, new.administrator)
    return LinkView(link=links.link_address(at.settings.origin, token), token=token)


def account_view(at: At, held: Holding) -> AccountView:
    """A row for an administrator."""
    account = held.account
    return AccountView(
        id=account.id, login=account.login, name=account.name, is_administrator=account.is_administrator,
        created_at=account.created_at, disabled_at=account.disabled_at, kept_bytes=held.bytes,
        may_keep_bytes=held.quota(at.settings.caps),
    )  # fmt: skip
