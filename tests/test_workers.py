"""Workers do their work, and none is left behind when whoever gave it is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ki67.base.workers import pool

WAITS = """
import os
import time

from ki67.base.workers import pool


def pid(_):
    time.sleep(0.2)
    return os.getpid()


if __name__ == "__main__":
    with pool(2) as workers:
        print(*set(workers.map(pid, range(8))), flush=True)
        time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_work_comes_back_in_its_order() -> None:
    with pool(2) as workers:
        assert list(workers.map(abs, [-3, 2, -1])) == [3, 2, 1]


@pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="asks Linux which processes live")
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "waits.py"
    script.write_text(WAITS)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workers = [int(word) for word in process.stdout.readline().split()]
        assert workers and all(map(alive, workers))
        os.kill(process.pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(alive, workers))
