"""A student's review judged cell by cell, by the network or by another reader."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session

from ki67.app.access.who import Asking
from ki67.app.opinions.blind import may_see, refuse_the_blind
from ki67.app.opinions.reviews import marks_of, shown, sights
from ki67.app.opinions.seen import Sight, note_new
from ki67.app.problems import Problem, not_found
from ki67.app.routes.figures import defined
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.store.cells import kept_cells
from ki67.app.store.rows import Case, Picture, Result
from ki67.app.words import Id
from ki67.cells.cells import Cells

router = APIRouter(prefix="/v1/reviews", tags=["learning"])


class ClassView(BaseModel):
    """How well one class was found, as the study counts it; a figure that is not defined is null."""

    label: str
    hits: int
    false_alarms: int
    misses: int
    precision: float | None
    recall: float | None
    f1: float | None


class VerdictView(BaseModel):
    """What became of one cell; it lies where the student put it, and a miss where the reference has it."""

    outcome: Literal["hit", "other_class", "miss", "false_alarm"]
    x: float
    y: float
    said: str | None
    meant: str | None


class JudgedView(BaseModel):
    """A review against a reference; two cells within the radius can be the same one."""

    review_id: str
    radius_px: float
    classes: list[ClassView]
    cells: list[VerdictView]


@router.get("/{review_id}/against-network", responses=refusals(403, 404, 409))
def judge_by_network(at: At, who: Asking, review_id: Id) -> JudgedView:
    """The cells of a review against those that the network found."""
    with at.database.reading() as session:
        review, picture = shown(session, who, review_id)
        refuse_the_blind(may_see(session, who, picture))
        result, owner_id = session.get(Result, picture.id), session.get_one(Case, picture.case_id).owner_id
        um_per_px = scale_of(session, picture)
    if result is None:
        raise not_found()
    marked = kept_cells(at.files, owner_id, marks_of(review))
    note_new(at.database, who, [*sights(who, [review]), Sight(picture.id)])
    return judged(review_id, kept_cells(at.files, owner_id, result.cells), marked, um_per_px)


@router.get("/{review_id}/against/{other_id}", responses=refusals(404, 409))
def judge_by_reader(at: At, who: Asking, review_id: Id, other_id: Id) -> JudgedView:
    """The cells of a review against those of another of the same picture."""
    with at.database.reading() as session:
        (review, picture), (other, same) = (shown(session, who, one) for one in (review_id, other_id))
        owner_id, um_per_px = session.get_one(Case, picture.case_id).owner_id, scale_of(session, picture)
    if picture.id != same.id:
        raise Problem(HTTPStatus.CONFLICT, "the two reviews are of different pictures")
    reference, marked = (kept_cells(at.files, owner_id, marks_of(one)) for one in (other, review))
    note_new(at.database, who, sights(who, [review, other]))
    return judged(review_id, reference, marked, um_per_px)


def scale_of(session: Session, picture: Picture) -> float:
    """Micrometres of a pixel: how near is near is told in these."""
    result = session.get(Result, picture.id)
    um_per_px = result.um_per_px if result else picture.um_per_px
    if um_per_px is None:
        raise Problem(HTTPStatus.CONFLICT, "the picture's scale is not known; give its micrometres per pixel first")
    return um_per_px


def judged(review_id: str, reference: Cells, marked: Cells, um_per_px: float) -> JudgedView:
    """The view; what judges is loaded when the first is judged."""
    from ki67.app.opinions.judged import RADIUS_UM, counts, judge

    radius = RADIUS_UM / um_per_px
    classes = [
        ClassView(
            label=label, hits=c.tp, false_alarms=c.fp, misses=c.fn, precision=defined(c.precision), recall=defined(c.recall),
            f1=defined(c.f1),
        ) for label, c in counts(reference, marked, radius).items()
    ]  # fmt: skip
    cells = [VerdictView(**vars(verdict)) for verdict in judge(reference, marked, radius)]
    return JudgedView(review_id=review_id, radius_px=radius, classes=classes, cells=cells)
