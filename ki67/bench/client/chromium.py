"""What Chromium does with the client: count, open for the first time and without a net, hold in memory, draw."""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ki67.app.browser.site import Site
from ki67.bench.client.counting import COUNT, EXAMPLE, Counting
from ki67.bench.client.hosts import Line, host, isolated, plain
from ki67.bench.service.figures import Figure, NotHere, at_least, at_most, quantile
from ki67.bench.service.memory import MEGABYTE, kilobytes

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ARGUMENTS = ("--no-sandbox", "--disable-background-networking")
NAMES = ("chromium", "chromium-browser", "google-chrome")
MEGABITS, DELAY_S = 10.0, 0.02
FIRST = "#main .button"  # what can be tapped first
READY = "async (address) => { await (await import(`${address}scorer/scorer.js`)).Scorer.start(); }"
KEPT_OFFLINE = "async () => { await navigator.serviceWorker.ready; }"
CELLS = 5_000
PINCH = """async ([address, picture, n, frames]) => {
  const [{Viewer}, {CLASSES}, {cellsOf}] = await Promise.all(
    ['viewer/viewer.js', 'viewer/kinds.js', 'scorer/cells.js'].map((file) => import(address + file)));
  const blob = await (await fetch(address + picture)).blob();
  const nothing = {tap: () => true, press: () => undefined, key: () => false};
  const viewer = await Viewer.open(blob, {kinds: CLASSES, radius: 18, label: '', keys: '', reach: 22, deeds: nothing});
  const canvas = viewer.element, place = document.createElement('div'), {width, height} = viewer.picture;
  place.className = 'stage';
  place.append(canvas);
  document.querySelector('#main').replaceChildren(place);
  const golden = (1 + Math.sqrt(5)) / 2, spread = (i, by) => (i * by) % 1;
  viewer.show(cellsOf(Array.from({length: n}, (_, i) => [spread(i, golden) * width, i / n * height, 1 + i % 3, 1])));
  await new Promise((done) => setTimeout(done, 500));
  canvas.setPointerCapture = () => undefined; // these fingers are made
  const {left, top, width: w, height: h} = canvas.getBoundingClientRect(), times = [];
  const finger = (pointerId, type, x) =>
    canvas.dispatchEvent(new PointerEvent(type, {pointerId, clientX: left + x, clientY: top + h / 2}));
  const both = (type, apart, by) => [-1, 1].forEach((side, id) => finger(id, type, w / 2 + by + side * apart));
  both('pointerdown', 30, 0);
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < frames; i++) {
    both('pointermove', 30 + 130 * Math.sin(Math.PI * i / frames), 25 * Math.sin(i / 20));
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  both('pointerup', 30, 0);
  viewer.close();
  return times;
}"""


def installed() -> str | None:
    """Chromium as the system has it, by any of its names."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def chromium() -> "Iterator[Browser]":
    """The system's browser; nothing is fetched."""
    program = installed()
    if program is None:
        raise NotHere("chromium is not installed (Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as missing:
        raise NotHere("playwright is not installed; use the environment of `make env`") from missing
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
            yield browser
            browser.close()
        except Error as broke:
            raise RuntimeError(str(broke)) from broke


def counted(site: Site, turns: int) -> Iterator[Figure]:
    """Picture to cells with all threads, and with one."""
    for key, serve in (("threads", isolated), ("one_thread", plain)):
        with chromium() as browser, serve(site) as address:
            counting = Counting.of(opened(browser.new_page(), address).evaluate(COUNT, [address, EXAMPLE, turns]))
            goal = at_most(250) if key == "threads" else None
            yield from counting.figures(f"chromium_{key}", f"Chromium {browser.version}", goal)
            if key == "threads":
                what = f"memory (PSS) of the page's process after {turns + 1} pictures"
                yield Figure("memory_mb", what, page_megabytes(), "MB", at_most(300))


def visited(site: Site, turns: int) -> Iterator[Figure]:
    """The first visit over a slow line, and a later one without any."""
    shown, ready, complete, later = [], [], [], []
    with chromium() as browser:
        for _ in range(turns):
            with host(site.files, line=Line(MEGABITS, DELAY_S)) as address:
                context = browser.new_context(viewport={"width": 390, "height": 844})
                start = time.perf_counter()
                page = opened(context.new_page(), address)
                shown.append(time.perf_counter() - start)
                page.evaluate(READY, address)
                ready.append(time.perf_counter() - start)
                page.evaluate(KEPT_OFFLINE)
                complete.append(time.perf_counter() - start)
                page.close()  # what is opened later finds no page that is awake
                later.append(again_offline(context, address))
                context.close()
    visit = f"first visit over {MEGABITS:g} Mbit/s and {1000 * DELAY_S:g} ms until"
    yield Figure("first_shown_s", f"{visit} the page is shown", median(shown), "s")
    yield Figure("first_ready_s", f"{visit} a picture can be counted", median(ready), "s", at_most(3))
    yield Figure("first_complete_s", f"{visit} all is on the device", median(complete), "s")
    yield Figure("offline_visit_s", "a later visit without a net until the page can be used", median(later), "s", at_most(0.5))


def again_offline(context: "BrowserContext", address: str) -> float:
    """Seconds until the page, opened anew without a net, can be used."""
    context.set_offline(True)
    page = context.new_page()
    start = time.perf_counter()
    opened(page, address)
    return time.perf_counter() - start


def drawn(site: Site, frames: int) -> Iterator[Figure]:
    """Frames while two fingers zoom into a field of thousands of cells, and out again."""
    with chromium() as browser, isolated(site) as address:
        page = opened(browser.new_page(viewport={"width": 390, "height": 844}), address)
        times = page.evaluate(PINCH, [address, EXAMPLE, CELLS, frames])
    what = f"a pinch over {CELLS:,} cells, {frames} frames without a graphics card"
    yield Figure("frames_per_s", f"frames a second of {what}", rate(times), "/s", at_least(59))
    yield Figure("frame_p95_ms", f"95 of 100 frames of {what}", quantile(times, 0.95), "ms")


def rate(times: Sequence[float]) -> float:
    """Frames a second over all of their time, in milliseconds: one that hangs is not hidden by many that do not."""
    return 1000 * len(times) / sum(times)


def opened(page: "Page", address: str) -> "Page":
    """The client, when something can be tapped."""
    page.goto(address, wait_until="commit")
    page.locator(FIRST).first.wait_for()
    return page


def page_megabytes() -> float:
    """Of this process's browsers the page that holds most."""
    held = [0.0]
    for process in descendants(os.getpid()):
        with suppress(OSError):  # one that ends at this moment
            if b"--type=renderer" in (Path("/proc") / str(process) / "cmdline").read_bytes():
                held.append(kilobytes((Path("/proc") / str(process) / "smaps_rollup").read_text(), "Pss") * 1024 / MEGABYTE)
    return max(held)


def descendants(root: int) -> set[int]:
    """All processes that a process began, and theirs."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rsplit(")", 1)[1].split()[1])
    found, last = {root}, 0
    while len(found) != last:
        last = len(found)
        found |= {process for process, parent in parents.items() if parent in found}
    return found - {root}
