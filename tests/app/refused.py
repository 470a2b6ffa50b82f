"""A service that is asked for what it refuses: each refusal is one line, and nothing is left of what was sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient
from made_pictures import names_under
from sqlalchemy import func, select

from ki67.app.problems import MEDIA_TYPE
from ki67.app.service import Service
from ki67.app.store.rows import Base

MOST_BYTES = 1_000_000  # of a picture, at this door


@dataclass(frozen=True)
class Door:
    """A service, somebody signed in, and a case of theirs."""

    service: Service
    ada: TestClient
    case: str

    def holds(self) -> object:
        """Every file, and how many rows of each table there are."""
        files = self.service.files
        with self.service.database.reading() as session:
            rows = {table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}
        return names_under(files.root), names_under(files.incoming), rows

    @contextmanager
    def keeps_nothing(self) -> Iterator[None]:
        """Of what is sent in the block."""
        before = self.holds()
        yield
        assert self.holds() == before


def assert_refused(answer: Any, status: int, says: str) -> None:
    """In one line that names what is wrong."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    problem = answer.json()
    assert problem["status"] == status and problem["title"]
    assert says in problem["detail"] and "\n" not in problem["detail"], problem["detail"]
