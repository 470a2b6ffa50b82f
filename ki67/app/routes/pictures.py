"""Pictures of a case: sent one by one or many at once, listed, given a scale, given back."""

from collections.abc import AsyncIterator
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from ki67.app.access.who import Asking
from ki67.app.intake.checked import AT_ONCE
from ki67.app.intake.received import Sent, received
from ki67.app.intake.scale import give_scale
from ki67.app.intake.take_in import take_in
from ki67.app.opinions.blind import Eyes, eyes
from ki67.app.pictures import file_of, page_of
from ki67.app.problems import not_found
from ki67.app.routes.refusals import Responses, refusals
from ki67.app.scoring.drawn import small_picture
from ki67.app.service import At
from ki67.app.store.rows import Picture
from ki67.app.store.rows.cases import PictureKind, PictureState
from ki67.app.visible import own_case, visible_case, visible_picture
from ki67.app.whole import WholeFile
from ki67.app.words import Asked, Id

router = APIRouter(prefix="/v1", tags=["pictures"])

Scale = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
AskedScale = Annotated[Scale | None, Query(description="micrometres per pixel; without it what the file tells, else asked for")]
MEDIA = {"JPEG": "image/jpeg", "PNG": "image/png", "TIFF": "image/tiff", "slide": "image/tiff"}
BINARY = {"schema": {"type": "string", "format": "binary"}}
PICTURE_BODY = {"requestBody": {"required": True, "content": {MEDIA[kind]: BINARY for kind in ("JPEG", "PNG", "TIFF")}}}
FILE_ANSWERS: Responses = {200: {"content": {media: BINARY for media in MEDIA.values()}}}
SMALL_ANSWERS: Responses = {200: {"content": {MEDIA["JPEG"]: BINARY}}}


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
    sha256: str  # of the file as it is kept and given back
    um_per_px: float | None
    said: bool | None = None  # whether this reader's opinion of it is in; not told of one that was just sent
    number: int | None = None
    created_at: datetime | None = None

    @classmethod
    def shown(cls, picture: Picture, reader: Eyes) -> Self:
        """As far as a reader may know it."""
        return cls.of(picture, reader.knows_the_case).model_copy(update={"said": picture.id in reader.said_of})

    @classmethod
    def of(cls, picture: Picture, in_order: bool) -> Self:
        """With what tells its place among the others, or without."""
        view = cls(
            id=picture.id, case_id=picture.case_id, kind=picture.kind, state=picture.state, why=picture.why, width=picture.width,
            height=picture.height, bytes=picture.bytes, sha256=picture.digest, um_per_px=picture.um_per_px,
        )  # fmt: skip
        told = {"number": picture.number, "created_at": picture.created_at}
        return view.model_copy(update=told) if in_order else view


class PicturesView(BaseModel):
    """A page of a case's pictures; ask for the next with `after`."""

    pictures: list[PictureView]
    after: str | None


class PictureChange(Asked):
    """What a file does not tell."""

    um_per_px: Scale


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
    responses=SENT_BEFORE | refusals(HTTPStatus.CONFLICT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
)  # fmt: skip
def send_picture(
    at: At, who: Asking, case_id: OwnCase, sent: SentPicture, answer: Response, um_per_px: AskedScale = None
) -> PictureView:
    """Add a picture, the file itself as the body; the same file again is the same picture, answered with 200."""
    taken = take_in(at, who, case_id, sent, um_per_px)
    answer.status_code = HTTPStatus.CREATED if taken.new else HTTPStatus.OK
    return PictureView.of(taken.picture, in_order=True)


@router.get("/cases/{case_id}/pictures")
def list_pictures(
    at: At, who: Asking, case_id: Id, after: Id | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> PicturesView:
    """In their order; to a blind reader in one that tells nothing."""
    with at.database.reading() as session:
        case = visible_case(session, who.account_id, case_id)
        reader = eyes(session, who, case)
        found = page_of(session, who, case, reader, after, limit)
    views = [PictureView.shown(picture, reader) for picture in found]
    return PicturesView(pictures=views, after=views[-1].id if len(views) == limit else None)


@router.get("/pictures/{picture_id}")
def get_picture(at: At, who: Asking, picture_id: Id) -> PictureView:
    """A picture and how far it is."""
    with at.database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        case = visible_case(session, who.account_id, picture.case_id)
        return PictureView.shown(picture, eyes(session, who, case))


@router.patch("/pictures/{picture_id}", responses=refusals(HTTPStatus.CONFLICT))
def change_picture(at: At, who: Asking, picture_id: Id, change: PictureChange) -> PictureView:
    """Say how wide a pixel is, where nothing told it; then it is scored."""
    return PictureView.of(give_scale(at, who, picture_id, change.um_per_px), in_order=True)


@router.get("/pictures/{picture_id}/file", response_class=WholeFile, responses=FILE_ANSWERS)
def get_file(at: At, who: Asking, picture_id: Id) -> WholeFile:
    """The picture itself, without what a camera wrote into it."""
    with at.database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        path = file_of(session, at.files, picture)
    return without_times(path, MEDIA[picture.format])


@router.get("/pictures/{picture_id}/thumbnail", response_class=Response, responses=SMALL_ANSWERS)
def get_thumbnail(at: At, who: Asking, picture_id: Id) -> Response:
    """The picture in small, without marks."""
    with at.database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        path = file_of(session, at.files, picture)
    with AT_ONCE:
        small = small_picture(path, picture.format)
    return Response(small, media_type=MEDIA["JPEG"])


def without_times(path: Path, media: str) -> WholeFile:
    """A file as an answer that says neither when it was written nor anything by which two answers could be compared."""
    try:
        answer = WholeFile(path, media_type=media, stat_result=path.stat())
    except FileNotFoundError as error:
        raise not_found() from error
    for name in ("etag", "last-modified"):
        del answer.headers[name]
    return answer
