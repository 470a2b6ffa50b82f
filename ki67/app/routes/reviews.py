"""Reviews of a picture: given, read, and judged cell by cell."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from ki67.app.access.who import Asking
from ki67.app.opinions.marks import Marks, cells_of
from ki67.app.opinions.reviews import Answer, Offer, give, index_of, marks_of, of_picture, refuse_other_kind, shown, sights
from ki67.app.opinions.seen import note_new
from ki67.app.problems import Problem
from ki67.app.quota import add_marks
from ki67.app.routes.contacts import PersonView, persons
from ki67.app.routes.refusals import Responses, refusals
from ki67.app.service import At
from ki67.app.store.cells import geojson_of, keep_cells, kept_cells
from ki67.app.store.deletion import forget_unnamed, hold_files
from ki67.app.store.rows import Case, Picture, Review
from ki67.app.store.rows.base import new_id
from ki67.app.store.rows.opinions import ReviewKind, Start
from ki67.app.visible import visible_picture
from ki67.app.words import Asked, Id, Number, Share, Text
from ki67.cells.scores import score

router = APIRouter(prefix="/v1", tags=["reviews"])


class GeoJson(Response):
    """Objects that QuPath opens over a picture."""

    media_type = "application/geo+json"


class NewOpinion(Asked):
    """What every review says beside its answer; a corrected answer of the network is no opinion of one's own."""

    id: Annotated[Id | None, Field(description="of your own making: sent again, the review is kept once")] = None
    started_from: Start = "nothing"
    shown: Annotated[Literal["nothing", "network"], Field(description="by your own device, before this opinion")] = "nothing"
    comment: Text = ""


class NewCount(NewOpinion):
    """Cells counted by hand."""

    kind: Literal["count"]
    n_positive: Number
    n_negative: Number


class NewEstimate(NewOpinion):
    """An index by eye, from 0 to 1."""

    kind: Literal["estimate"]
    estimate: Share


class NewCells(NewOpinion):
    """Cells marked one by one."""

    kind: Literal["cells"]
    cells: Marks


class NewShare(NewOpinion):
    """How much of a slide's tissue is tumour, by eye, from 0 to 1."""

    kind: Literal["share"]
    estimate: Share


AnyReview = NewCount | NewEstimate | NewCells | NewShare
NewReview = Annotated[AnyReview, Field(discriminator="kind")]


class ReviewView(BaseModel):
    """An opinion; which came first and what had been seen before is the server's finding."""

    id: str
    picture_id: str
    by: PersonView
    kind: ReviewKind
    n_positive: int | None
    n_negative: int | None
    estimate: float | None
    index: float | None
    started_from: Start
    blind: bool
    supersedes: str | None
    comment: str
    created_at: datetime

    @classmethod
    def of(cls, review: Review, by: PersonView) -> Self:
        """With the index that it comes to."""
        return cls(
            id=review.id, picture_id=review.picture_id, by=by, kind=review.kind, n_positive=review.n_positive,
            n_negative=review.n_negative, estimate=review.estimate, index=index_of(review), started_from=review.started_from,
            blind=review.blind, supersedes=review.supersedes, comment=review.comment, created_at=review.created_at,
        )  # fmt: skip


GIVEN_BEFORE: Responses = {HTTPStatus.OK: {"model": ReviewView, "description": "given before"}}


@router.post(
    "/pictures/{picture_id}/reviews", status_code=HTTPStatus.CREATED, responses=GIVEN_BEFORE | refusals(404, 409)
)  # fmt: skip
def give_review(
    at: At, who: Asking, picture_id: Id, new: Annotated[NewReview, Body()], response: Response
) -> ReviewView:  # fmt: skip
    """Add an opinion; one's own before it is superseded, and stays. The same one again, by its id, is answered with 200."""
    with at.database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        owner_id = session.get_one(Case, picture.case_id).owner_id
    offer = Offer(new.id or new_id(), answer_of(at, owner_id, picture, new), new.shown == "network")
    try:
        with at.database.writing() as session:
            review, is_new = kept_once(session, at, who, picture_id, owner_id, offer)
            view = ReviewView.of(review, persons(session, [who.account_id])[who.account_id])
    except Problem:
        forget_unnamed(at.database, at.files, owner_id, offer.files)
        raise
    response.status_code = HTTPStatus.CREATED if is_new else HTTPStatus.OK
    return view


def kept_once(session: Session, at: At, who: Asking, picture_id: str, owner_id: str, offer: Offer) -> tuple[Review, bool]:
    """An opinion, and whether it is new; its cells count with what the case's owner keeps."""
    picture = visible_picture(session, who.account_id, picture_id)
    hold_files(session, at.files, owner_id, offer.files)
    review, is_new = give(session, who, picture, offer)
    if is_new:
        for digest in offer.files:
            add_marks(session, at.settings.caps, owner_id, picture, at.files.path(owner_id, digest))
    return review, is_new


def answer_of(at: At, owner_id: str, picture: Picture, new: AnyReview) -> Answer:
    """What was sent, its cells counted and kept with the case."""
    refuse_other_kind(picture, new.kind)
    if isinstance(new, NewCells):
        cells = cells_of(new.cells, picture)
        counts, digest = score(cells), keep_cells(at.files, owner_id, cells)
        return Answer("cells", counts.n_positive, counts.n_negative, None, digest, new.started_from, new.comment)
    return Answer(**new.model_dump(exclude={"id", "shown"}))


@router.get("/pictures/{picture_id}/reviews", responses=refusals(404))
def list_reviews(at: At, who: Asking, picture_id: Id) -> list[ReviewView]:
    """All reviews of a picture in their order; to a blind reader only their own."""
    with at.database.reading() as session:
        reviews = of_picture(session, who, visible_picture(session, who.account_id, picture_id))
        people = persons(session, [review.account_id for review in reviews])
    note_new(at.database, who, sights(who, reviews))
    return [ReviewView.of(review, people[review.account_id]) for review in reviews]


@router.get("/reviews/{review_id}/cells.geojson", response_class=GeoJson, responses=refusals(404, 409))
def get_review_cells(at: At, who: Asking, review_id: Id) -> GeoJson:
    """The cells that a reader marked, as QuPath opens them."""
    with at.database.reading() as session:
        review, picture = shown(session, who, review_id)
        owner_id = session.get_one(Case, picture.case_id).owner_id
    note_new(at.database, who, sights(who, [review]))
    cells = kept_cells(at.files, owner_id, marks_of(review))
    return GeoJson(geojson_of(at.files, cells, review.id, "annotation"))
