"""Reviews: a reader's own count, estimate or cells, never changed, only superseded; blind where nothing had been seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.opinions.assignments import ACTIVE
from ki67.app.opinions.blind import may_see
from ki67.app.opinions.seen import Sight, has_seen, hold_pictures, note_seen
from ki67.app.problems import Problem, not_found
from ki67.app.store.log import append
from ki67.app.store.rows import Assignment, Picture, Review
from ki67.app.store.rows.opinions import ReviewKind, Start
from ki67.app.visible import visible_picture
from ki67.cells.scores import Scores


@dataclass(frozen=True)
class Answer:
    """What a reader says of a picture, and what they say that they began with."""

    kind: ReviewKind
    n_positive: int | None = None
    n_negative: int | None = None
    estimate: float | None = None
    cells: str | None = None  # a file
    started_from: Start = "nothing"
    comment: str = ""


@dataclass(frozen=True)
class Offer:
    """An opinion as it is sent: with an id of the sender's, so that it is kept once however often it comes."""

    id: str
    answer: Answer
    shown_network: bool  # by a device that counts by itself

    @property
    def files(self) -> Sequence[str]:
        """What has to be kept with it."""
        return [self.answer.cells] if self.answer.cells else []


def give(session: Session, who: Who, picture: Picture, offer: Offer) -> tuple[Review, bool]:
    """Add an opinion, or find the one that came before; and whether it is new."""
    hold_pictures(session, [picture.id])
    before = session.get(Review, offer.id)
    if before is not None:
        return same(before, who, picture, offer.answer), False
    if offer.shown_network:
        note_seen(session, who, [Sight(picture.id)])
    return added(session, who, picture, offer), True


def same(before: Review, who: Who, picture: Picture, answer: Answer) -> Review:
    """The review that has the id already, where it is this one."""
    told = {name: getattr(before, name) for name in vars(answer)}
    if (before.account_id, before.picture_id, told) != (who.account_id, picture.id, vars(answer)):
        raise Problem(HTTPStatus.CONFLICT, "another review has this id; give yours a new one")
    return before


def added(session: Session, who: Who, picture: Picture, offer: Offer) -> Review:
    """A new one. Blind is what the server finds: no answer of anybody else had gone out to them, and they say so too."""
    answer, seen, last = offer.answer, has_seen(session, who, picture.id), latest(session, who, picture.id)
    if answer.started_from != "nothing" and answer.started_from not in seen:
        raise Problem(HTTPStatus.CONFLICT, f"you were not shown the {answer.started_from} that you say you began with")
    review = Review(
        id=offer.id, picture_id=picture.id, account_id=who.account_id, assignment_id=assignment_of(session, who, picture.case_id),
        supersedes=last.id if last else None, blind=not seen, **vars(answer),
    )  # fmt: skip
    session.add(review)
    session.flush()
    append(session, who.account_id, "review.given", review.id, picture=picture.id, kind=review.kind, blind=review.blind)
    return review


def refuse_other_kind(picture: Picture, kind: ReviewKind) -> None:
    """Cells are counted in fields, tumour is outlined on slides."""
    if (kind == "share") != (picture.kind == "slide"):
        own = "share, how much of its tissue is tumour" if picture.kind == "slide" else "count, estimate or cells"
        raise Problem(HTTPStatus.CONFLICT, f"picture: is a {picture.kind}; give an opinion of kind {own}")


def latest(session: Session, who: Who, picture_id: str) -> Review | None:
    """Somebody's review of a picture that no other supersedes."""
    later = select(Review.supersedes).where(Review.picture_id == picture_id, Review.supersedes.is_not(None))
    own = select(Review).where(Review.picture_id == picture_id, Review.account_id == who.account_id)
    return session.scalar(own.where(Review.id.not_in(later)))


def assignment_of(session: Session, who: Who, case_id: str) -> str | None:
    """By which assignment somebody reads a case, where it is not their own."""
    asked = select(Assignment.id).where(Assignment.case_id == case_id, Assignment.to_id == who.account_id, ACTIVE)
    return session.scalar(asked.order_by(Assignment.created_at.desc()).limit(1))


def of_picture(session: Session, who: Who, picture: Picture) -> Sequence[Review]:
    """All reviews of a picture that may go out to somebody; a blind reader's are their own."""
    asked = select(Review).where(Review.picture_id == picture.id)
    if not may_see(session, who, picture):
        asked = asked.where(Review.account_id == who.account_id)
    return session.scalars(asked.order_by(Review.created_at, Review.id)).all()


def shown(session: Session, who: Who, review_id: str) -> tuple[Review, Picture]:
    """A review that may go out to somebody, and its picture; for the blind another's is not there."""
    review = session.get(Review, review_id)
    if review is None:
        raise not_found()
    picture = visible_picture(session, who.account_id, review.picture_id)
    if review.account_id != who.account_id and not may_see(session, who, picture):
        raise not_found()
    return review, picture


def sights(who: Who, reviews: Sequence[Review]) -> list[Sight]:
    """Of reviews that go out, those that are another's."""
    return [Sight(review.picture_id, "review", review.id) for review in reviews if review.account_id != who.account_id]


def index_of(review: Review) -> float | None:
    """The Ki-67 index that a review comes to; none without tumour cells."""
    if review.kind == "share":
        return None
    if review.kind == "estimate":
        return review.estimate
    index = Scores(review.n_positive or 0, review.n_negative or 0).ki67_index
    return None if math.isnan(index) else index


def marks_of(review: Review) -> str:
    """The file of a review's cells; a count and an estimate have none."""
    if review.cells is None:
        raise Problem(HTTPStatus.CONFLICT, f"this review is one of kind {review.kind}: it marks no cells")
    return review.cells
