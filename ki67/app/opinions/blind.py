"""Blind means blind: the one door to every answer that is not one's own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from ki67.app.access.who import Who
from ki67.app.opinions.seen import Sight, note_new
from ki67.app.problems import Problem
from ki67.app.store.database import Database
from ki67.app.store.rows import Assignment, Case, Picture, Review
from ki67.app.visible import visible_case, visible_picture

SCORED = func.count().filter(Picture.state == "scored")


@dataclass(frozen=True)
class Standing:
    """Where a reader stands with a case at this moment."""

    owner: bool
    blind: bool  # nothing that tells, picture by picture, before their own opinion of it is in
    pictures: int
    scored: int
    said: int  # pictures of which their opinion is in

    @property
    def opened(self) -> bool:
        """What belongs to a case as a whole tells of all its pictures: it waits for the last opinion."""
        return not self.blind or 0 < self.pictures <= self.said

    @property
    def knows_the_case(self) -> bool:
        """Its name, its times and the order of its pictures: an owner gave them, other readers wait."""
        return self.owner or self.opened


@dataclass(frozen=True)
class Eyes(Standing):
    """What a reader may see of a case, picture by picture."""

    said_of: frozenset[str]

    def may_see(self, picture_id: str) -> bool:
        """Whether the network's and other readers' answers on a picture may go out."""
        return not self.blind or picture_id in self.said_of


def said_by(account_id: str) -> ColumnElement[bool]:
    """A condition on pictures: somebody's opinion is in. Asked picture by picture, not of all that they ever said."""
    mine = aliased(Review)
    return exists().where(mine.picture_id == Picture.id, mine.account_id == account_id)


def standings(session: Session, who: Who, cases: Sequence[Case]) -> list[Standing]:
    """A case that is read blind is so for everybody, a blind assignment for the one who has it."""
    ids, me = [case.id for case in cases], who.account_id
    blind = select(Assignment.case_id).where(
        Assignment.case_id.in_(ids), Assignment.to_id == me, Assignment.withdrawn_at.is_(None), Assignment.blind
    )
    counted = select(Picture.case_id, func.count(), SCORED, func.count().filter(said_by(me)))
    pictures = session.execute(counted.where(Picture.case_id.in_(ids)).group_by(Picture.case_id))
    handed_blind, counts = set(session.scalars(blind)), {case_id: numbers for case_id, *numbers in pictures}
    return [
        Standing(case.owner_id == me, case.blind or case.id in handed_blind, *counts.get(case.id, (0, 0, 0))) for case in cases
    ]


def eyes(session: Session, who: Who, case: Case) -> Eyes:
    """The same of one case, with its pictures."""
    own = select(Picture.id).where(Picture.case_id == case.id, said_by(who.account_id))
    [standing] = standings(session, who, [case])
    return Eyes(**vars(standing), said_of=frozenset(session.scalars(own)))


def may_see(session: Session, who: Who, picture: Picture) -> bool:
    """Whether answers on a picture may go to somebody who may see its case."""
    return eyes(session, who, visible_case(session, who.account_id, picture.case_id)).may_see(picture.id)


def owner_sees(account_id: str) -> ColumnElement[bool]:
    """The same for an owner over all their cases, as a condition on pictures joined with cases."""
    return and_(Case.owner_id == account_id, or_(Case.blind.is_(False), said_by(account_id)))


def refuse_the_blind(allowed: bool) -> None:
    """The line that tells a blind reader how to go on."""
    if not allowed:
        how = "give your own count, estimate or cells first, of a slide the share that is tumour"
        raise Problem(HTTPStatus.FORBIDDEN, f"this case is read blind: {how}")


def opened_case(session: Session, who: Who, case_id: str) -> Case:
    """A case whose answers may all go out."""
    case = visible_case(session, who.account_id, case_id)
    refuse_the_blind(eyes(session, who, case).opened)
    return case


def shown_picture(database: Database, who: Who, picture_id: str) -> Picture:
    """A picture of which the network's answer goes out next: refused to the blind, noted the first time."""
    with database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        refuse_the_blind(may_see(session, who, picture))
    note_new(database, who, [Sight(picture_id)])
    return picture


def blind_place(who: Who, picture_id: str) -> str:
    """By what the pictures of a case are ordered for a reader who must not know their order: another for each reader."""
    return hashlib.sha256(f"{who.account_id}/{picture_id}".encode()).hexdigest()
