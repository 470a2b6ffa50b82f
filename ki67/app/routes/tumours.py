"""What the networks found on a slide: areas, the tumour's outline and maps; never before a blind reader's own opinion is in."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel

from ki67.app.access.who import Asking
from ki67.app.routes.pictures import without_times
from ki67.app.routes.refusals import refusals
from ki67.app.routes.results import GEOJSON, PNG
from ki67.app.scoring.found import found_in
from ki67.app.service import At
from ki67.app.store.rows import Tumour
from ki67.app.words import Id

router = APIRouter(prefix="/v1/pictures/{picture_id}/tumour", tags=["results"])
REFUSED = refusals(HTTPStatus.CONFLICT)
OUTLINE_ANSWERS = REFUSED | {200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}}
MAP_ANSWERS = REFUSED | {200: {"content": {PNG: {"schema": {"type": "string", "format": "binary"}}}}}


class TumourView(BaseModel):
    """A slide's result, by which networks and version of ki67. Research use only."""

    picture_id: str
    tumour_mm2: float  # inside the outline, stroma and fat too
    tissue_mm2: float
    tumour_share: float | None  # of the tissue; null where there is none
    patches: int  # that the network was asked about
    damaged_patches: int
    um_per_px: float
    warnings: list[str]
    network: str
    version: str
    created_at: datetime


@router.get("", responses=REFUSED)
def get_tumour(at: At, who: Asking, picture_id: Id) -> TumourView:
    """Areas of tumour and tissue, the share, warnings."""
    row = found_in(at, who, picture_id, Tumour).result
    return TumourView(
        picture_id=picture_id, tumour_mm2=row.tumour_mm2, tissue_mm2=row.tissue_mm2, tumour_share=row.tumour_share,
        patches=row.patches, damaged_patches=row.damaged_patches, um_per_px=row.um_per_px, warnings=row.warnings,
        network=row.network, version=row.version, created_at=row.created_at,
    )  # fmt: skip


@router.get("/outline.geojson", response_class=FileResponse, responses=OUTLINE_ANSWERS)
def get_outline(at: At, who: Asking, picture_id: Id) -> FileResponse:
    """The tumour as annotations that QuPath opens, in the slide's own pixels."""
    found = found_in(at, who, picture_id, Tumour)
    return without_times(at.files.path(found.owner_id, found.result.outline), GEOJSON)


@router.get("/mask.png", response_class=FileResponse, responses=MAP_ANSWERS)
def get_tumour_mask(at: At, who: Asking, picture_id: Id) -> FileResponse:
    """Coloured where there is tumour, else transparent: to lay over the slide."""
    found = found_in(at, who, picture_id, Tumour)
    return without_times(at.files.path(found.owner_id, found.result.mask), PNG)


@router.get("/heat.png", response_class=FileResponse, responses=MAP_ANSWERS)
def get_heat(at: At, who: Asking, picture_id: Id) -> FileResponse:
    """How sure of tumour the network of patches is, all over the slide: black is 0, white is 1."""
    found = found_in(at, who, picture_id, Tumour)
    return without_times(at.files.path(found.owner_id, found.result.heat), PNG)
