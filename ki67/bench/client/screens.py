"""Pictures of the client's screens, for README and book: a case is walked through with the simulated field."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ki67.app.browser.made import CHECKOUT
from ki67.app.browser.site import Site
from ki67.bench.client.chromium import chromium, opened
from ki67.bench.client.hosts import isolated

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

PHONE: "ViewportSize" = {"width": 390, "height": 844}
SETTLED_MS = 1_000  # for what is said for a moment, and for what still moves


def screens(folder: Path) -> Iterator[Path]:
    """Before counting, its cells, its index, and the case that it is part of."""
    with chromium() as browser, isolated(Site.of_book(CHECKOUT)) as address:
        page = browser.new_page(viewport=PHONE, color_scheme="light", reduced_motion="reduce")
        begin(opened(page, address))
        yield shown(page, folder / "app_preview.png")
        count(page)
        yield shown(page, folder / "app_result.png")
        page.emulate_media(color_scheme="dark")
        page.get_by_role("link", name="See the cells").click()
        page.locator("canvas").wait_for()
        yield shown(page, folder / "app_cells.png")
        page.get_by_role("link", name="Back").click()
        page.get_by_role("link", name="To the case").click()
        page.get_by_role("link", name="Save and export").wait_for()
        yield shown(page, folder / "app_case.png")


def begin(page: "Page") -> None:
    """A case with one field, looked at."""
    page.get_by_role("button", name="New case").click()
    page.get_by_label("Name").fill("T-2041")
    page.get_by_role("button", name="Create").click()
    page.get_by_role("link", name="Add fields").click()
    page.get_by_role("button", name="simulated field").click()
    page.get_by_role("link", name="Look at it").click()
    page.get_by_text("the light is right").wait_for()


def count(page: "Page") -> None:
    """Until the index is there."""
    page.get_by_role("button", name="Count cells").click()
    page.get_by_role("link", name="To the case").wait_for()


def shown(page: "Page", path: Path) -> Path:
    """As a person sees it."""
    page.locator("#status:empty").wait_for(state="attached")
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=path)
    return path
