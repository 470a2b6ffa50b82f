"""Cases handed over for a second opinion, done, and taken back."""

from collections.abc import Sequence
from http import HTTPStatus

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.problems import Problem, not_found
from ki67.app.store.log import append
from ki67.app.store.rows import Account, Assignment, Contact
from ki67.app.store.rows.base import now
from ki67.app.visible import own_case

ACTIVE = Assignment.withdrawn_at.is_(None)


def hand_over(session: Session, who: Who, case_id: str, to_id: str, blind: bool, message: str) -> Assignment:
    """A case of one's own to a contact, once at a time; who hands a case over keeps it, so it is no draft any more."""
    case = own_case(session, who.account_id, case_id)
    refuse_strangers(session, who, to_id)
    if session.scalar(select(Assignment.id).where(Assignment.case_id == case_id, Assignment.to_id == to_id, ACTIVE)):
        raise Problem(HTTPStatus.CONFLICT, "they have this case already; take it back first")
    case.saved_at = case.saved_at or now()
    assignment = Assignment(case_id=case_id, from_id=who.account_id, to_id=to_id, blind=blind, message=message)
    session.add(assignment)
    session.flush()
    append(session, who.account_id, "case.handed_over", case_id, assignment=assignment.id, to=to_id, blind=blind)
    return assignment


def refuse_strangers(session: Session, who: Who, to_id: str) -> None:
    """Only a contact with an open account can be asked; who hands over at the same moment waits here."""
    contact = session.get(Contact, (who.account_id, to_id), with_for_update=True)
    account = session.get(Account, to_id)
    if contact is None or account is None or account.disabled_at:
        raise Problem(HTTPStatus.CONFLICT, "they are none of your contacts; add them first")


def of_case(session: Session, who: Who, case_id: str) -> Sequence[Assignment]:
    """To whom an owner handed a case, those that were taken back included."""
    own_case(session, who.account_id, case_id)
    asked = select(Assignment).where(Assignment.case_id == case_id)
    return session.scalars(asked.order_by(Assignment.created_at, Assignment.id)).all()


def inbox(session: Session, who: Who, after: str | None, limit: int) -> Sequence[Assignment]:
    """What was handed to somebody and not taken back, the newest first, a page at a time."""
    asked = select(Assignment).where(Assignment.to_id == who.account_id, ACTIVE)
    if after is not None:
        last = handed(session, who, after)
        asked = asked.where(tuple_(Assignment.created_at, Assignment.id) < tuple_(last.created_at, last.id))
    return session.scalars(asked.order_by(Assignment.created_at.desc(), Assignment.id.desc()).limit(limit)).all()


def handed(session: Session, who: Who, assignment_id: str) -> Assignment:
    """One that somebody has."""
    return found(
        session.scalar(select(Assignment).where(Assignment.id == assignment_id, Assignment.to_id == who.account_id, ACTIVE))
    )


def found(assignment: Assignment | None) -> Assignment:
    """Or the answer for what is not there."""
    if assignment is None:
        raise not_found()
    return assignment


def finish(session: Session, who: Who, assignment_id: str) -> Assignment:
    """Say that one's opinion is given; the first time counts."""
    assignment = handed(session, who, assignment_id)
    if assignment.done_at is None:
        assignment.done_at = now()
        append(session, who.account_id, "assignment.done", assignment_id)
    return assignment


def take_back(session: Session, who: Who, assignment_id: str) -> None:
    """From now on they see the case no more; the opinions that they gave stay."""
    assignment = found(
        session.scalar(select(Assignment).where(Assignment.id == assignment_id, Assignment.from_id == who.account_id))
    )
    if assignment.withdrawn_at is None:
        assignment.withdrawn_at = now()
        append(session, who.account_id, "assignment.taken_back", assignment_id)
