"""Pictures of a case as lists show them, and the files behind them."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.opinions.blind import Standing, blind_place
from ki67.app.problems import not_found
from ki67.app.store.files import Files
from ki67.app.store.rows import Case, Picture


def page_of(session: Session, who: Who, case: Case, reader: Standing, after: str | None, limit: int) -> Sequence[Picture]:
    """In the order in which they came; for a blind reader, in one that tells nothing."""
    if reader.knows_the_case:
        return numbered_page(session, case, after, limit)
    ids = sorted(session.scalars(select(Picture.id).where(Picture.case_id == case.id)), key=lambda each: blind_place(who, each))
    wanted = ids[place_behind(ids, after) :][:limit]
    found = {picture.id: picture for picture in session.scalars(select(Picture).where(Picture.id.in_(wanted)))}
    return [found[picture_id] for picture_id in wanted]


def numbered_page(session: Session, case: Case, after: str | None, limit: int) -> Sequence[Picture]:
    """Those with the next numbers."""
    asked = select(Picture).where(Picture.case_id == case.id)
    if after is not None:
        last = session.scalar(select(Picture.number).where(Picture.case_id == case.id, Picture.id == after))
        if last is None:
            raise not_found()
        asked = asked.where(Picture.number > last)
    return session.scalars(asked.order_by(Picture.number).limit(limit)).all()


def place_behind(ids: Sequence[str], after: str | None) -> int:
    """Where a page begins."""
    if after is None:
        return 0
    if after not in ids:
        raise not_found()
    return ids.index(after) + 1


def file_of(session: Session, files: Files, picture: Picture) -> Path:
    """Where a picture lies: in the folder of its case's owner, whoever asks."""
    return files.path(owner_of(session, picture), picture.digest)


def owner_of(session: Session, picture: Picture) -> str:
    """Whose it is."""
    return session.scalars(select(Case.owner_id).where(Case.id == picture.case_id)).one()
