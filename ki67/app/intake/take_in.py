"""A picture comes into a case: checked, stripped, kept as a file, and only then a row, once however often it is sent."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.intake.checked import checked_field, field_head
from ki67.app.intake.received import Sent
from ki67.app.intake.slides import levels_alone, slide_head
from ki67.app.problems import Problem, refused_picture
from ki67.app.quota import refuse_over_quota
from ki67.app.scoring.network import SCALES
from ki67.app.service import Service
from ki67.app.settings import Caps
from ki67.app.store.deletion import forget_unnamed, hold_account
from ki67.app.store.files import Files
from ki67.app.store.log import append
from ki67.app.store.rows import Job, Picture
from ki67.app.store.rows.cases import PictureKind
from ki67.app.visible import own_case
from ki67.base.errors import InputError
from ki67.pictures.header import Header

NAME = "picture"  # in refusals, in place of the name that is not kept


@dataclass(frozen=True)
class Taken:
    """A picture of a case, and whether this request brought it."""

    picture: Picture
    new: bool


@dataclass(frozen=True)
class Kept:
    """A file that lasts, and what its row has to say."""

    kind: PictureKind
    sent: Sent
    header: Header
    digest: str
    bytes: int
    um_per_px: float | None


@dataclass(frozen=True)
class WayIn:
    """How a file of one kind is looked at before it lasts: its head, and a draft of what is kept, checked as scoring will."""

    head: Callable[[Path, Caps], Header]
    draft: Callable[[Files, Header, float | None], AbstractContextManager[Path]]


WAYS: Mapping[PictureKind, WayIn] = {"field": WayIn(field_head, checked_field), "slide": WayIn(slide_head, levels_alone)}


def take_in(at: Service, who: Who, case_id: str, sent: Sent, asked: float | None, kind: PictureKind = "field") -> Taken:
    """From a draft to a picture that waits to be scored, or that waits for its scale."""
    with at.database.reading() as session:
        own_case(session, who.account_id, case_id)
        known = sent_before(session, case_id, sent.digest, kind)
        if known:
            return Taken(known, False)
        refuse_over_quota(session, at.settings.caps, who.account_id, 1, NAME)  # how many it will be is not known yet
    kept = keep(at, who, sent, asked, kind)
    try:
        with at.database.writing() as session:
            taken = add(session, at, who, case_id, kept)
    except Problem:
        forget_unnamed(at.database, at.files, who.account_id, [kept.digest])
        raise
    at.ring()
    return taken


def sent_before(session: Session, case_id: str, digest: str, kind: PictureKind) -> Picture | None:
    """The picture that the same bytes made in this case; they are not both a field and a slide."""
    found = session.scalar(select(Picture).where(Picture.case_id == case_id, Picture.sent_digest == digest))
    if found is not None and found.kind != kind:
        raise Problem(HTTPStatus.CONFLICT, f"{NAME}: is in this case already, as a {found.kind}; send it into another case")
    return found


def keep(at: Service, who: Who, sent: Sent, asked: float | None, kind: PictureKind) -> Kept:
    """The file of a picture that can be scored; whatever speaks against that is told before anything lasts."""
    try:
        head = replace(WAYS[kind].head(sent.path, at.settings.caps), asked=asked)
        um_per_px = SCALES[kind]().checked(head)
        with WAYS[kind].draft(at.files, head, um_per_px) as draft:
            size = draft.stat().st_size
            return Kept(kind, sent, head, at.files.keep(who.account_id, draft), size, um_per_px)
    except InputError as error:
        raise refused_picture(error, NAME) from error


def add(session: Session, at: Service, who: Who, case_id: str, kept: Kept) -> Taken:
    """Its row, its job and its line in the log."""
    hold_account(session, who.account_id)
    case = own_case(session, who.account_id, case_id)
    if known := sent_before(session, case_id, kept.sent.digest, kept.kind):
        return Taken(known, False)
    refuse_over_quota(session, at.settings.caps, who.account_id, kept.bytes, NAME)
    if not at.files.path(who.account_id, kept.digest).exists():
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"{NAME}: was swept away while it came; send it again", retry_after=1)
    picture = Picture(
        case_id=case.id, number=next_number(session, case.id), kind=kept.kind, sent_digest=kept.sent.digest, digest=kept.digest,
        format=kept.header.kind, bytes=kept.bytes, width=kept.header.width, height=kept.header.height, um_per_px=kept.um_per_px,
        state="waiting" if kept.um_per_px else "needs_scale",
    )  # fmt: skip
    session.add(picture)
    session.flush()
    if kept.um_per_px:
        session.add(Job(picture_id=picture.id))
    append(session, who.account_id, "picture.added", picture.id, case=case.id, kind=picture.kind)
    return Taken(picture, True)


def next_number(session: Session, case_id: str) -> int:
    """One more than the last that was given in a case."""
    last = session.scalar(select(func.max(Picture.number)).where(Picture.case_id == case_id))
    return (last or 0) + 1
