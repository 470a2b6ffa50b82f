"""Cases: opened once, and listed a page at a time."""

from collections.abc import Sequence
from http import HTTPStatus

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.problems import Problem
from ki67.app.store.deletion import hold_account
from ki67.app.store.log import append
from ki67.app.store.rows import Case
from ki67.app.visible import own_case


def opened(session: Session, who: Who, case: Case) -> tuple[Case, bool]:
    """A case of somebody's own, or the one that they opened by this id before; and whether it is new."""
    hold_account(session, who.account_id)
    before = session.get(Case, case.id)
    if before is not None and before.owner_id != who.account_id:
        raise Problem(HTTPStatus.CONFLICT, "another case has this id; give yours a new one")
    if before is not None:
        return before, False
    session.add(case)
    session.flush()
    append(session, who.account_id, "case.opened", case.id)
    return case, True


def own_cases(session: Session, who: Who, after: str | None, limit: int) -> Sequence[Case]:
    """The newest first; a page begins behind the case that ended the one before."""
    asked = select(Case).where(Case.owner_id == who.account_id)
    if after is not None:
        last = own_case(session, who.account_id, after)
        asked = asked.where(tuple_(Case.created_at, Case.id) < tuple_(last.created_at, last.id))
    return session.scalars(asked.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)).all()
