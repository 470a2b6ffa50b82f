"""Tokens for programs."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ki67.app.access.api_tokens import new_api_token
from ki67.app.access.keys import forget_key, keys_of
from ki67.app.access.who import Asking, Scope
from ki67.app.service import At
from ki67.app.store.rows import ApiToken
from ki67.app.words import Asked, Id, Name

router = APIRouter(prefix="/v1/tokens", tags=["tokens"])
USUAL_DAYS, MOST_DAYS = 90, 366


class NewToken(Asked):
    """What a program may do, and for how long."""

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = USUAL_DAYS


class TokenView(BaseModel):
    """A token, without what could be used of it."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    seen_at: datetime | None
    ends_at: datetime | None


class NewTokenView(TokenView):
    """A token that was just made: the one time that it is told."""

    token: str


@router.get("")
def tokens(who: Asking, at: At) -> list[TokenView]:
    """Every token of one's own."""
    with at.database.reading() as session:
        return [token_view(row) for row in keys_of(session, ApiToken, who.account_id)]


@router.post("", status_code=HTTPStatus.CREATED)
def new_token(new: NewToken, who: Asking, at: At) -> NewTokenView:
    """Make one. The answer tells it this once: `Authorization: Bearer ki67_…`."""
    with at.database.writing() as session:
        row, token = new_api_token(session, who, new.name, new.scopes, new.days)
    return NewTokenView(**token_view(row).model_dump(), token=token)


@router.delete("/{token_id}", status_code=HTTPStatus.NO_CONTENT)
def forget_token(token_id: Id, who: Asking, at: At) -> None:
    """Let it be good for nothing."""
    with at.database.writing() as session:
        forget_key(session, who, ApiToken, token_id)


def token_view(row: ApiToken) -> TokenView:
    """A row for its owner."""
    return TokenView(
        id=row.id, name=row.name, scopes=row.scopes, created_at=row.created_at, seen_at=row.seen_at, ends_at=row.ends_at
    )
