"""What `ki67 bench-client` stands on: a line as slow as it says, hosts that isolate or not, figures that are medians."""

import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ki67.app.browser.site import Site
from ki67.base.tables import read_json
from ki67.bench.client import chromium, measured, webkit
from ki67.bench.client.chromium import rate
from ki67.bench.client.counting import Counting
from ki67.bench.client.hosts import Line, host, isolated, plain
from ki67.bench.service.figures import Figure, NotHere, at_most

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


def test_one_frame_that_hangs_is_seen_in_the_frames_a_second() -> None:
    assert rate([20.0] * 50) == 50
    assert rate([10.0] * 99 + [1010.0]) == 50  # 100 frames in two seconds


def breaking(why: Exception) -> Callable[[Site, int], Iterator[Figure]]:
    """A part of the measurement that gives no figure."""

    def part(site: Site, turns: int) -> Iterator[Figure]:
        yield from ()
        raise why

    return part


def test_a_browser_that_is_not_here_is_told_and_one_that_broke_off_has_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "MEASURED", tmp_path / "client.json")
    monkeypatch.setattr(Site, "of_book", lambda folder: SITE)
    monkeypatch.setattr(webkit, "counted", breaking(NotHere("WebKitGTK is not installed")))
    for part in ("counted", "visited", "drawn"):
        monkeypatch.setattr(chromium, part, breaking(RuntimeError("the page crashed")))
    said = list(measured.bench(turns=1))
    assert "not measured: WebKitGTK: WebKitGTK is not installed" in said and "visits broke off: the page crashed" in said
    kept = read_json(tmp_path / "client.json")
    assert [len(kept["broke_off"]), kept["not_measured"][-1]] == [3, "WebKitGTK: WebKitGTK is not installed"]
    assert (tmp_path / "client.csv").read_text().splitlines()[-3:] == [
        f"{part} broke off: the page crashed,,,,no" for part in ("counting", "visits", "frames")
    ]
