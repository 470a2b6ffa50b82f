"""Cases as lists show them: a page at a time, each with how far it is."""

from collections.abc import Sequence

from sqlalchemy import distinct, func, select, tuple_
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.opinions.blind import SCORED, Standing
from ki67.app.store.rows import Case, Picture, Review
from ki67.app.visible import own_case


def own_cases(session: Session, who: Who, after: str | None, limit: int) -> Sequence[Case]:
    """The newest first; a page begins behind the case that ended the one before."""
    asked = select(Case).where(Case.owner_id == who.account_id)
    if after is not None:
        last = own_case(session, who.account_id, after)
        asked = asked.where(tuple_(Case.created_at, Case.id) < tuple_(last.created_at, last.id))
    return session.scalars(asked.order_by(Case.created_at.desc(), Case.id.desc()).limit(limit)).all()


def owner_standings(session: Session, who: Who, cases: Sequence[Case]) -> list[Standing]:
    """Where their owner stands with each, in two questions for all."""
    ids = [case.id for case in cases]
    counted = select(Picture.case_id, func.count(), SCORED).where(Picture.case_id.in_(ids)).group_by(Picture.case_id)
    reviewed = (
        select(Picture.case_id, func.count(distinct(Picture.id)))
        .join(Review, Review.picture_id == Picture.id)
        .where(Picture.case_id.in_(ids), Review.account_id == who.account_id)
        .group_by(Picture.case_id)
    )
    pictures = {case_id: (n, scored) for case_id, n, scored in session.execute(counted)}
    said = dict(session.execute(reviewed).all())
    return [Standing(True, case.blind, *pictures.get(case.id, (0, 0)), said.get(case.id, 0)) for case in cases]
