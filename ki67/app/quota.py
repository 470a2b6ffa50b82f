"""How much accounts keep, and how much they may: the pictures in their cases, and the cells that readers marked in these."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.orm import Session

from ki67.app.problems import Problem, not_found
from ki67.app.settings import Caps
from ki67.app.store.rows import Account, Case, Picture, Upload

BLOCK = 1 << 16  # cells count by whole blocks: no blind owner reads off their own quota how many a colleague marked
KEPT: ScalarSelect[int] = (
    select(func.coalesce(func.sum(Picture.bytes + Picture.marked_bytes), 0))
    .join(Case, Case.id == Picture.case_id)
    .where(Case.owner_id == Account.id)
    .correlate(Account)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Holding:
    """An account, and how many bytes it keeps."""

    account: Account
    bytes: int

    def quota(self, caps: Caps) -> int:
        """How many it may keep."""
        own = self.account.may_keep_bytes
        return caps.account_bytes if own is None else own


def holdings(session: Session) -> Sequence[Holding]:
    """Every account with the bytes that it keeps."""
    return [Holding(*row) for row in session.execute(select(Account, KEPT).order_by(Account.created_at, Account.id))]


def holding(session: Session, account_id: str) -> Holding:
    """One of them."""
    found = session.execute(select(Account, KEPT).where(Account.id == account_id)).one_or_none()
    if found is None:
        raise not_found()
    return Holding(*found)


def announced_bytes(session: Session, account_id: str) -> int:
    """Of all files of an account that are on their way in parts."""
    return session.scalar(select(func.sum(Upload.bytes)).join(Case).where(Case.owner_id == account_id)) or 0


def refuse_over_quota(session: Session, caps: Caps, owner_id: str, more: int, name: str) -> None:
    """Whose case it is keeps so many bytes at most; `name` says what would be too much."""
    held = holding(session, owner_id)
    if held.bytes + more > held.quota(caps):
        what = f"would be more than the {held.quota(caps)} bytes that this case's owner may keep"
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"{name}: {what}; delete cases, or ask an administrator")


def add_marks(session: Session, caps: Caps, owner_id: str, picture: Picture, file: Path) -> None:
    """The cells that a reader marked in a picture are among what its owner keeps, from now on."""
    size = -(-file.stat().st_size // BLOCK) * BLOCK
    refuse_over_quota(session, caps, owner_id, size, "cells")
    session.execute(update(Picture).where(Picture.id == picture.id).values(marked_bytes=Picture.marked_bytes + size))
