"""Pictures of a case: sent one by one or many at once, listed, given a scale, given back."""

from collections.abc import AsyncIterator
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from ki67.app.access.who import Asking
from ki67.app.intake.received import Sent, received
from ki67.app.intake.take_in import take_in
from ki67.app.opinions.blind import eyes
from ki67.app.routes.refusals import Responses, refusals
from ki67.app.service import At
from ki67.app.store.rows import Picture
from ki67.app.store.rows.cases import PictureKind, PictureState
from ki67.app.visible import own_case, visible_case, visible_picture
from ki67.app.words import Id

router = APIRouter(prefix="/v1", tags=["pictures"])

Scale = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
AskedScale = Annotated[Scale | None, Query(description="micrometres per pixel; without it what the file tells, else asked for")]
BINARY = {"schema": {"type": "string", "format": "binary"}}
PICTURE_BODY = {"requestBody": {"required": True, "content": {f"image/{kind}": BINARY for kind in ("jpeg", "png", "tiff")}}}


class PictureView(BaseModel):
    """A picture as one reader sees it; a blind one is told neither its number nor when it came."""

    id: str
    case_id: str
    kind: PictureKind
    state: PictureState
    why: str  # it could not be scored
    width: int
    height: int
    bytes: int
    um_per_px: float | None
    number: int | None = None
    created_at: datetime | None = None

    @classmethod
    def of(cls, picture: Picture, in_order: bool) -> Self:
        """With what tells its place among the others, or without."""
        view = cls(
            id=picture.id, case_id=picture.case_id, kind=picture.kind, state=picture.state, why=picture.why, width=picture.width,
            height=picture.height, bytes=picture.bytes, um_per_px=picture.um_per_px,
        )  # fmt: skip
        told = {"number": picture.number, "created_at": picture.created_at}
        return view.model_copy(update=told) if in_order else view


def into_own_case(at: At, who: Asking, case_id: Id) -> str:
    """A case that one may add to, told before anything is received."""
    with at.database.reading() as session:
        return own_case(session, who.account_id, case_id).id


OwnCase = Annotated[str, Depends(into_own_case)]


async def sent_picture(request: Request, at: At, case_id: OwnCase) -> AsyncIterator[Sent]:
    """The body as a draft, gone after the request unless it was kept."""
    with at.files.draft() as draft:
        yield await received(request.stream(), draft, at.settings.caps.picture_bytes)


SentPicture = Annotated[Sent, Depends(sent_picture)]


SENT_BEFORE: Responses = {HTTPStatus.OK: {"model": PictureView, "description": "sent before"}}


@router.post(
    "/cases/{case_id}/pictures", status_code=HTTPStatus.CREATED, openapi_extra=PICTURE_BODY,
    responses=SENT_BEFORE | refusals(HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
)  # fmt: skip
def send_picture(
    at: At, who: Asking, case_id: OwnCase, sent: SentPicture, answer: Response, um_per_px: AskedScale = None
) -> PictureView:
    """Add a picture, the file itself as the body; the same file again is the same picture, answered with 200."""
    taken = take_in(at, who, case_id, sent, um_per_px)
    answer.status_code = HTTPStatus.CREATED if taken.new else HTTPStatus.OK
    return PictureView.of(taken.picture, in_order=True)


@router.get("/pictures/{picture_id}")
def get_picture(at: At, who: Asking, picture_id: Id) -> PictureView:
    """A picture and how far it is."""
    with at.database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        case = visible_case(session, who.account_id, picture.case_id)
        return PictureView.of(picture, eyes(session, who, case).knows_the_case)
