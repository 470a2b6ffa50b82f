"""What opens an account beside its password, programs' tokens and passkeys, as its owner sees them: listed, and forgotten."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.problems import not_found
from ki67.app.store.log import append
from ki67.app.store.rows import ApiToken, Passkey

Key = TypeVar("Key", ApiToken, Passkey)
FORGOTTEN: Mapping[type[ApiToken | Passkey], str] = {ApiToken: "token.forgotten", Passkey: "passkey.forgotten"}


def keys_of(session: Session, kind: type[Key], account_id: str) -> Sequence[Key]:
    """Every one of a kind of an account, the oldest first."""
    return session.scalars(select(kind).where(kind.account_id == account_id).order_by(kind.created_at, kind.id)).all()


def forget_key(session: Session, who: Who, kind: type[Key], key_id: str) -> None:
    """One of one's own, which opens the account no more."""
    row = session.scalar(select(kind).where(kind.id == key_id, kind.account_id == who.account_id))
    if row is None:
        raise not_found()
    session.delete(row)
    append(session, who.account_id, FORGOTTEN[kind], key_id)
