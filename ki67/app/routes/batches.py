"""Many pictures in one form, each taken in or refused by itself."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from ki67.app.access.who import Asking, Who
from ki67.app.intake.received import copied
from ki67.app.intake.take_in import take_in
from ki67.app.problems import Problem, ProblemView, problem_view
from ki67.app.routes.pictures import BINARY, AskedScale, OwnCase, PictureView
from ki67.app.routes.refusals import refusals
from ki67.app.service import At, Service
from ki67.app.store.files import told_when_full

router = APIRouter(prefix="/v1", tags=["pictures"])
FIELD, MOST, IN_MEMORY = "pictures", 200, 1 << 16  # the form's name for them, how many, and bytes of each that are no file yet
FORM = {"type": "object", "required": [FIELD], "properties": {FIELD: {"type": "array", "items": BINARY["schema"]}}}
BATCH_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": FORM}}}}


class SentView(BaseModel):
    """What became of one picture of a batch: itself, or why it was refused."""

    added: bool = False  # false also where it was there already
    picture: PictureView | None = None
    problem: ProblemView | None = None


class Batch(MultiPartParser):
    """A form whose pictures wait on the disk, however many there are."""

    spool_max_size = IN_MEMORY


async def sent_pictures(request: Request, case_id: OwnCase) -> AsyncIterator[list[UploadFile]]:
    """The form's pictures in their order; gone after the request."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send a form (multipart/form-data) with files named {FIELD}")
    try:
        with told_when_full():
            form = await Batch(request.headers, request.stream(), max_files=MOST, max_fields=MOST).parse()
    except MultiPartException as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the form cannot be read ({error.message}); send it again") from error
    try:
        yield [item for item in form.getlist(FIELD) if isinstance(item, UploadFile)]
    finally:
        await form.close()


SentPictures = Annotated[list[UploadFile], Depends(sent_pictures)]


@router.post("/cases/{case_id}/batch", openapi_extra=BATCH_BODY, responses=refusals(HTTPStatus.UNSUPPORTED_MEDIA_TYPE))
def send_batch(at: At, who: Asking, case_id: OwnCase, files: SentPictures, um_per_px: AskedScale = None) -> list[SentView]:
    """Add many at once; what is refused keeps none of the others out. The answers are in the order of the form."""
    if not files:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the form holds no file named {FIELD}")
    return [sent_one(at, who, case_id, file, um_per_px) for file in files]


def sent_one(at: Service, who: Who, case_id: str, file: UploadFile, um_per_px: float | None) -> SentView:
    """One of them."""
    try:
        with at.files.draft() as draft:
            taken = take_in(at, who, case_id, copied(file.file, draft, at.settings.caps.picture_bytes), um_per_px)
    except Problem as problem:
        return SentView(problem=problem_view(problem.status, str(problem)))
    return SentView(added=taken.new, picture=PictureView.of(taken.picture, in_order=True))
