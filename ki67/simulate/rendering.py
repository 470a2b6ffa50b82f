"""Renders many pictures on all cores, and hands each back as soon as its turn comes."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tqdm import tqdm

from ki67.base.workers import pool

Order = TypeVar("Order")
Rendered = TypeVar("Rendered")


@dataclass(frozen=True)
class Progress:
    """What the bar says: of how many, how many were there before, and what they are."""

    total: int
    done: int
    unit: str
    shown: bool


def render_all(
    render: Callable[[Order], Rendered], orders: Sequence[Order], workers: int | None, progress: Progress
) -> Iterator[Rendered]:
    """What `render` makes of each order, in the sequence of the orders, whatever the number of workers."""
    count = workers or os.cpu_count() or 1
    with tqdm(
        total=progress.total, initial=progress.done, unit=progress.unit, desc="simulated", disable=not progress.shown
    ) as bar:  # fmt: skip
        if count == 1:
            for order in orders:
                yield render(order)
                bar.update()
            return
        with pool(count) as processes:
            for rendered in processes.map(render, orders, chunksize=2):
                yield rendered
                bar.update()
