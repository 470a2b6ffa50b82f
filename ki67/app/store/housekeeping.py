"""What nobody will ask for again: drafts that were left, secrets that ended, and files that a cut left without a row."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ki67.app.store.database import Database
from ki67.app.store.deletion import delete_case, forget_unnamed
from ki67.app.store.files import Files
from ki67.app.store.rows import ApiToken, Case, Challenge, Job, Link, SignIn, Upload
from ki67.app.store.rows.base import now

SETTLED_S = 3_600  # a file so old is none that a row is just about to name


def tidy(database: Database, files: Files, draft_days: int) -> None:
    """All of it, each step whole in itself; a running service may go on meanwhile."""
    for case_id in left_drafts(database, draft_days):
        delete_case(database, files, case_id, by=None)
    with database.writing() as session:
        drop_ended(session, draft_days)
    sweep_incoming(database, files)
    for account_id in files.accounts():
        forget_unnamed(database, files, account_id, [path.name for path in settled(files.root / account_id)])


def left_drafts(database: Database, draft_days: int) -> list[str]:
    """Cases that nobody saved in time."""
    with database.reading() as session:
        old = Case.created_at < now() - timedelta(days=draft_days)
        return list(session.scalars(select(Case.id).where(Case.saved_at.is_(None), old)))


def drop_ended(session: Session, draft_days: int) -> None:
    """Rows whose time is over: they open nothing any more."""
    moment = now()
    for kind in (SignIn, ApiToken, Challenge, Link):
        session.execute(delete(kind).where(kind.ends_at < moment))
    session.execute(delete(Upload).where(Upload.created_at < moment - timedelta(days=draft_days)))


def sweep_incoming(database: Database, files: Files) -> None:
    """What was on its way when something ended, and parts of uploads and beginnings of slides that are no more."""
    with database.reading() as session:
        going_on = {*session.scalars(select(Upload.id)), *session.scalars(select(Job.picture_id))}
    for path in settled(files.incoming):
        if path.stem not in going_on:
            path.unlink(missing_ok=True)


def settled(folder: Path) -> Iterator[Path]:
    """Files that have lain there for a while."""
    before = time.time() - SETTLED_S
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_mtime < before:
            yield path
