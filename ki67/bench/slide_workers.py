"""Two slides over two workers of a cluster, each with a core of its own, against the same over one: how much is gained."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from ki67.base.cluster import client, workers
from ki67.pictures.header import header
from ki67.slides.model import load_slide_model
from ki67.slides.remote import RemoteScorer

SLIDES = 2


def seconds(networks: Path, slide: Path, warming: Path, count: int) -> float:
    """Of two slides on so many workers of one core each, their networks made ready before by another slide on each."""
    with ExitStack() as until:
        address = until.enter_context(workers(count))
        a_core_each(address)
        kept = Path(until.enter_context(tempfile.TemporaryDirectory()))
        model, waiting = load_slide_model(networks), until.enter_context(ThreadPoolExecutor(SLIDES))
        scorer = until.enter_context(RemoteScorer(model, kept, None, address))
        score(scorer, waiting, "warming", warming)
        start = time.perf_counter()
        score(scorer, waiting, "slide", slide)
        return time.perf_counter() - start


def a_core_each(address: str) -> None:
    """Without it one worker would take every core for its slide, and a second could gain nothing."""
    with client(address) as dask:
        for core, worker in zip(sorted(os.sched_getaffinity(0)), dask.scheduler_info()["workers"], strict=False):
            dask.run(keep_to, core, workers=[worker])


def keep_to(core: int) -> None:
    """All threads of this process run on one core, and those that they start."""
    for thread in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(thread), {core})


def score(scorer: RemoteScorer, waiting: ThreadPoolExecutor, name: str, slide: Path) -> None:
    """One slide under two names, both at once."""
    found = header(slide)
    list(waiting.map(lambda number: scorer.score(f"{name}{number}", found), range(SLIDES)))


def efficiency(networks: Path, slide: Path, warming: Path) -> dict[str, float]:
    """Seconds with one worker and with two, and the share of two workers that is used: 1 where they halve the time."""
    one, two = (seconds(networks, slide, warming, count) for count in (1, SLIDES))
    return {"one_worker_s": one, "two_workers_s": two, "efficiency": one / (SLIDES * two)}
