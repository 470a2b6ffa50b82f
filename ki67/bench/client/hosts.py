"""Hosts of the client's files: one that knows nothing of them, one that isolates the page, one at the end of a slow line."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ki67.app.access.headers import ALWAYS
from ki67.app.browser.site import FRONT, Site, kind_of

NO_HEADERS: Mapping[str, str] = {}
WORKER = "sw.js"
CHUNK = 16_384  # bytes that go out at once


class Line:
    """What all connections share: so many bits a second, and a pause before each answer."""

    def __init__(self, megabits: float, delay_s: float) -> None:
        self.bytes_per_s, self.delay_s = megabits * 1e6 / 8, delay_s
        self.lock, self.free_at = threading.Lock(), 0.0

    def wait(self, sent: int) -> None:
        """Until so many bytes have gone through, behind those of others."""
        with self.lock:
            self.free_at = max(self.free_at, time.monotonic()) + sent / self.bytes_per_s
            until = self.free_at
        time.sleep(max(0.0, until - time.monotonic()))


class Host(BaseHTTPRequestHandler):
    """Files from memory."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *given: object, files: Mapping[str, bytes], headers: Mapping[str, str], line: Line | None) -> None:
        self.files, self.extra, self.line = files, headers, line
        super().__init__(*given)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A file, or that it is not there."""
        address = self.path.split("?")[0].lstrip("/") or FRONT
        content = self.files.get(address)
        if self.line:
            time.sleep(self.line.delay_s)
        self.send_response(404 if content is None else 200)
        for name, value in self.extra.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind_of(address) if content is not None else "text/plain")
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        for start in range(0, len(content or b""), CHUNK):
            part = (content or b"")[start : start + CHUNK]
            if self.line:
                self.line.wait(len(part))
            self.wfile.write(part)

    def log_message(self, format: str, *given: object) -> None:
        """Say nothing."""


@contextmanager
def host(files: Mapping[str, bytes], headers: Mapping[str, str] = NO_HEADERS, line: Line | None = None) -> Iterator[str]:
    """The address of the files, as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, files=files, headers=headers, line=line))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def isolated(site: Site) -> Iterator[str]:
    """With the service's headers: threads at once."""
    with host(without_worker(site), ALWAYS) as address:
        yield address


@contextmanager
def plain(site: Site) -> Iterator[str]:
    """Without them and without the worker that adds them: one thread."""
    with host(without_worker(site)) as address:
        yield address


def without_worker(site: Site) -> Mapping[str, bytes]:
    """The files of a client that is not kept offline."""
    return {name: content for name, content in site.files.items() if name != WORKER}
