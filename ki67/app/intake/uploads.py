"""Files that come in parts: how much is here lasts, and the last part makes a picture of it, or says why it is none."""

from collections.abc import AsyncIterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ki67.app.access.who import Who
from ki67.app.intake.received import Sent, refuse_more
from ki67.app.intake.take_in import NAME, Taken, sent_before, take_in
from ki67.app.problems import Problem, not_found
from ki67.app.quota import announced_bytes, refuse_over_quota
from ki67.app.service import Service
from ki67.app.settings import Caps
from ki67.app.store.deletion import hold_account
from ki67.app.store.files import Files, digest_of, sync, told_when_full
from ki67.app.store.rows import Case, Picture, Upload
from ki67.app.store.rows.cases import PictureKind
from ki67.app.visible import own_case

PARTS = "parts"


@dataclass(frozen=True)
class Announced:
    """What is to come."""

    kind: PictureKind
    digest: str
    bytes: int
    um_per_px: float | None

    def refuse_too_large(self, caps: Caps) -> None:
        """Before any of it comes."""
        refuse_more(self.bytes, caps.slide_bytes if self.kind == "slide" else caps.picture_bytes)


def part_file(files: Files, upload_id: str) -> Path:
    """Where an upload grows."""
    return files.incoming / PARTS / upload_id


def begin(at: Service, who: Who, case_id: str, announced: Announced) -> Upload | Picture:
    """An upload that goes on where the same file was left before, or the picture that the same file made already."""
    announced.refuse_too_large(at.settings.caps)
    with at.database.writing() as session:
        hold_account(session, who.account_id)
        case = own_case(session, who.account_id, case_id)
        known = sent_before(session, case.id, announced.digest, announced.kind) or begun_before(session, case.id, announced)
        if known:
            return known
        more = announced.bytes + announced_bytes(session, who.account_id)
        refuse_over_quota(session, at.settings.caps, who.account_id, more, NAME)
        upload = Upload(
            case_id=case.id, kind=announced.kind, digest=announced.digest, bytes=announced.bytes, um_per_px=announced.um_per_px
        )
        session.add(upload)
        session.flush()
        path = part_file(at.files, upload.id)
        with told_when_full():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        return upload


def begun_before(session: Session, case_id: str, announced: Announced) -> Upload | None:
    """Of whoever lost its address."""
    return session.scalars(
        select(Upload).where(
            Upload.case_id == case_id, Upload.digest == announced.digest, Upload.bytes == announced.bytes,
            Upload.kind == announced.kind, Upload.um_per_px.is_not_distinct_from(announced.um_per_px),
        )
    ).first()  # fmt: skip


def own_upload(session: Session, who: Who, upload_id: str) -> Upload:
    """An upload into a case of one's own."""
    asked = select(Upload).join(Case).where(Upload.id == upload_id, Case.owner_id == who.account_id)
    found = session.scalar(asked)
    if found is None:
        raise not_found()
    return found


def refuse_other_offset(upload: Upload, offset: int) -> None:
    """A part has to begin where the one before ended."""
    if offset != upload.received:
        raise Problem(HTTPStatus.CONFLICT, f"{NAME}: {upload.received} bytes are here, not {offset}; go on from there")


async def receive_part(at: Service, upload: Upload, stream: AsyncIterable[bytes]) -> int:
    """Write what comes behind what is here, also where it is cut off; how much is here then."""
    end = upload.received
    try:
        with told_when_full(), part_file(at.files, upload.id).open("r+b") as file:
            file.seek(end)
            async for block in stream:
                refuse_more(end + len(block), upload.bytes)
                file.write(block)
                end += len(block)
    except ClientDisconnect as error:
        await run_in_threadpool(note, at, upload, end)
        raise Problem(HTTPStatus.BAD_REQUEST, f"{NAME}: a part was cut off; go on from byte {end}") from error
    except HTTPException:  # it came too slowly; what did come is here
        await run_in_threadpool(note, at, upload, end)
        raise
    except FileNotFoundError as error:
        raise not_found() from error
    await run_in_threadpool(note, at, upload, end)
    return end


def note(at: Service, upload: Upload, end: int) -> None:
    """So much is here, on the disk; unless another part came first."""
    sync(part_file(at.files, upload.id))
    with at.database.writing() as session:
        grown = update(Upload).where(Upload.id == upload.id, Upload.received == upload.received).values(received=end)
        if session.scalar(grown.returning(Upload.id)) is None:
            raise Problem(HTTPStatus.CONFLICT, f"{NAME}: another part came at the same time; ask how much is here")


def complete(at: Service, who: Who, upload: Upload) -> Taken:
    """All of it is here: a picture like any other. What can never be one is dropped, what only failed now can be tried again."""
    try:
        taken = picture_of(at, who, upload)
    except Problem as problem:
        meanwhile = made_meanwhile(at, upload)
        if meanwhile is None:
            if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                drop(at, upload.id)
            raise
        taken = Taken(meanwhile, False)
    drop(at, upload.id)
    return taken


def picture_of(at: Service, who: Who, upload: Upload) -> Taken:
    """Where the file is the one that was announced."""
    path = part_file(at.files, upload.id)
    try:
        if digest_of(path) != upload.digest:
            what = "is not the file that was announced (another SHA-256); send it again from the start"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{NAME}: {what}")
        return take_in(at, who, upload.case_id, Sent(path, upload.digest, upload.bytes), upload.um_per_px, upload.kind)
    except FileNotFoundError as error:
        raise not_found() from error


def made_meanwhile(at: Service, upload: Upload) -> Picture | None:
    """The picture of a last part that came twice: who was first has taken the file away."""
    with at.database.reading() as session:
        return sent_before(session, upload.case_id, upload.digest, upload.kind)


def drop(at: Service, upload_id: str) -> None:
    """Nothing is left of it."""
    with at.database.writing() as session:
        session.execute(delete(Upload).where(Upload.id == upload_id))
    with suppress(FileNotFoundError):
        part_file(at.files, upload_id).unlink()
