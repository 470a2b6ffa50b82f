"""Nothing acknowledged is lost: the server is killed again and again under clients that send pictures."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import select

from ki67.app.settings import AppSettings
from ki67.app.store.database import Database
from ki67.app.store.files import Files
from ki67.app.store.rows import LogEntry
from ki67.app.store.verify import verified
from ki67.bench.service.asking import AWAY, done
from ki67.bench.service.made import SOURCES, UM_PER_PX, picture
from ki67.bench.service.running import Running

CLIENTS, SIDE = 8, 256
SETTLE_S = 300.0


@dataclass(frozen=True)
class Kept:
    """What came of all that was sent."""

    kills: int
    cut: int  # requests that a kill cut off
    acknowledged: int
    lost: int
    not_scored: int
    twice: int  # rows of one picture, or results of one
    faults: int  # that `ki67 app verify` finds


@dataclass
class Sender:
    """A client that sends one picture after the other into a case of its own, each until it is acknowledged."""

    service: Running
    pictures: Iterator[bytes]
    over: threading.Event
    case: str
    sent: int = 0
    cut: int = 0
    acknowledged: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Until it is over, and then until the last one is acknowledged."""
        while not self.over.is_set():
            content = next(self.pictures)
            self.sent += 1
            while (picture_id := self.tried(content)) is None:
                time.sleep(0.05)
            self.acknowledged.append(picture_id)

    def tried(self, content: bytes) -> str | None:
        """Its id where it was acknowledged."""
        try:
            with self.service.client() as client:
                answer = client.send(self.case, content, UM_PER_PX)
        except AWAY as error:
            self.cut += not isinstance(error, ConnectionRefusedError)
            return None
        return None if answer.says_when else str(done(answer).json()["id"])


def killed_again_and_again(service: Running, kills: int, seed: int = 1) -> Kept:
    """Kill the server at random moments while clients send; then look for all that it had acknowledged."""
    over, moments, lock = threading.Event(), random.Random(seed), threading.Lock()
    pictures = (picture(number, SIDE) for number in count())
    for _ in range(SOURCES):  # rendered before anybody waits for them
        next(pictures)
    with service.client() as client:
        senders = [Sender(service, locked(pictures, lock), over, client.new_case()) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        sending = [pool.submit(sender.run) for sender in senders]
        for _ in range(kills):
            time.sleep(moments.uniform(0.1, 1.5))
            service.kill()
            service.start()
        over.set()
        for one in sending:
            one.result()
    return looked_over(service, senders, kills)


def locked(pictures: Iterator[bytes], lock: threading.Lock) -> Iterator[bytes]:
    """One after the other, for several threads."""
    while True:
        with lock:
            content = next(pictures)
        yield content


def looked_over(service: Running, senders: list[Sender], kills: int) -> Kept:
    """Wait until nothing is to be scored, then compare."""
    states = {sender.case: settled(service, sender.case) for sender in senders}
    lost = [one for sender in senders for one in sender.acknowledged if one not in states[sender.case]]
    rows = sum(len(states[sender.case]) - sender.sent for sender in senders)
    settings = AppSettings(service.data, service.database)
    database = Database(settings.url, 1)
    try:
        results = scorings(database)
        faults = verified(database, Files(settings.files, settings.incoming)).faults
    finally:
        database.close()
    return Kept(
        kills=kills, cut=sum(sender.cut for sender in senders), acknowledged=sum(len(sender.acknowledged) for sender in senders),
        lost=len(lost), not_scored=sum(state != "scored" for each in states.values() for state in each.values()),
        twice=rows + sum(times - 1 for times in results.values()), faults=len(faults),
    )  # fmt: skip


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
