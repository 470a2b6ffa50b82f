"""Calls timed in turns, so that whatever else the machine does meets all of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """Seconds by the clock and of all cores."""

    wall: float
    cpu: float


def in_turns(calls: Mapping[str, Callable[[], object]], turns: int) -> dict[str, list[Turn]]:
    """Each call's cost, turn by turn, after two that do not count."""
    costs: dict[str, list[Turn]] = {name: [] for name in calls}
    for turn in range(turns + 2):
        for name, call in calls.items():
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            if turn >= 2:
                costs[name].append(Turn(time.perf_counter() - wall, time.process_time() - cpu))
    return costs
