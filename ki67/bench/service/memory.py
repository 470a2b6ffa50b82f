"""What the service holds in memory, all of its processes together, while pictures come by the thousand."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

from ki67.bench.service.asking import Client
from ki67.bench.service.clients import by_clients, deliver
from ki67.bench.service.figures import Figure, at_most
from ki67.bench.service.load import CLIENTS, until_scored
from ki67.bench.service.made import WHOLE, picture
from ki67.bench.service.running import Running, running

SMALL = 256  # pixels of a side: a picture of these costs little, and leaves the same rows
EVERY_S = 0.5
CASE = 1_000  # pictures: nobody has more in one
MEGABYTE = 1e6


def remembered(folder: Path, database: str, whole: int, small: int) -> Iterator[Figure]:
    """The peak with whole fields, the peak with small ones, and how much more it is at the end than at the beginning."""
    for name, side, pictures in (("whole", WHOLE, whole), ("small", SMALL, small)):
        with running(folder / name, database) as service:
            held = held_during(service, side, pictures)
        what = f"{pictures:,} uploads of {side}×{side} pixels"
        yield Figure(f"{name}_mb", f"peak memory of all processes without a slide, {what}", max(held), "MB", at_most(450))
    yield Figure("growth_mb", f"growth over these {small:,} uploads", growth(held), "MB", at_most(20))


def held_during(service: Running, side: int, pictures: int) -> list[float]:
    """Megabytes, look by look, until all are scored."""
    with sampled(service) as held:
        for first in range(0, pictures, CASE):
            numbers = range(first, min(first + CASE, pictures))
            with service.client() as client:
                case = client.new_case()

            def sent(client: Client, number: int, case: str = case) -> None:
                deliver(client, case, picture(number, side))

            by_clients(service, CLIENTS, numbers, sent)
            until_scored(service, case, len(numbers))
    return held


@contextmanager
def sampled(service: Running) -> Iterator[list[float]]:
    """What is held now, again and again, as long as the block lasts."""
    held, over = [megabytes(service)], threading.Event()

    def look() -> None:
        while not over.wait(EVERY_S):
            held.append(megabytes(service))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield held
    finally:
        over.set()
        thread.join()


def megabytes(service: Running) -> float:
    """Of server and scoring processes together; what they share counts once."""
    total = 0
    for pid in (service.server, *service.workers):
        with suppress(OSError):  # one that ends at this moment
            total += kilobytes(Path(f"/proc/{pid}/smaps_rollup").read_text(), "Pss")
    return total * 1024 / MEGABYTE


def kilobytes(text: str, entry: str) -> int:
    """A line of the system's account of a process."""
    found = re.search(rf"^{entry}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0


def growth(held: Sequence[float]) -> float:
    """The median of the last fifth against that of the second: in the first one all is still being loaded."""
    fifth = max(len(held) // 5, 1)
    return median(held[-fifth:]) - median(held[fifth : 2 * fifth] or held)
