"""The log as a chain: a seal covers its line and the seal before it, so that none can be changed or taken out unseen."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ki67.app.store.rows import LogEntry
from ki67.app.store.rows.base import now

NOTHING = "0" * 64  # stands before the first line


def append(session: Session, account_id: str | None, action: str, subject: str, **detail: object) -> None:
    """Note a deed in the transaction that does it: both stay or neither. Ids and kinds only."""
    if session.get_bind().dialect.name == "postgresql":  # in SQLite a writer is alone anyway
        session.execute(text("LOCK TABLE log IN EXCLUSIVE MODE"))
    session.flush()
    last = session.scalar(select(LogEntry).order_by(LogEntry.number.desc()).limit(1))
    entry = LogEntry(
        number=last.number + 1 if last else 1, at=now(), account_id=account_id, action=action, subject=subject,
        detail=detail, before=last.seal if last else NOTHING,
    )  # fmt: skip
    entry.seal = seal(entry)
    session.add(entry)
    session.flush()


def seal(entry: LogEntry) -> str:
    """SHA-256 over the line in one fixed writing."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    line = [entry.number, at, entry.account_id, entry.action, entry.subject, entry.detail, entry.before]
    return hashlib.sha256(json.dumps(line, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def broken(entries: Iterable[LogEntry]) -> int | None:
    """The number of the first line that does not follow from the one before; none where the chain is whole."""
    before = NOTHING
    for number, entry in enumerate(entries, start=1):
        if (entry.number, entry.before, entry.seal) != (number, before, seal(entry)):
            return number
        before = entry.seal
    return None
