"""WebKitGTK, the lowest rung: driven by plain WebDriver, on a screen that nobody sees."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

from ki67.app.browser.site import Site
from ki67.bench.client.counting import COUNT, EXAMPLE, Counting
from ki67.bench.client.hosts import plain
from ki67.bench.client.webdriver import Session, begun
from ki67.bench.service.figures import Figure, NotHere, at_most

DRIVER, SCREEN = "WebKitWebDriver", "Xvfb"
BROWSERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib")


def counted(site: Site, turns: int) -> Iterator[Figure]:
    """Picture to cells."""
    with TemporaryDirectory() as home, webkit(Path(home)) as session, plain(site) as address:
        session.go(address)
        counting = Counting.of(session.evaluate(COUNT, [address, EXAMPLE, turns]))
        yield from counting.figures("webkit", f"WebKitGTK {session.version}", at_most(1000))


@contextmanager
def webkit(home: Path) -> Iterator[Session]:
    """A browser of its own, as long as the block lasts; what is downloaded lies in its home."""
    program = next((found for folder in BROWSERS for found in Path(folder).glob("webkit2gtk-4*/MiniBrowser")), None)
    if program is None or not all(map(shutil.which, (DRIVER, SCREEN))):
        raise NotHere("WebKitGTK is not installed (Debian: apt-get install webkit2gtk-driver xvfb)")
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    told = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "XDG_CACHE_HOME": str(home / ".cache")}
    with screen() as display, running([DRIVER, f"--port={port}"], told | {"DISPLAY": display}):
        options = {"binary": str(program), "args": ["--automation"]}
        session = begun(address, {"alwaysMatch": {"browserName": "MiniBrowser", "webkitgtk:browserOptions": options}})
        try:
            yield session
        finally:
            session.ask("", method="DELETE")


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
def running(command: Sequence[str], told: Mapping[str, str]) -> Iterator[None]:
    """A program that is told where it is, ended with the block."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=os.environ | told, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
