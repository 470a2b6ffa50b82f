"""How long from the command to the first answer."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from ki67.bench.service.figures import Figure, at_most
from ki67.bench.service.running import Running

GOAL_S = 2.0  # to the answer of `/v1/health`


def started(folder: Path, database: str, times: int) -> Iterator[Figure]:
    """The median of some starts: each in a new empty folder, and again over what is there."""
    starts = [started_twice(Running(folder / str(number), database)) for number in range(times)]
    first, again = zip(*starts, strict=True)
    yield Figure("empty_s", f"start in an empty folder, median of {times}", median(first), "s", at_most(GOAL_S))
    yield Figure("again_s", f"start over what is there, median of {times}", median(again), "s", at_most(GOAL_S))


def started_twice(service: Running) -> tuple[float, float]:
    """Seconds of the first start, in which the tables are made, and of a later one."""
    try:
        first = service.start()
        service.end()
        return first, service.start()
    finally:
        service.end()
