"""Tokens by which programs act for somebody, within the scopes that were given, for a time."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.tokens import hash_of, new_token
from ki67.app.access.who import Scope, Who
from ki67.app.problems import not_found
from ki67.app.store.log import append
from ki67.app.store.rows import ApiToken
from ki67.app.store.rows.base import now

MARK = "ki67_"  # so that those who look for leaked secrets know one when they see it


def new_api_token(session: Session, who: Who, name: str, scopes: Sequence[Scope], days: int) -> tuple[ApiToken, str]:
    """A row, and the token itself, which is told this once."""
    token = MARK + new_token()
    row = ApiToken(token_hash=hash_of(token), account_id=who.account_id, name=name, scopes=sorted(set(scopes)))
    row.ends_at = now() + timedelta(days)
    session.add(row)
    session.flush()
    append(session, who.account_id, "token.made", row.id, scopes=row.scopes)
    return row, token


def api_tokens_of(session: Session, account_id: str) -> Sequence[ApiToken]:
    """Every token of an account, the oldest first."""
    mine = select(ApiToken).where(ApiToken.account_id == account_id)
    return session.scalars(mine.order_by(ApiToken.created_at, ApiToken.id)).all()


def forget_api_token(session: Session, who: Who, token_id: str) -> None:
    """What holds it gets in no more."""
    row = session.scalar(select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == who.account_id))
    if row is None:
        raise not_found()
    session.delete(row)
    append(session, who.account_id, "token.forgotten", token_id)
