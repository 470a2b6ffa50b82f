"""Tokens by which programs act for somebody, within the scopes that were given, for a time."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from ki67.app.access.tokens import hash_of, new_token
from ki67.app.access.who import Scope, Who
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
