"""Large files in parts: announced by hash and length, sent from where they were cut off, a picture when the last part is here."""

from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field

from ki67.app.access.who import Asking
from ki67.app.intake import uploads
from ki67.app.routes.pictures import BINARY, PictureView, Scale
from ki67.app.routes.refusals import Responses, refusals
from ki67.app.service import At
from ki67.app.store.rows import Picture, Upload
from ki67.app.store.rows.cases import PictureKind
from ki67.app.words import Asked, Id

router = APIRouter(prefix="/v1", tags=["uploads"])
OFFSET, LENGTH = "Upload-Offset", "Upload-Length"
MOST = 2**40
PART_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": BINARY}}}


class NewUpload(Asked):
    """What is to come."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(ge=1, le=MOST)]
    kind: PictureKind = "field"
    um_per_px: Scale | None = None


class UploadView(BaseModel):
    """How much is here; with the last part, the picture, and the upload is no more."""

    id: str | None
    bytes: int
    received: int
    picture: PictureView | None = None

    @classmethod
    def of(cls, upload: Upload, received: int) -> Self:
        """As far as it is."""
        return cls(id=upload.id, bytes=upload.bytes, received=received)

    @classmethod
    def done(cls, size: int, picture: Picture) -> Self:
        """All of it is here."""
        return cls(id=None, bytes=size, received=size, picture=PictureView.of(picture, in_order=True))


BEGUN_BEFORE: Responses = {HTTPStatus.OK: {"model": UploadView, "description": "begun before, or there already"}}


@router.post("/cases/{case_id}/uploads", status_code=HTTPStatus.CREATED, responses=BEGUN_BEFORE | refusals(HTTPStatus.CONFLICT))
def begin_upload(at: At, who: Asking, case_id: Id, new: NewUpload, answer: Response) -> UploadView:
    """Announce a file; where it was begun before, its upload goes on, and where it is there already, it is shown."""
    begun = uploads.begin(at, who, case_id, uploads.Announced(new.kind, new.sha256, new.bytes, new.um_per_px))
    if isinstance(begun, Picture):
        answer.status_code = HTTPStatus.OK
        return UploadView.done(new.bytes, begun)
    answer.status_code = HTTPStatus.OK if begun.received else HTTPStatus.CREATED
    return UploadView.of(begun, begun.received)


def upload_at(at: At, who: Asking, upload_id: Id, offset: Annotated[int, Header(alias=OFFSET, ge=0, le=MOST)]) -> Upload:
    """An upload of one's own that goes on at an offset, told before anything is received."""
    with at.database.reading() as session:
        upload = uploads.own_upload(session, who, upload_id)
    uploads.refuse_other_offset(upload, offset)
    return upload


GoingOn = Annotated[Upload, Depends(upload_at)]


async def sent_part(request: Request, at: At, upload: GoingOn) -> int:
    """The body, behind what is here."""
    return await uploads.receive_part(at, upload, request.stream())


@router.patch(
    "/uploads/{upload_id}", openapi_extra=PART_BODY, responses=refusals(HTTPStatus.CONFLICT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
)
def send_part(at: At, who: Asking, upload_id: Id, upload: GoingOn, received: Annotated[int, Depends(sent_part)]) -> UploadView:
    """The next part; with the last one the file becomes a picture. An empty one at the end tries that again."""
    if received < upload.bytes:
        return UploadView.of(upload, received)
    return UploadView.done(upload.bytes, uploads.complete(at, who, upload).picture)


@router.head("/uploads/{upload_id}")
def upload_offset(at: At, who: Asking, upload_id: Id) -> Response:
    """How much is here, as headers."""
    with at.database.reading() as session:
        upload = uploads.own_upload(session, who, upload_id)
    return Response(headers={OFFSET: str(upload.received), LENGTH: str(upload.bytes)})


@router.delete("/uploads/{upload_id}", status_code=HTTPStatus.NO_CONTENT)
def give_up(at: At, who: Asking, upload_id: Id) -> None:
    """Send no more of it."""
    with at.database.reading() as session:
        uploads.own_upload(session, who, upload_id)
    uploads.drop(at, upload_id)
