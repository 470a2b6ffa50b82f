"""Words on a case, for those who may see it; a blind reader reads their own until all their opinions are in."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select

from ki67.app.access.who import Asking
from ki67.app.opinions.blind import eyes
from ki67.app.opinions.seen import Sight, note_new
from ki67.app.routes.contacts import PersonView, persons
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.store.log import append
from ki67.app.store.rows import Comment, Picture
from ki67.app.visible import visible_case
from ki67.app.words import Asked, Id, Saying

router = APIRouter(prefix="/v1/cases", tags=["comments"])


class NewComment(Asked):
    """What to say."""

    text: Saying


class CommentView(BaseModel):
    """What somebody said."""

    id: str
    by: PersonView
    text: str
    created_at: datetime


@router.post("/{case_id}/comments", status_code=HTTPStatus.CREATED, responses=refusals(404))
def add_comment(at: At, who: Asking, case_id: Id, new: NewComment) -> CommentView:
    """Say something on a case; nobody takes it back."""
    with at.database.writing() as session:
        visible_case(session, who.account_id, case_id)
        comment = Comment(case_id=case_id, account_id=who.account_id, text=new.text)
        session.add(comment)
        session.flush()
        append(session, who.account_id, "comment.added", comment.id, case=case_id)
        by = persons(session, [who.account_id])[who.account_id]
    return CommentView(id=comment.id, by=by, text=comment.text, created_at=comment.created_at)


@router.get("/{case_id}/comments", responses=refusals(404))
def list_comments(at: At, who: Asking, case_id: Id) -> list[CommentView]:
    """All of a case in their order; words may tell an answer, so whose they were seen by is noted for every picture."""
    with at.database.reading() as session:
        case = visible_case(session, who.account_id, case_id)
        asked = select(Comment).where(Comment.case_id == case_id)
        if not eyes(session, who, case).opened:
            asked = asked.where(Comment.account_id == who.account_id)
        comments = session.scalars(asked.order_by(Comment.created_at, Comment.id)).all()
        people = persons(session, [comment.account_id for comment in comments])
        pictures = session.scalars(select(Picture.id).where(Picture.case_id == case_id)).all()
    if any(comment.account_id != who.account_id for comment in comments):
        note_new(at.database, who, [Sight(picture_id, "comment") for picture_id in pictures])
    return [CommentView(id=c.id, by=people[c.account_id], text=c.text, created_at=c.created_at) for c in comments]
