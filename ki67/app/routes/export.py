"""A case to take away."""

from http import HTTPStatus

from fastapi import APIRouter
from starlette.background import BackgroundTask

from ki67.app.access.who import Asking
from ki67.app.exports.case import exported, write_case
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.store.files import told_when_full
from ki67.app.store.rows.base import new_id
from ki67.app.whole import WholeFile
from ki67.app.words import Id

router = APIRouter(prefix="/v1", tags=["export"])
ZIP = "application/zip"
ANSWERS = refusals(HTTPStatus.NOT_FOUND) | {200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/cases/{case_id}/export.zip", response_class=WholeFile, responses=ANSWERS)
def export_case(at: At, who: Asking, case_id: Id) -> WholeFile:
    """Scores, cells, reviews, a GeoJSON a picture and a report, in one zip file; a blind reader has to give an opinion first."""
    content, path = exported(at, who, case_id), at.files.incoming / new_id()
    try:
        with told_when_full():
            write_case(at, content, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    forget = BackgroundTask(path.unlink, missing_ok=True)
    return WholeFile(path, media_type=ZIP, filename="case.zip", background=forget)
