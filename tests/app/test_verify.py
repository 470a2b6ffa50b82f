"""`ki67 app verify` finds what was changed behind the service's back, and nothing where nothing was."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update

from ki67.app.service import Service
from ki67.app.store.log import append
from ki67.app.store.rows import Account, Case, LogEntry, Picture, Review
from ki67.app.store.verify import verified


@pytest.fixture
def digest(service: Service) -> Iterator[str]:
    """A picture that is kept, with three lines of the log."""
    with service.database.writing() as session:
        session.add(Account(id="ada", login="ada", name="Ada"))
        session.flush()
        session.add(Case(id="case", owner_id="ada", name="A case"))
        session.flush()
        kept = service.files.keep_bytes("ada", b"pixels")
        session.add(Picture(
            case_id="case", number=1, kind="field", sent_digest=kept, digest=kept, format="PNG", bytes=6, width=1, height=1,
            state="waiting",
        ))  # fmt: skip
        for _ in range(3):
            append(session, "ada", "picture.added", "case")
    yield kept


def faults(service: Service) -> list[str]:
    return verified(service.database, service.files).faults


def test_what_nobody_touched_is_whole(service: Service, digest: str) -> None:
    found = verified(service.database, service.files)
    assert (found.lines, found.files, found.faults) == (3, 1, [])


def test_a_line_that_was_changed_or_taken_out_is_named(service: Service, digest: str) -> None:
    with service.database.writing() as session:
        session.execute(update(LogEntry).where(LogEntry.number == 3).values(action="case.read"))
    assert faults(service) == ["the log: line 3 does not follow from the one before"]
    with service.database.writing() as session:
        session.execute(delete(LogEntry).where(LogEntry.number == 2))
    assert "line 2 " in faults(service)[0]


def test_a_file_that_was_changed_or_is_gone_is_named(service: Service, digest: str) -> None:
    path = service.files.path("ada", digest)
    path.write_bytes(b"other pixels")
    assert faults(service) == [f"{path}: changed since it was kept; bring it back from a copy"]
    path.unlink()
    assert faults(service) == [f"{path}: gone, though a row names it; bring it back from a copy"]


def test_readers_cells_are_looked_over_too(service: Service, digest: str) -> None:
    with service.database.writing() as session:
        [picture] = session.query(Picture).all()
        marks = service.files.keep_bytes("ada", b"cells")
        session.add(Review(
            picture_id=picture.id, account_id="ada", kind="cells", n_positive=1, n_negative=0, cells=marks,
            started_from="nothing", blind=True,
        ))  # fmt: skip
    assert (verified(service.database, service.files).files, faults(service)) == (2, [])
    service.files.path("ada", marks).unlink()
    assert len(faults(service)) == 1
