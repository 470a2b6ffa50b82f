"""What `ki67 bench-client` stands on: a line as slow as it says, hosts that isolate or not, figures that are medians."""

import threading
import time
import urllib.request

import pytest

from ki67.app.browser.site import Site
from ki67.bench.client.counting import Counting
from ki67.bench.client.hosts import Line, host, isolated, plain
from ki67.bench.service.figures import at_most

SITE = Site({"index.html": b"x" * 50_000, "sw.js": b"", "app.js": b"y" * 50_000})


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return bytes(answer.read())


def test_two_files_share_a_slow_line() -> None:
    with host(SITE.files, line=Line(megabits=4, delay_s=0)) as address:
        start = time.perf_counter()
        threads = [threading.Thread(target=fetched, args=(address + name,)) for name in ("index.html", "app.js")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 0.19 <= time.perf_counter() - start < 2  # 100,000 bytes at 500,000 a second


def test_a_fast_line_is_not_slowed() -> None:
    with host(SITE.files) as address:
        assert fetched(address) == SITE.files["index.html"]


def test_only_an_isolated_page_gets_the_headers_for_threads() -> None:
    for serve, told in ((isolated, "same-origin"), (plain, None)):
        with serve(SITE) as address, urllib.request.urlopen(address) as answer:
            assert answer.headers["Cross-Origin-Opener-Policy"] == told


def test_neither_is_kept_offline() -> None:
    for serve in (isolated, plain):
        with serve(SITE) as address, pytest.raises(urllib.request.HTTPError, match="404"):
            fetched(f"{address}sw.js")


def test_a_slow_turn_moves_the_end_and_not_the_median() -> None:
    middle, slow = Counting(94, "2 threads", [100.0] * 29 + [900.0] * 2).figures("key", "Chromium", at_most(250))
    assert (middle.value, slow.value) == (100, 900)
    assert (middle.met, slow.met) == (True, None)
