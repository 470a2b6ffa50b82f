"""What clients see while the database is gone or the disk is full, and that everything goes on afterwards."""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ki67.app.settings import SQLITE_FILE
from ki67.bench.postgres import Postgres
from ki67.bench.service.asking import done
from ki67.bench.service.away import filled, locked, silent, small_disk, stopped
from ki67.bench.service.kept import Kept, looked_over
from ki67.bench.service.running import Running, running
from ki67.bench.service.sending import Reply, sending, until_acknowledged

SOME = 8  # pictures that are acknowledged before an outage, and after it
DISK_MB = 64
EVERY_S = 0.1  # somebody reads while others send


@dataclass(frozen=True)
class Answered:
    """Requests that were begun during an outage: done, or told when to come again; any other refusal ends the measurement."""

    good: int
    told: int
    slowest_s: float

    @classmethod
    def of(cls, replies: Iterable[Reply]) -> "Answered":
        """Counted."""
        found = list(replies)
        told = sum(reply.answer is not None and not reply.good for reply in found)
        return cls(sum(reply.good for reply in found), told, max((reply.seconds for reply in found), default=0))


@dataclass(frozen=True)
class Outage:
    """What was seen of one."""

    seconds: float
    sent: Answered
    read: Answered
    back_s: float  # from its end until a picture was taken again
    kept: Kept


def database_gone(service: Running, server: Postgres | None, seconds: float) -> Outage:
    """PostgreSQL is shut down and started again; SQLite is written to by another process all the time."""
    return lived_through(service, stopped(server) if server else locked(service.data / SQLITE_FILE), seconds)


def database_silent(service: Running, server: Postgres, seconds: float) -> Outage:
    """PostgreSQL takes what it is asked and answers nothing."""
    return lived_through(service, silent(server), seconds)


def full_disk(folder: Path, database: str, seconds: float) -> Outage:
    """The disk of a service is full, which is a small one made for this; where none can be made, a line says why."""
    with small_disk(folder, DISK_MB), running(folder, database) as service:
        return lived_through(service, filled(folder), seconds)


def lived_through(service: Running, away: AbstractContextManager[None], seconds: float) -> Outage:
    """Take something away under clients that send."""
    with sending(service) as senders:
        until_acknowledged(senders, SOME)
        with away:
            begin = time.monotonic()
            reads = read_until(service, begin + seconds)
        end = time.monotonic()
        until_acknowledged(senders, SOME)
    replies = [reply for sender in senders for reply in sender.replies]
    return Outage(
        seconds=end - begin,
        sent=Answered.of(reply for reply in replies if begin <= reply.begun < end),
        read=Answered.of(reads),
        back_s=min(reply.ended for reply in replies if reply.good and reply.ended > end) - end,
        kept=looked_over(service, senders),
    )


def read_until(service: Running, end: float) -> list[Reply]:
    """Somebody looks at their cases, again and again."""
    replies = []
    while (begin := time.monotonic()) < end:
        with service.client() as client:
            answer = client.ask("GET", "/v1/cases")
        replies.append(Reply(begin, time.monotonic() - begin, answer if answer.says_when else done(answer)))
        time.sleep(EVERY_S)
    return replies
