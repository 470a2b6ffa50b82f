"""What the network found: figures, cells, a mask; never before a blind reader's own opinion is in."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Any, Literal, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel

from ki67.app.access.who import Asking
from ki67.app.routes.refusals import refusals
from ki67.app.scoring.drawn import mask
from ki67.app.scoring.found import cells_of, found_in, found_in_case, write_geojson
from ki67.app.service import At
from ki67.app.store.rows import Result
from ki67.app.words import Id
from ki67.cells.pooling import Pooled, pooled
from ki67.cells.scores import CATEGORIES, CUT_OFFS, UNDEFINED, Scores

router = APIRouter(prefix="/v1", tags=["results"])
LIMITS = [cut_offs for cut_offs in CUT_OFFS if cut_offs.measure == "ki67_index"]
REFUSED = refusals(HTTPStatus.CONFLICT)
PNG, GEOJSON = "image/png", "application/geo+json"
MASK_ANSWERS = REFUSED | {200: {"content": {PNG: {"schema": {"type": "string", "format": "binary"}}}}}
CELLS_ANSWERS = REFUSED | {200: {"content": {GEOJSON: {"schema": {"type": "object"}}}}}


class CategoryView(BaseModel):
    """Low, middle or high by two limits; none where the index is not defined."""

    cut_offs: str
    category: str | None


class ScoresView(BaseModel):
    """Counts and what follows from them; what is not defined is null."""

    n_positive: int
    n_negative: int
    n_til: int
    ki67_index: float | None
    ki67_low: float | None  # 95 % interval
    ki67_high: float | None
    interval_of: Literal["counting", "counting and scorer"]  # what the interval knows of
    hot_spot: float | None  # the highest index of 500 tumour cells that lie together in one picture
    til_score: float | None
    categories: list[CategoryView]

    @classmethod
    def of(cls, fields: Sequence[Result], **more: Any) -> Self:
        """From one row, or from all of a case."""
        found = pooled(fields)
        scores, (low, high) = found.scores, found.interval
        return cls(
            n_positive=scores.n_positive, n_negative=scores.n_negative, n_til=scores.n_til, ki67_index=known(scores.ki67_index),
            ki67_low=known(low), ki67_high=known(high), interval_of=knows(found), hot_spot=found.hot_spot,
            til_score=known(scores.til_score), categories=categories(scores), **more,
        )  # fmt: skip


class ErrorView(BaseModel):
    """How far a network's index is off by itself, as variances of asin √index: of each cell, and in all fields alike."""

    cells: float
    shared: float


class ResultView(ScoresView):
    """A picture's result, by which network and version of ki67. Research use only."""

    picture_id: str
    um_per_px: float
    warnings: list[str]
    network: str
    error: ErrorView | None  # of the network; none of what was counted before ki67 knew it
    version: str
    created_at: datetime


class CaseResultView(ScoresView):
    """All counted cells of a case's fields as one index. What the network errs by in all of them is in its interval."""

    n_pictures: int
    n_scored: int
    warnings: list[str]


def known(value: float) -> float | None:
    """None where it is not a number, which JSON has no word for."""
    return None if math.isnan(value) else value


def categories(scores: Scores) -> list[CategoryView]:
    """By each pair of limits that is in use."""
    places = [(limits.name, int(limits.categories([scores.ki67_index])[0])) for limits in LIMITS]
    return [CategoryView(cut_offs=name, category=None if at == UNDEFINED else CATEGORIES[at]) for name, at in places]


def knows(found: Pooled) -> Literal["counting", "counting and scorer"]:
    """Of what an interval is."""
    return "counting" if found.counting_only else "counting and scorer"


@router.get("/pictures/{picture_id}/result", responses=REFUSED)
def get_result(at: At, who: Asking, picture_id: Id) -> ResultView:
    """Counts, index with interval, categories, warnings."""
    row = found_in(at, who, picture_id, Result).result
    return ResultView.of(
        [row], picture_id=picture_id, um_per_px=row.um_per_px, warnings=row.warnings,
        network=row.network, error=row.error and asdict(row.error), version=row.version, created_at=row.created_at,
    )  # fmt: skip


@router.get("/cases/{case_id}/result", responses=REFUSED)
def get_case_result(at: At, who: Asking, case_id: Id) -> CaseResultView:
    """What the scored fields of a case come to together."""
    n_pictures, rows = found_in_case(at, who, case_id, Result)
    warnings = sorted({warning for row in rows for warning in row.warnings})
    return CaseResultView.of(rows, n_pictures=n_pictures, n_scored=len(rows), warnings=warnings)


@router.get("/pictures/{picture_id}/mask.png", response_class=Response, responses=MASK_ANSWERS)
def get_mask(at: At, who: Asking, picture_id: Id) -> Response:
    """A disc a cell in its class's colour, transparent between them, of the picture's size."""
    found = found_in(at, who, picture_id, Result)
    size = found.picture.width, found.picture.height
    return Response(mask(cells_of(at, found), size, found.result.um_per_px), media_type=PNG)


@router.get("/pictures/{picture_id}/cells.geojson", response_class=Response, responses=CELLS_ANSWERS)
def get_cells(at: At, who: Asking, picture_id: Id) -> Response:
    """Every cell as a point that QuPath opens, in the picture's own pixels."""
    found = found_in(at, who, picture_id, Result)
    with at.files.draft() as draft:
        write_geojson(found, at, draft)
        return Response(draft.read_bytes(), media_type=GEOJSON)
