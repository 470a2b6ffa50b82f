"""Blind means blind: the one door to every answer that is not one's own."""

import hashlib
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.opinions.seen import Sight, note_seen, unseen
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


def eyes(session: Session, who: Who, case: Case) -> Eyes:
    """A case that is read blind is so for everybody, a blind assignment for the one who has it."""
    account_id = who.account_id
    handed = select(Assignment.blind).where(
        Assignment.case_id == case.id, Assignment.to_id == account_id, Assignment.withdrawn_at.is_(None)
    )
    own = select(Review.picture_id).join(Picture).where(Picture.case_id == case.id, Review.account_id == account_id)
    said = frozenset(session.scalars(own))
    pictures, scored = session.execute(select(func.count(), SCORED).where(Picture.case_id == case.id)).one()
    blind = case.blind or any(session.scalars(handed))
    return Eyes(case.owner_id == account_id, blind, pictures, scored, len(said), said)


def may_see(session: Session, who: Who, picture: Picture) -> bool:
    """Whether answers on a picture may go to somebody who may see its case."""
    return eyes(session, who, visible_case(session, who.account_id, picture.case_id)).may_see(picture.id)


def refuse_the_blind(allowed: bool) -> None:
    """The line that tells a blind reader how to go on."""
    if not allowed:
        raise Problem(HTTPStatus.FORBIDDEN, "this case is read blind: give your own count, estimate or cells first")


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
        new = unseen(session, who, [Sight(picture_id)])
    if new:
        with database.writing() as session:
            note_seen(session, who, new)
    return picture


def blind_place(who: Who, picture_id: str) -> str:
    """By what the pictures of a case are ordered for a reader who must not know their order: another for each reader."""
    return hashlib.sha256(f"{who.account_id}/{picture_id}".encode()).hexdigest()
