"""The network's answers as rows, for those who may have them: one picture's, a case's, and the cells behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.opinions.blind import opened_case, shown_picture
from ki67.app.opinions.seen import Sight, note_seen, unseen
from ki67.app.pictures import owner_of
from ki67.app.problems import Problem
from ki67.app.service import Service
from ki67.app.store.cells import kept_cells
from ki67.app.store.rows import Picture, Result
from ki67.app.visible import visible_picture
from ki67.cells.cells import Cells


@dataclass(frozen=True)
class Found:
    """A scored picture, what the network found, and in whose folder the cells are."""

    picture: Picture
    result: Result
    owner_id: str

    def cells(self, at: Service) -> Cells:
        """In the picture's own pixels."""
        return kept_cells(at.files, self.owner_id, self.result.cells)


def found_in(at: Service, who: Who, picture_id: str) -> Found:
    """The answer on a picture, noted as seen; before there is one nothing is noted."""
    with at.database.reading() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        result, owner_id = session.get(Result, picture_id), owner_of(session, picture)
    if result is None:
        why = picture.why or "picture: is not scored yet; ask again when its state is scored"
        raise Problem(HTTPStatus.CONFLICT, why)
    shown_picture(at.database, who, picture_id)
    return Found(picture, result, owner_id)


def found_in_case(at: Service, who: Who, case_id: str) -> tuple[int, Sequence[Result]]:
    """How many pictures a case has, and the answers on those that are scored, noted as seen."""
    with at.database.reading() as session:
        case = opened_case(session, who, case_id)
        pictures = session.scalars(select(Picture.id).where(Picture.case_id == case.id)).all()
        results = results_of(session, case.id)
        new = unseen(session, who, [Sight(result.picture_id) for result in results])
    if new:
        with at.database.writing() as session:
            note_seen(session, who, new)
    return len(pictures), results


def results_of(session: Session, case_id: str) -> Sequence[Result]:
    """In the pictures' order."""
    asked = select(Result).join(Picture, Picture.id == Result.picture_id).where(Picture.case_id == case_id)
    return session.scalars(asked.order_by(Picture.number)).all()


def write_geojson(found: Found, at: Service, path: Path) -> None:
    """The cells as objects that QuPath opens; the same cells get the same ids every time."""
    found.cells(at).to_geojson(path, found.picture.id)
