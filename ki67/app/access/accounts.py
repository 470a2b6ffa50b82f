"""Accounts, as administrators change them: who may get in, and how much they may keep."""

from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ki67.app.problems import Problem, not_found
from ki67.app.store.log import append
from ki67.app.store.rows import Account, ApiToken, Passkey, SignIn
from ki67.app.store.rows.base import now


@dataclass(frozen=True)
class Change:
    """What an administrator changes of an account; none leaves it as it is."""

    is_administrator: bool | None = None
    disabled: bool | None = None
    may_keep_bytes: int | None = None


def add_account(session: Session, account: Account) -> Account:
    """A newcomer, whose login nobody has."""
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:
        raise Problem(HTTPStatus.CONFLICT, "somebody has this login; take another") from error
    append(session, account.id, "account.opened", account.id, administrator=account.is_administrator)
    return account


def change_account(session: Session, by: str, account_id: str, change: Change) -> None:
    """Shut or open an account, make or unmake an administrator, set a quota. One administrator always stays."""
    one_change_at_a_time(session)
    account = session.get(Account, account_id)
    if account is None:
        raise not_found()
    if change.is_administrator is not None:
        account.is_administrator = change.is_administrator
    if change.disabled is not None:
        shut(session, account) if change.disabled else reopen(account)
    if change.may_keep_bytes is not None:
        account.may_keep_bytes = change.may_keep_bytes
    refuse_to_leave_none(session)
    append(session, by, "account.changed", account_id, administrator=account.is_administrator, shut=bool(account.disabled_at))


def shut(session: Session, account: Account) -> None:
    """Nobody gets in by it any more, from this moment; what it owns stays."""
    account.disabled_at = account.disabled_at or now()
    session.execute(delete(SignIn).where(SignIn.account_id == account.id))


def reopen(account: Account) -> None:
    """Its owner gets in again."""
    account.disabled_at = None


def one_change_at_a_time(session: Session) -> None:
    """Two administrators who shut each other at once would leave none; the second waits and sees what the first did."""
    session.execute(select(Account.id).where(Account.is_administrator).order_by(Account.id).with_for_update())


def refuse_to_leave_none(session: Session) -> None:
    """Somebody must be able to let others in."""
    session.flush()
    if session.scalar(select(Account.id).where(Account.is_administrator, Account.disabled_at.is_(None)).limit(1)) is None:
        raise Problem(HTTPStatus.CONFLICT, "an administrator must stay who can sign in; make another one first")


def end_every_way_in(session: Session, account_id: str) -> None:
    """No browser, program or passkey of before opens this account."""
    for rows in (SignIn, ApiToken, Passkey):
        session.execute(delete(rows).where(rows.account_id == account_id))
