"""The log: who did what, when, each line sealed with the one before."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ki67.app.store.rows.base import Base, Digest


class LogEntry(Base):
    """A deed. It names ids only: no name, count or index, so that it tells a blind reader nothing and survives a deletion."""

    __tablename__ = "log"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # without a gap, from 1 on
    at: Mapped[datetime]
    account_id: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]
    before: Mapped[Digest]
    seal: Mapped[Digest] = mapped_column(unique=True)
