"""The built book behind a local server, and a real browser to read it with."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ki67.bench.client.chromium import installed

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

ROOT = Path(__file__).resolve().parents[2]
BOOK = Path(os.environ.get("KI67_BOOK", ROOT / "build/book/_build/html"))
CHROMIUM = installed()
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Silent(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the built book."""
    if not (BOOK / "index.html").is_file():
        pytest.skip(f"no built book at {BOOK}; run `make book` first")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(BOOK)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator["sync_api.Browser"]:
    """Chromium as the system has it; nothing is fetched."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine; `apt-get install chromium` to run the browser tests")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
