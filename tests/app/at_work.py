"""Scoring in the process of the tests, and waiting for what comes of it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select

from ki67.app.scoring.worker import Score, Work, Worker
from ki67.app.service import Service
from ki67.app.store.rows import Picture
from ki67.app.store.rows.cases import PictureKind

PATIENCE = 60.0


def until(true: Callable[[], bool]) -> None:
    """Wait for it, and fail where it never comes."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def states(service: Service) -> list[str]:
    """Of all pictures, in their order."""
    with service.database.reading() as session:
        return list(session.scalars(select(Picture.state).order_by(Picture.number)))


@contextmanager
def working(service: Service, score: Score, kind: PictureKind = "field") -> Iterator[None]:
    """A worker in this process: two fields at a time, or one slide."""
    threads, most = (2, 8) if kind == "field" else (1, 1)
    worker = Worker("here", service.database, service.files, Work(kind, score, threads, most))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.end()
        thread.join()
