"""Trials reach every worker, and none is lost with one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from ki67.base.cluster import run_all
from ki67.base.errors import InputError

ROOT = Path(__file__).parents[1]


def squared(number: int) -> int:
    return number**2


class Slow:
    """A trial that says which process does it, and takes its time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, number: int) -> int:
        (self.folder / f"{number}-{os.getpid()}").touch()
        time.sleep(1.0)
        return number**2


def test_without_an_address_trials_run_in_this_process() -> None:
    assert sorted(run_all(squared, [3, 1, 2], "", "squares")) == [(1, 1), (2, 4), (3, 9)]


def test_an_address_without_a_scheduler_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        list(run_all(squared, [1], "tcp://127.0.0.1:9", "squares"))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own."""
    file = tmp_path / "scheduler.json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))}
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", *common, "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-nanny"]
    with open(tmp_path / "log", "wb") as log:
        processes = [subprocess.Popen(scheduler, stderr=log, env=environment)]
        while not file.is_file():
            time.sleep(0.1)
        processes += [subprocess.Popen(worker, stderr=log, env=environment, cwd=tmp_path) for _ in range(2)]
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address, processes[1:]
        for process in processes:
            process.kill()
            process.wait()


def test_a_worker_killed_in_mid_trial_loses_no_trial(cluster, tmp_path: Path) -> None:
    address, workers = cluster
    marks = tmp_path / "marks"
    marks.mkdir()
    killed = workers[0].pid
    done = {}
    for number, result in run_all(Slow(marks), range(8), address, "squares"):
        done[number] = result
        if len(done) == 1:
            while not [mark for mark in marks.iterdir() if mark.name.endswith(f"-{killed}")]:
                time.sleep(0.05)
            os.kill(killed, signal.SIGKILL)
    assert done == {number: number**2 for number in range(8)}
    begun = [mark.name.split("-")[0] for mark in marks.iterdir()]
    assert len(begun) > len(set(begun)), "no trial was begun twice: the kill came between trials"
