"""Starts the scoring processes of a service, rings when there is work, and starts another where one dies."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Self

from ki67.app.problems import Problem
from ki67.app.scoring import queue
from ki67.app.scoring.order import Order
from ki67.app.settings import AppSettings
from ki67.app.store.database import Database
from ki67.app.store.rows.base import new_id, now
from ki67.app.store.rows.cases import PictureKind

COMMAND = (sys.executable, "-m", "ki67.app.scoring.worker")
PATIENCE = 5.0  # seconds that a process has to end by itself
SHORT_LIFE, PAUSE = 5.0, 2.0  # one that dies so soon is followed by the next only after a pause
LOOK_AGAIN = 10.0  # seconds after which it is looked whether a slide waits, though nobody rang
BELL = b"."


@dataclass(frozen=True)
class Scoring:
    """A scoring process, the name under which it takes jobs, and the pipe by which it is rung."""

    name: str
    process: subprocess.Popen[bytes]

    @classmethod
    def started(cls, settings: AppSettings, kind: PictureKind) -> Self:
        """A new one. It lives as long as this process holds the pipe, so that it outlives no service, even a killed one."""
        name = new_id()
        process = subprocess.Popen([*COMMAND, kind], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        scoring = cls(name, process)
        os.write(scoring.pipe, Order.of(settings, name).line)
        os.set_blocking(scoring.pipe, False)
        return scoring

    @property
    def pipe(self) -> int:
        """What it reads."""
        assert self.process.stdin is not None
        return self.process.stdin.fileno()

    def ring(self) -> None:
        """There is work; a pipe that is full has rung enough."""
        with suppress(OSError, ValueError):
            os.write(self.pipe, BELL)

    def end(self) -> None:
        """Close the pipe, and kill what does not end by that."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Keeper:
    """As many processes for fields as the settings say, and one for slides once there is one, so that no field waits for it."""

    def __init__(self, settings: AppSettings) -> None:
        self.settings = settings
        self._kinds = kinds(settings.workers)
        self._places: list[Scoring | None] = [None] * len(self._kinds)
        self._over, self._rung = threading.Event(), threading.Event()

    def ring(self) -> None:
        """Tell every process that there is work."""
        self._rung.set()
        for scoring in self._places:
            if scoring:
                scoring.ring()

    @property
    def pids(self) -> list[int]:
        """Of the processes that live now."""
        return [scoring.process.pid for scoring in self._places if scoring]

    @contextmanager
    def running(self, database: Database) -> Iterator[Self]:
        """Nothing is held by anybody at the start, and nothing is under way at the end."""
        with database.writing() as session:
            queue.free(session)
        keeping = [threading.Thread(target=self._keep, args=(place, database)) for place in range(len(self._places))]
        for thread in keeping:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._rung.set()
            for scoring in filter(None, self._places):
                scoring.end()
            for thread in keeping:
                thread.join()

    def _keep(self, place: int, database: Database) -> None:
        """One process after the other; what a dead one held is free at once."""
        while self._wanted(self._kinds[place], database):
            begin = time.monotonic()
            scoring = self._places[place] = Scoring.started(self.settings, self._kinds[place])
            if self._over.is_set():  # while it was starting
                scoring.end()
            scoring.process.wait()
            scoring.end()
            self._places[place] = None
            if self._over.is_set():
                return
            free_again(database, scoring.name)
            if time.monotonic() - begin < SHORT_LIFE:
                self._over.wait(PAUSE)

    def _wanted(self, kind: PictureKind, database: Database) -> bool:
        """Fields always may come; a process for slides is begun when one waits. False when all is over."""
        while not self._over.is_set() and kind == "slide" and not is_waiting(database, kind):
            self._rung.wait(LOOK_AGAIN)
            self._rung.clear()
        return not self._over.is_set()


def kinds(workers: int) -> list[PictureKind]:
    """What each process scores: one is for slides, unless nothing is scored at all."""
    fields: list[PictureKind] = ["field"] * workers
    return [*fields, "slide"] if fields else []


def is_waiting(database: Database, kind: PictureKind) -> bool:
    """Whether there is work; not known where the database is away."""
    with suppress(Problem), database.reading() as session:
        return queue.waits(session, kind, now())
    return False


def free_again(database: Database, name: str) -> None:
    """Best at once; where the database is away the leases end by themselves."""
    with suppress(Problem), database.writing() as session:
        queue.free(session, name, died=True)
