"""Housekeeping at the start of a service and every hour after, beside what it serves."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ki67.app.problems import Problem
from ki67.app.service import Service
from ki67.app.store.housekeeping import tidy

HOUR_S = 3_600


@contextmanager
def tidying(service: Service) -> Iterator[None]:
    """As long as the block lasts."""
    over = threading.Event()
    thread = threading.Thread(target=keep_tidy, args=(service, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def keep_tidy(service: Service, over: threading.Event) -> None:
    """Again and again; what a database that is away hinders is done the next time."""
    while not over.is_set():
        with suppress(Problem, OSError):
            tidy(service.database, service.files, service.settings.caps.draft_days)
        over.wait(HOUR_S)
