"""The client in a real browser: as the book holds it, as an isolated host serves it, and as `ki67 app` does."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ki67.app.browser.made import CHECKOUT
from ki67.app.browser.site import Site
from ki67.bench.client.hosts import isolated
from tests.browser.conftest import ROOT, Silent, browser  # noqa: F401
from tests.client.in_page import InPage

KEPT = ROOT / CHECKOUT
PROGRAM = "from ki67.cli.main import main; main()"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on a host that knows nothing of what is in it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def static_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As in the book: files on a host that knows nothing of them."""
    folder = tmp_path_factory.mktemp("book")
    Site.of_book(KEPT).write(folder / "try")
    with served(folder) as address:
        yield f"{address}try/"


@pytest.fixture(scope="session")
def isolated_client() -> Iterator[str]:
    """With the service's headers, and no service: threads without waiting for a service worker."""
    with isolated(Site.of_book(KEPT)) as address:
        yield address


@pytest.fixture(scope="module")
def parts(browser: Any, isolated_client: str) -> Iterator[InPage]:  # noqa: F811
    """The scorer's modules, one by one."""
    page = browser.new_page()
    page.goto(isolated_client + "words/en.js")
    yield InPage(page)
    page.close()


@dataclass
class Service:
    """`ki67 app` in a folder of its own; it can be killed, and started again where it was."""

    data: Path
    port: int = 0
    setup: str = ""  # the link that opens the first account
    process: Any = None

    @property
    def origin(self) -> str:
        """Where browsers find it."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Listen; where it listened before, if it did."""
        command = [sys.executable, "-c", PROGRAM, "app", "--data", str(self.data), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+): ki67", self.process.stdout.readline())[1])  # type: ignore[index]
        if not self.setup:
            self.setup = self.process.stdout.readline().split(": opens")[0]

    def kill(self) -> None:
        """Without a word to anybody."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """One that was just started, with no account yet."""
    (tmp_path / "client").symlink_to(KEPT)
    made = Service(tmp_path)
    made.start()
    yield made
    made.kill()


def kept_offline(page: Any, address: str) -> None:
    """Open it, and wait until its files are on the device and it has loaded itself anew, isolated, since nobody has begun.

    Playwright's `evaluate` counts as somebody's touch, so nothing is asked of the page before.
    """
    loads = list[str]()
    page.on("load", lambda _: loads.append(address))
    page.goto(address)
    for _ in range(200):
        page.wait_for_timeout(50)
        if len(loads) == 2:
            break
    page.wait_for_selector("#places a")
