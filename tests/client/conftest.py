"""The client in a real browser: as the book holds it, as an isolated host serves it, and as `ki67 app` does."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ki67.app.access.who import COOKIE
from ki67.app.browser.made import CHECKOUT
from ki67.app.browser.site import Site
from ki67.app.settings import SQLITE_FILE
from ki67.app.store.database import Database
from ki67.bench.client.hosts import isolated
from tests.app.people import signed_in_token
from tests.browser.conftest import ROOT, Silent, browser  # noqa: F401
from tests.client.colleagues import Colleague
from tests.client.in_page import InPage

KEPT = ROOT / CHECKOUT
PROGRAM = "from ki67.cli.main import main; main()"
Newcomer = Callable[[], Colleague]
Member = Callable[[str], Colleague]


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

    def sign_in(self, login: str) -> dict[str, Any]:
        """The cookie of somebody who signed in, written into the rows of the running service."""
        with closing(Database(f"sqlite:///{self.data / SQLITE_FILE}")) as database:
            token = signed_in_token(database, login, administrator=True)
        return {"name": COOKIE, "value": token, "domain": "localhost", "path": "/", "secure": True, "httpOnly": True}

    def kill(self) -> None:
        """Without a word to anybody."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all tests of a process; nobody in it sees what belongs to another."""
    with started(tmp_path_factory.mktemp("service")) as made:
        yield made


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Service]:
    """One that was just started, with no account yet, for a test that kills it."""
    with started(tmp_path) as made:
        yield made


@contextmanager
def started(data: Path) -> Iterator[Service]:
    """A service in an empty folder; what is made for browsers is made once for all."""
    (data / "client").symlink_to(KEPT)
    made = Service(data)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def newcomer(browser: Any) -> Iterator[Newcomer]:  # noqa: F811
    """Somebody at a browser of their own, whom no service knows yet."""
    contexts = list[Any]()

    def arrived() -> Colleague:
        contexts.append(browser.new_context(reduced_motion="reduce"))
        return Colleague(contexts[-1].new_page())

    yield arrived
    for context in contexts:
        context.close()


@pytest.fixture
def member(newcomer: Newcomer, service: Service) -> Member:
    """Somebody who has an account and signed in, as an administrator, without the ceremonies of that."""

    def arrived(login: str) -> Colleague:
        colleague = newcomer()
        colleague.page.context.add_cookies([service.sign_in(login)])
        colleague.page.goto(service.origin)
        return colleague

    return arrived


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
