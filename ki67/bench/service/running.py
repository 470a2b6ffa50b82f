"""A service in processes of its own, as `ki67 app` starts it: to be killed, started again, and measured."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ki67.bench.service.asking import AWAY, Client, first_token

PROGRAM = "from ki67.cli.main import main; main()"
START_S = 60.0


@dataclass
class Running:
    """The service over a folder and a database; it keeps its port over all of its lives."""

    data: Path
    database: str = ""
    port: int = 0
    token: str = ""
    process: subprocess.Popen[str] | None = field(default=None)

    def start(self) -> float:
        """Start it; seconds until it answered. The first time it also makes an account."""
        begin = time.perf_counter()
        command = [sys.executable, "-c", PROGRAM, "app", "--data", str(self.data), "--port", str(self.port)]
        more = ["--database", self.database] if self.database else []
        self.process = subprocess.Popen([*command, *more], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(found(r":(\d+): ki67", self.process.stdout.readline()))
        self.until_it_answers()
        took = time.perf_counter() - begin
        if not self.token:
            self.token = first_token(self.port, found(r"#link=(\S+):", self.process.stdout.readline()))
        return took

    def until_it_answers(self) -> None:
        """Wait for its health."""
        end = time.monotonic() + START_S
        while not self.healthy():
            if time.monotonic() > end:
                raise RuntimeError(f"the service on port {self.port} does not answer")
            time.sleep(0.02)

    def healthy(self) -> bool:
        """Whether it and its database answer."""
        try:
            with Client(self.port) as client:
                return client.ask("GET", "/v1/health").good
        except AWAY:
            return False

    def client(self) -> Client:
        """Somebody with a token."""
        return Client(self.port, self.token)

    def kill(self) -> None:
        """As if the power went, but for what the system still writes."""
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it and everything that it started."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            assert self.process.stdout
            self.process.stdout.close()
            self.process = None

    @property
    def server(self) -> int:
        """The server's process."""
        assert self.process
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        """The processes that score."""
        return children(self.server)


def scores_fields(worker: int) -> bool:
    """Whether that is what a process was started for; the other kind outlines slides."""
    return Path(f"/proc/{worker}/cmdline").read_bytes().endswith(b"field\0")


def found(pattern: str, line: str) -> str:
    """What a line tells."""
    match = re.search(pattern, line)
    if match is None:
        raise RuntimeError(f"`ki67 app` did not start: {line!r}")
    return match[1]


@contextmanager
def running(data: Path, database: str = "") -> Iterator[Running]:
    """A service, ended afterwards."""
    service = Running(data, database)
    try:
        service.start()
        yield service
    finally:
        service.end()


def children(pid: int) -> list[int]:
    """The processes that one has started, and that live."""
    found = list[int]()
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has just ended
            found += map(int, path.read_text().split())
    return found


def kill_one(pid: int) -> None:
    """A process, without asking it."""
    os.kill(pid, signal.SIGKILL)


@contextmanager
def held_still(pids: Sequence[int]) -> Iterator[None]:
    """Processes that do nothing as long as the block lasts, nor notice it."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
