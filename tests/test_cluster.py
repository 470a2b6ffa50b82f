"""Trials reach every worker, and none is lost with one."""

import os
import signal
import time
from pathlib import Path

import pytest

from ki67.base import cluster as base_cluster
from ki67.base.cluster import run_all
from ki67.base.errors import InputError


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


def test_an_address_without_a_scheduler_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_cluster, "PATIENCE", 0.3)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        list(run_all(squared, [1], "tcp://127.0.0.1:9", "squares"))


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
