"""The networks' answers as rows, for those who may have them: one picture's, a case's, and the cells behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.opinions.blind import opened_case, shown_picture
from ki67.app.opinions.seen import Sight, note_seen, unseen
from ki67.app.pictures import owner_of
from ki67.app.problems import Problem
from ki67.app.service import Service
from ki67.app.store.cells import kept_cells
from ki67.app.store.rows import Picture, Result, Tumour
from ki67.app.store.rows.cases import PictureKind
from ki67.app.visible import visible_picture
from ki67.cells.cells import Cells

Answer = TypeVar("Answer", Result, Tumour)
OF: Mapping[type[Result] | type[Tumour], PictureKind] = {Result: "field", Tumour: "slide"}
ELSEWHERE: Mapping[PictureKind, str] = {
    "field": "is a field, on which no tumour is outlined; ask for its result",
    "slide": "is a slide, in which no cells are counted; ask for its tumour",
}


@dataclass(frozen=True)
class Found(Generic[Answer]):
    """A scored picture, what the networks found, and in whose folder the files are."""

    picture: Picture
    result: Answer
    owner_id: str


def found_in(at: Service, who: Who, picture_id: str, kind: type[Answer]) -> Found[Answer]:
    """The answer on a picture, noted as seen; before there is one nothing is noted."""
    with at.database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        result, owner_id = session.get(kind, picture_id), owner_of(session, picture)
    if picture.kind != OF[kind]:
        raise Problem(HTTPStatus.CONFLICT, f"picture: {ELSEWHERE[picture.kind]}")
    if result is None:
        why = picture.why or "picture: is not scored yet; ask again when its state is scored"
        raise Problem(HTTPStatus.CONFLICT, why)
    shown_picture(at.database, who, picture_id)
    return Found(picture, result, owner_id)


def found_in_case(at: Service, who: Who, case_id: str, kind: type[Answer]) -> tuple[int, Sequence[Answer]]:
    """How many pictures of a kind a case has, and the answers on those that are scored, noted as seen."""
    with at.database.reading() as session:
        case = opened_case(session, who, case_id)
        count = session.scalar(select(func.count()).where(Picture.case_id == case.id, Picture.kind == OF[kind])) or 0
        results = results_of(session, case.id, kind)
        new = unseen(session, who, [Sight(result.picture_id) for result in results])
    if new:
        with at.database.writing() as session:
            note_seen(session, who, new)
    return count, results


def results_of(session: Session, case_id: str, kind: type[Answer]) -> Sequence[Answer]:
    """In the pictures' order."""
    asked = select(kind).join(Picture, Picture.id == kind.picture_id).where(Picture.case_id == case_id)
    return session.scalars(asked.order_by(Picture.number)).all()


def cells_of(at: Service, found: Found[Result]) -> Cells:
    """In the picture's own pixels."""
    return kept_cells(at.files, found.owner_id, found.result.cells)


def write_geojson(found: Found[Result], at: Service, path: Path) -> None:
    """The cells as objects that QuPath opens; the same cells get the same ids every time."""
    cells_of(at, found).to_geojson(path, found.picture.id)
