"""WebKitGTK, the lowest rung: driven by plain WebDriver, on a screen that nobody sees."""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any
from urllib.error import URLError

from ki67.app.browser.site import Site
from ki67.bench.client.counting import COUNT, EXAMPLE, Counting
from ki67.bench.client.hosts import plain
from ki67.bench.service.figures import Figure, NotHere, at_most

DRIVER, SCREEN = "WebKitWebDriver", "Xvfb"
BROWSERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib")
PATIENCE_S = 30.0
ASYNC_S = 300
RUN = """const [given, done] = arguments;
({script})(given).then((value) => done({{value}}), (error) => done({{failed: String(error)}}));"""


@dataclass(frozen=True)
class Session:
    """A browser under remote control."""

    address: str
    id: str
    version: str

    def go(self, url: str) -> None:
        """Open a page."""
        asked(f"{self.address}/session/{self.id}/url", {"url": url})

    def evaluate(self, script: str, given: Sequence[object]) -> Any:
        """What an asynchronous function of one argument gives in the page."""
        answer = asked(f"{self.address}/session/{self.id}/execute/async", {"script": RUN.format(script=script), "args": [given]})
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer["value"]


def counted(site: Site, turns: int) -> Iterator[Figure]:
    """Picture to cells."""
    with webkit() as session, plain(site) as address:
        session.go(address)
        counting = Counting.of(session.evaluate(COUNT, [address, EXAMPLE, turns]))
        yield from counting.figures("webkit", f"WebKitGTK {session.version}", at_most(1000))


@contextmanager
def webkit() -> Iterator[Session]:
    """A browser of its own, as long as the block lasts."""
    program = next((found for folder in BROWSERS for found in Path(folder).glob("webkit2gtk-4*/MiniBrowser")), None)
    if program is None or not all(map(shutil.which, (DRIVER, SCREEN))):
        raise NotHere("WebKitGTK is not installed (Debian: apt-get install webkit2gtk-driver xvfb)")
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with screen() as display, running([DRIVER, f"--port={port}"], display):
        options = {"binary": str(program), "args": ["--automation"]}
        session = begun(address, {"alwaysMatch": {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}})
        try:
            asked(f"{address}/session/{session.id}/timeouts", {"script": 1000 * ASYNC_S})
            yield session
        finally:
            asked(f"{address}/session/{session.id}", None, "DELETE")


@contextmanager
def screen() -> Iterator[str]:
    """The name of a display that nobody sees."""
    read, write = os.pipe()
    command = [SCREEN, "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def running(command: Sequence[str], display: str) -> Iterator[None]:
    """A program on a display, ended with the block."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=os.environ | {"DISPLAY": display}, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def begun(address: str, capabilities: object) -> Session:
    """A session, when the driver listens."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = asked(f"{address}/session", {"capabilities": capabilities})
            return Session(address, answer["sessionId"], answer["capabilities"]["browserVersion"])
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def asked(url: str, body: object | None, method: str = "POST") -> Any:
    """The value of a driver's answer."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=ASYNC_S) as answer:
        return json.load(answer)["value"]
