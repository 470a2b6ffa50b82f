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

from ki67.app.access.headers import ALWAYS
from ki67.app.browser.site import Site
from tests.browser.conftest import ROOT, Silent, browser  # noqa: F401
from tests.client.in_page import InPage

KEPT = ROOT / "build/client"
PROGRAM = "from ki67.cli.main import main; main()"


class Isolated(Silent):
    """A host that sends the headers that the service sends."""

    def end_headers(self) -> None:
        for name, value in ALWAYS.items():
            self.send_header(name, value)
        super().end_headers()


@contextmanager
def served(folder: Path, host: type[Silent]) -> Iterator[str]:
    """The address of a folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(host, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="session")
def static_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """As in the book: files on a host that knows nothing of them."""
    folder = tmp_path_factory.mktemp("book")
    Site.of_book(KEPT).write(folder / "try")
    with served(folder, Silent) as address:
        yield f"{address}try/"


@pytest.fixture(scope="session")
def isolated_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Plain files with the service's headers, and no service: threads without waiting for a service worker."""
    folder = tmp_path_factory.mktemp("isolated")
    Site.of_book(KEPT).write(folder)
    (folder / "sw.js").unlink()
    with served(folder, Isolated) as address:
        yield address


@pytest.fixture(scope="module")
def parts(browser: Any, isolated_client: str) -> Iterator[InPage]:  # noqa: F811
    """The scorer's modules, one by one."""
    page = browser.new_page()
    page.goto(isolated_client + "words/en.js")
    yield InPage(page)
    page.close()


@dataclass(frozen=True)
class Team:
    """A service that was just started: where it is, and what opens its first account."""

    origin: str
    setup: str
    data: Path


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """`ki67 app` in a folder of its own, with no account yet."""
    (tmp_path / "client").symlink_to(KEPT)
    command = [sys.executable, "-c", PROGRAM, "app", "--data", str(tmp_path), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    origin, setup = (re.search(pattern, process.stdout.readline())[1] for pattern in (r"(\S+): ki67", r"(\S+): opens"))  # type: ignore[index]
    yield Team(origin, setup, tmp_path)
    process.terminate()
    process.wait()


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
