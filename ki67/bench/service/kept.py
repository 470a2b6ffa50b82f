"""What became of all that clients sent: every picture that was acknowledged is there and scored, and none is there twice."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import select

from ki67.app.settings import AppSettings
from ki67.app.store.database import Database
from ki67.app.store.files import Files
from ki67.app.store.rows import LogEntry
from ki67.app.store.verify import verified
from ki67.bench.service.running import Running
from ki67.bench.service.sending import Sender

SETTLE_S = 300.0


@dataclass(frozen=True)
class Kept:
    """How many pictures there are, and what is wrong with them."""

    cut: int  # requests whose connection was lost
    acknowledged: int
    lost: int
    not_scored: int
    twice: int  # rows of one picture, or scorings of one
    faults: int  # that `ki67 app verify` finds

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not (self.lost or self.not_scored or self.twice or self.faults)


def looked_over(service: Running, senders: Sequence[Sender]) -> Kept:
    """Wait until nothing is to be scored, then compare."""
    states = {picture: state for sender in senders for picture, state in settled(service, sender.case).items()}
    acknowledged = Counter(picture for sender in senders for picture in sender.acknowledged)
    settings = AppSettings(service.data, service.database)
    with closing(Database(settings.url, 1)) as database:
        scored = scorings(database)
        faults = verified(database, Files(settings.files, settings.incoming)).faults
    return Kept(
        cut=sum(reply.answer is None for sender in senders for reply in sender.replies),
        acknowledged=acknowledged.total(),
        lost=len(acknowledged.keys() - states.keys()),
        not_scored=sum(state != "scored" for state in states.values()),
        twice=len(states.keys() - acknowledged.keys()) + sum(scored[picture] > 1 for picture in states),
        faults=len(faults),
    )


def settled(service: Running, case: str) -> dict[str, str]:
    """The state of each picture of a case, once none waits."""
    end = time.monotonic() + SETTLE_S
    while True:
        with service.client() as client:
            states = {each["id"]: each["state"] for each in client.pictures(case)}
        if "waiting" not in states.values() or time.monotonic() > end:
            return states
        time.sleep(0.2)


def scorings(database: Database) -> Counter[str]:
    """How often each picture was scored, by the log."""
    with database.reading() as session:
        return Counter(session.scalars(select(LogEntry.subject).where(LogEntry.action == "picture.scored")))
