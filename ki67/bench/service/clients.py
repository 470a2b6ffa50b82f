"""Many clients at once, each on a connection that stays open; each takes the next piece of work from one pile."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from ki67.bench.service.asking import Client, done
from ki67.bench.service.made import UM_PER_PX
from ki67.bench.service.running import Running

Work = TypeVar("Work")
Came = TypeVar("Came")
AGAIN_S = 0.05  # until a picture is sent again that the service asked to be sent later


def by_clients(service: Running, clients: int, work: Iterable[Work], deed: Callable[[Client, Work], Came]) -> list[Came]:
    """What came of each piece; in no order."""
    pile = shared(work)

    def worked_off(_: int) -> list[Came]:
        with service.client() as client:
            return [deed(client, piece) for piece in pile()]

    with ThreadPoolExecutor(clients) as pool:
        return [one for each in pool.map(worked_off, range(clients)) for one in each]


def shared(work: Iterable[Work]) -> Callable[[], Iterator[Work]]:
    """A pile that several threads may take from: an iterator for each of them."""
    pile, lock = iter(work), Lock()

    def taken() -> Iterator[Work]:
        while True:
            with lock:
                try:
                    piece = next(pile)
                except StopIteration:
                    return
            yield piece

    return taken


def deliver(client: Client, case: str, content: bytes) -> None:
    """Send a picture until it is acknowledged; another refusal than "later" ends the measurement."""
    while (answer := client.send(case, content, UM_PER_PX)).says_when:
        time.sleep(AGAIN_S)
    done(answer)
