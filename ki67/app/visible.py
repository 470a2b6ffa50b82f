"""The one rule of who may see what: a case is its owner's, and theirs to whom it was handed until that is taken back."""

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from ki67.app.problems import not_found
from ki67.app.store.rows import Assignment, Case, Picture


def visible(account_id: str) -> ColumnElement[bool]:
    """A condition on cases. Everything else that somebody sees hangs on a case."""
    handed = exists().where(Assignment.case_id == Case.id, Assignment.to_id == account_id, Assignment.withdrawn_at.is_(None))
    return or_(Case.owner_id == account_id, handed)


def visible_case(session: Session, account_id: str, case_id: str) -> Case:
    """The case, or the answer that is the same for what is not there."""
    found = session.scalar(select(Case).where(Case.id == case_id, visible(account_id)))
    if found is None:
        raise not_found()
    return found


def own_case(session: Session, account_id: str, case_id: str) -> Case:
    """The case of an owner, who alone may change it."""
    found = session.scalar(select(Case).where(Case.id == case_id, Case.owner_id == account_id))
    if found is None:
        raise not_found()
    return found


def visible_picture(session: Session, account_id: str, picture_id: str) -> Picture:
    """A picture of a visible case."""
    found = session.scalar(select(Picture).join(Case).where(Picture.id == picture_id, visible(account_id)))
    if found is None:
        raise not_found()
    return found
