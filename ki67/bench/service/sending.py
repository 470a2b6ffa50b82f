"""Clients that send one picture after the other, each until it is acknowledged, and how they were answered."""

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from ki67.bench.service.asking import AWAY, Answer, done
from ki67.bench.service.made import SOURCES, UM_PER_PX, picture
from ki67.bench.service.running import Running

CLIENTS, SIDE = 8, 256
AGAIN_S = 0.05  # until a picture that was not acknowledged is sent again
PATIENCE_S = 120.0  # with one picture


@dataclass(frozen=True)
class Reply:
    """When a request was begun, how long it took, and what came back: nothing where the connection was cut."""

    begun: float
    seconds: float
    answer: Answer | None

    @property
    def ended(self) -> float:
        """When it came."""
        return self.begun + self.seconds

    @property
    def good(self) -> bool:
        """What was asked for is done."""
        return self.answer is not None and self.answer.good


@dataclass
class Sender:
    """A client with a case of its own, and pictures that no other client sends."""

    service: Running
    case: str
    number: int
    over: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    def run(self) -> None:
        """Until it is over, and then until the last picture is acknowledged."""
        numbers = count(self.number, CLIENTS)
        while not self.over.is_set():
            self.send(picture(next(numbers), SIDE))

    def send(self, content: bytes) -> None:
        """Again and again, but not for ever."""
        end = time.monotonic() + PATIENCE_S
        while not self.tried(content):
            if time.monotonic() > end:
                raise TimeoutError(f"a picture was not acknowledged within {PATIENCE_S:.0f} s")
            time.sleep(AGAIN_S)

    def tried(self, content: bytes) -> bool:
        """Whether it was acknowledged. Of the refusals only those are borne that say when to come again."""
        begin, answer = time.monotonic(), None
        try:
            with self.service.client() as client:
                answer = client.send(self.case, content, UM_PER_PX)
        except ConnectionRefusedError:
            return False  # the server is not up again
        except AWAY:
            pass
        self.replies.append(Reply(begin, time.monotonic() - begin, answer))
        if answer is None or answer.says_when:
            return False
        self.acknowledged.append(done(answer).json()["id"])
        return True


@contextmanager
def sending(service: Running) -> Iterator[list[Sender]]:
    """Clients at work, as long as the block lasts and until each has its last picture acknowledged."""
    for number in range(SOURCES):
        picture(number, SIDE)  # its field is rendered before anybody waits for it
    over = threading.Event()
    with service.client() as client:
        senders = [Sender(service, client.new_case(), number, over) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(sender.run) for sender in senders]
        try:
            yield senders
        finally:
            over.set()
        for one in running:
            one.result()


def until_acknowledged(senders: Sequence[Sender], more: int) -> None:
    """Wait until clients have so many more pictures acknowledged."""
    wanted = acknowledged(senders) + more
    end = time.monotonic() + PATIENCE_S
    while acknowledged(senders) < wanted:
        if time.monotonic() > end:
            raise TimeoutError(f"{more} pictures were not acknowledged within {PATIENCE_S:.0f} s")
        time.sleep(0.01)


def acknowledged(senders: Sequence[Sender]) -> int:
    """How many pictures were, up to now."""
    return sum(len(sender.acknowledged) for sender in senders)
