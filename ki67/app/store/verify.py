"""What is kept, looked over: the log a whole chain, every file that a row names there and as its name says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from ki67.app.store.contents import CONTENTS
from ki67.app.store.database import Database
from ki67.app.store.files import Files, digest_of
from ki67.app.store.log import broken
from ki67.app.store.rows import LogEntry

MANY = 1_000  # rows in memory at once


@dataclass(frozen=True)
class Verified:
    """How much was looked at, and what is wrong with it."""

    lines: int
    files: int
    faults: list[str]


def verified(database: Database, files: Files) -> Verified:
    """Everything, row by row; the service may go on meanwhile."""
    with database.reading() as session:
        lines, wrong_line = chain(session)
        paths = list(named_files(session, files))
    faults = [f"the log: line {wrong_line} does not follow from the one before"] if wrong_line else []
    return Verified(lines, len(paths), faults + [fault for path in paths if (fault := fault_of(path))])


def chain(session: Session) -> tuple[int, int | None]:
    """The number of the log's lines, and of the first that is not as it was sealed."""
    seen = 0

    def counted() -> Iterator[LogEntry]:
        nonlocal seen
        for entry in session.scalars(select(LogEntry).order_by(LogEntry.number).execution_options(yield_per=MANY)):
            seen += 1
            yield entry

    wrong = broken(counted())
    return seen, wrong


def named_files(session: Session, files: Files) -> Iterator[Path]:
    """Where every content lies that a row names, each once."""
    for owner_id, digest in session.execute(union(*CONTENTS)):
        if digest is not None:  # a review that only counts has no cells
            yield files.path(owner_id, digest)


def fault_of(path: Path) -> str | None:
    """Nothing where a file is there and holds what its name says."""
    try:
        return None if digest_of(path) == path.name else f"{path}: changed since it was kept; bring it back from a copy"
    except FileNotFoundError:
        return f"{path}: gone, though a row names it; bring it back from a copy"
    except OSError as error:
        return f"{path}: cannot be read ({error.strerror})"
