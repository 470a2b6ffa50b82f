"""Cases: opened, named, saved, listed, deleted for good."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from ki67.app.access.who import Asking
from ki67.app.cases import opened, own_cases
from ki67.app.opinions.blind import Standing, eyes, standings
from ki67.app.routes.refusals import Responses, refusals
from ki67.app.service import At
from ki67.app.store.deletion import delete_case
from ki67.app.store.log import append
from ki67.app.store.rows import Case
from ki67.app.store.rows.base import new_id, now
from ki67.app.visible import own_case, visible_case
from ki67.app.words import Asked, Id, Name

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class NewCase(Asked):
    """A case is a draft until it is saved; one that is read blind shows its owner nothing before their own opinion either."""

    id: Annotated[Id | None, Field(description="of your own making: opened again, it is the same case")] = None
    name: Name
    blind: bool = False


class CaseChange(Asked):
    """What is left out stays."""

    name: Name | None = None
    blind: bool | None = None
    saved: Literal[True] | None = None


class CaseView(BaseModel):
    """A case as one reader sees it; to a blind one it has no name and no times."""

    id: str
    mine: bool
    blind: bool  # for this reader
    opened: bool  # nothing is kept back from this reader, or not any more
    n_pictures: int
    n_scored: int
    n_said: int  # pictures of which this reader's opinion is in
    name: str | None = None
    created_at: datetime | None = None
    saved_at: datetime | None = None

    @classmethod
    def of(cls, case: Case, reader: Standing) -> Self:
        """For one reader."""
        view = cls(
            id=case.id, mine=reader.owner, blind=reader.blind, opened=reader.opened,
            n_pictures=reader.pictures, n_scored=reader.scored, n_said=reader.said,
        )  # fmt: skip
        told = {"name": case.name, "created_at": case.created_at, "saved_at": case.saved_at}
        return view.model_copy(update=told) if reader.knows_the_case else view


class CasesView(BaseModel):
    """A page of one's own cases, the newest first; ask for the next with `after`."""

    cases: list[CaseView]
    after: str | None


OPENED_BEFORE: Responses = {HTTPStatus.OK: {"model": CaseView, "description": "opened before"}}


@router.post("", status_code=HTTPStatus.CREATED, responses=OPENED_BEFORE | refusals(HTTPStatus.CONFLICT))
def open_case(at: At, who: Asking, new: NewCase, response: Response) -> CaseView:
    """Begin a case; the same one again, by its id, is answered with 200 and stays as it is."""
    with at.database.writing() as session:
        case, is_new = opened(session, who, Case(id=new.id or new_id(), owner_id=who.account_id, name=new.name, blind=new.blind))
        response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return CaseView.of(case, eyes(session, who, case))


@router.get("", responses=refusals(404))
def list_cases(at: At, who: Asking, after: Id | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> CasesView:
    """One's own cases; those of others are in the inbox."""
    with at.database.reading() as session:
        cases = own_cases(session, who, after, limit)
        found = standings(session, who, cases)
    views = [CaseView.of(case, standing) for case, standing in zip(cases, found, strict=True)]
    return CasesView(cases=views, after=cases[-1].id if len(cases) == limit else None)


@router.get("/{case_id}", responses=refusals(404))
def get_case(at: At, who: Asking, case_id: Id) -> CaseView:
    """A case of one's own, or one that was handed over."""
    with at.database.reading() as session:
        case = visible_case(session, who.account_id, case_id)
        return CaseView.of(case, eyes(session, who, case))


@router.patch("/{case_id}", responses=refusals(404))
def change_case(at: At, who: Asking, case_id: Id, change: CaseChange) -> CaseView:
    """Name it anew, save it, have it read blind."""
    with at.database.writing() as session:
        case = own_case(session, who.account_id, case_id)
        case.name = case.name if change.name is None else change.name
        case.blind = case.blind if change.blind is None else change.blind
        case.saved_at = now() if change.saved and case.saved_at is None else case.saved_at
        append(session, who.account_id, "case.changed", case.id, changed=sorted(change.model_dump(exclude_none=True)))
        return CaseView.of(case, eyes(session, who, case))


@router.delete("/{case_id}", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404))
def remove_case(at: At, who: Asking, case_id: Id) -> None:
    """Delete a case for good: rows, files, cells, reviews. The log keeps ids."""
    with at.database.reading() as session:
        own_case(session, who.account_id, case_id)
    delete_case(at.database, at.files, case_id, by=who.account_id)
