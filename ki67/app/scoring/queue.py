"""What is still to be scored: taken under a lease, given back, done once. The same in SQLite and PostgreSQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from ki67.app.store.rows import Case, Job, Picture
from ki67.app.store.rows.cases import PictureKind

LEASE = timedelta(seconds=30)
LATER = timedelta(seconds=2)  # until a job is tried again that a full disk or a lost database hindered
MOST_DEATHS = 3  # of processes that held a job: then it is the picture


@dataclass(frozen=True)
class Task:
    """A picture that a process has taken, with all that scoring it needs."""

    job_id: int
    picture_id: str
    account_id: str
    digest: str
    kind: PictureKind
    um_per_px: float | None
    deaths: int


def untaken(moment: datetime) -> ColumnElement[bool]:
    """Nobody holds it, or not any more."""
    return or_(Job.leased_until.is_(None), Job.leased_until < moment)


def waits(session: Session, kind: PictureKind, moment: datetime) -> bool:
    """Whether anything of a kind is there to be taken."""
    asked = select(Job.id).join(Picture, Picture.id == Job.picture_id).where(Picture.kind == kind, untaken(moment))
    return session.scalar(asked.limit(1)) is not None


def claim(session: Session, worker: str, kind: PictureKind, most: int, moment: datetime) -> list[Task]:
    """The oldest jobs that nobody holds. One under which a process died is taken alone: it may be the next one's death too."""
    asked = (
        select(Job, Picture, Case.owner_id)
        .join(Picture, Picture.id == Job.picture_id)
        .join(Case, Case.id == Picture.case_id)
        .where(Picture.kind == kind, untaken(moment))
        .order_by(Job.attempts, Job.id)
        .limit(most)
        .with_for_update(of=Job, skip_locked=True)
    )
    found = session.execute(asked).all()
    alone = found[:1] if found and found[0][0].attempts else [each for each in found if not each[0].attempts]
    for job, _, _ in alone:
        job.attempts += job.leased_by is not None
        job.leased_by, job.leased_until = worker, moment + LEASE
    return [
        Task(job.id, picture.id, owner_id, picture.digest, picture.kind, picture.um_per_px, job.attempts)
        for job, picture, owner_id in alone
    ]


def renew(session: Session, worker: str, job_ids: Iterable[int], moment: datetime) -> None:
    """Hold on to what takes long."""
    held = update(Job).where(Job.id.in_(list(job_ids)), Job.leased_by == worker)
    session.execute(held.values(leased_until=moment + LEASE))


def finish(session: Session, worker: str, job_id: int) -> bool:
    """A job is done, by whoever still holds it; false where somebody else took it, or the picture was deleted."""
    held = delete(Job).where(Job.id == job_id, Job.leased_by == worker)
    return session.scalar(held.returning(Job.id)) is not None


def put_off(session: Session, worker: str, job_id: int, moment: datetime) -> None:
    """Give a job back that could not be tried."""
    held = update(Job).where(Job.id == job_id, Job.leased_by == worker)
    session.execute(held.values(leased_by=None, leased_until=moment + LATER))


def free(session: Session, worker: str | None = None, died: bool = False) -> None:
    """Let go of all that a process holds, or that any held: none is alive where a service starts."""
    held = update(Job).where(Job.leased_by.is_not(None) if worker is None else Job.leased_by == worker)
    session.execute(held.values(leased_by=None, leased_until=None, attempts=Job.attempts + int(died)))
