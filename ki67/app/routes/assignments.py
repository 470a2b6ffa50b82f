"""Second opinions asked for, the inbox of who was asked, and their word that it is done."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.who import Asking, Who
from ki67.app.opinions import assignments
from ki67.app.opinions.blind import standings
from ki67.app.routes.contacts import PersonView, persons
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.store.rows import Assignment, Case
from ki67.app.words import Asked, Id, Text

router = APIRouter(prefix="/v1", tags=["second opinions"])


class NewAssignment(Asked):
    """Whom to ask; blind unless one says otherwise."""

    to_id: Id
    blind: bool = True
    message: Text = ""


class AssignmentView(BaseModel):
    """A case in somebody's hands; a blind reader learns its name with the last of their own opinions."""

    id: str
    case_id: str
    case_name: str | None
    by: PersonView
    to: PersonView
    blind: bool
    message: str
    n_pictures: int
    n_said: int  # pictures of which the asking reader's opinion is in
    created_at: datetime
    done_at: datetime | None
    withdrawn_at: datetime | None


class InboxView(BaseModel):
    """A page of what was handed to one, the newest first; ask for the next with `after`."""

    assignments: list[AssignmentView]
    after: str | None


def views(session: Session, who: Who, found: Sequence[Assignment]) -> list[AssignmentView]:
    """Each with its case as far as who asks may know it."""
    cases = session.scalars(select(Case).where(Case.id.in_({one.case_id for one in found}))).all()
    known = {case.id: (case, reader) for case, reader in zip(cases, standings(session, who, cases), strict=True)}
    people = persons(session, {account_id for one in found for account_id in (one.from_id, one.to_id)})
    made = []
    for one in found:
        case, reader = known[one.case_id]
        made.append(AssignmentView(
            id=one.id, case_id=case.id, case_name=case.name if reader.knows_the_case else None, by=people[one.from_id],
            to=people[one.to_id], blind=one.blind, message=one.message, n_pictures=reader.pictures, n_said=reader.said,
            created_at=one.created_at, done_at=one.done_at, withdrawn_at=one.withdrawn_at,
        ))  # fmt: skip
    return made


@router.post("/cases/{case_id}/assignments", status_code=HTTPStatus.CREATED, responses=refusals(404, 409))
def ask_for_opinion(at: At, who: Asking, case_id: Id, new: NewAssignment) -> AssignmentView:
    """Hand a case of one's own to a contact."""
    with at.database.writing() as session:
        made = assignments.hand_over(session, who, case_id, new.to_id, new.blind, new.message)
        return views(session, who, [made])[0]


@router.get("/cases/{case_id}/assignments", responses=refusals(404))
def list_assignments(at: At, who: Asking, case_id: Id) -> list[AssignmentView]:
    """Whom the owner of a case asked."""
    with at.database.reading() as session:
        return views(session, who, assignments.of_case(session, who, case_id))


@router.get("/assignments", responses=refusals(404))
def read_inbox(at: At, who: Asking, after: Id | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> InboxView:
    """What others asked one for."""
    with at.database.reading() as session:
        found = assignments.inbox(session, who, after, limit)
        return InboxView(assignments=views(session, who, found), after=found[-1].id if len(found) == limit else None)


@router.post("/assignments/{assignment_id}/done", responses=refusals(404))
def finish_assignment(at: At, who: Asking, assignment_id: Id) -> AssignmentView:
    """One's opinion is given."""
    with at.database.writing() as session:
        return views(session, who, [assignments.finish(session, who, assignment_id)])[0]


@router.delete("/assignments/{assignment_id}", status_code=HTTPStatus.NO_CONTENT, responses=refusals(404))
def take_assignment_back(at: At, who: Asking, assignment_id: Id) -> None:
    """Whom one asked sees the case no more."""
    with at.database.writing() as session:
        assignments.take_back(session, who, assignment_id)
