"""What nobody will ask for again goes; what somebody may still ask for stays."""

import os
import time
from datetime import timedelta
from pathlib import Path

from planted import SignedIn, opened, planted, some_cells
from sqlalchemy import select, update

from ki67.app.service import Service
from ki67.app.store.housekeeping import SETTLED_S, tidy
from ki67.app.store.rows import Case, LogEntry
from ki67.app.store.rows.base import now

DAYS = 7


def made_old(service: Service, case_id: str) -> None:
    with service.database.writing() as session:
        session.execute(update(Case).where(Case.id == case_id).values(created_at=now() - timedelta(days=DAYS + 1)))


def laid(path: Path, age_s: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_a_draft_goes_in_time_with_its_files_and_a_saved_case_stays(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    left, saved, young = (opened(ada, name) for name in ("left", "saved", "young"))
    for case_id in (left, saved, young):
        planted(service, case_id, some_cells(len(case_id), 2))
    assert ada.patch(f"/v1/cases/{saved}", json={"saved": True}).status_code == 200
    made_old(service, left)
    made_old(service, saved)
    tidy(service.database, service.files, DAYS)
    assert [ada.get(f"/v1/cases/{case_id}").status_code for case_id in (left, saved, young)] == [404, 200, 200]
    with service.database.reading() as session:
        deleted = session.scalars(select(LogEntry).where(LogEntry.action == "case.deleted")).one()
    assert (deleted.subject, deleted.account_id) == (left, None)


def test_files_that_no_row_names_go_once_they_are_old(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    planted(service, opened(ada), some_cells(3, 2))
    named = [path for path in service.files.root.rglob("*") if path.is_file()]
    for path in named:
        os.utime(path, (time.time() - 2 * SETTLED_S,) * 2)
    folder = named[0].parents[1]
    old, new = laid(folder / "aa" / ("a" * 64), 2 * SETTLED_S), laid(folder / "bb" / ("b" * 64), 0)
    tidy(service.database, service.files, DAYS)
    assert not old.exists()
    assert new.exists() and all(path.exists() for path in named)


def test_what_was_on_its_way_goes_once_it_is_old(service: Service) -> None:
    old, new = laid(service.files.incoming / "one", 2 * SETTLED_S), laid(service.files.incoming / "two", 0)
    tidy(service.database, service.files, DAYS)
    assert (old.exists(), new.exists()) == (False, True)
