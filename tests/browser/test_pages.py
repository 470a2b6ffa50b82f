"""The built book in a real browser, as a reader with a laptop and a reader with a phone see it."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.browser.conftest import BOOK

pytestmark = pytest.mark.browser
PAGES = sorted(p.relative_to(BOOK).as_posix() for p in BOOK.rglob("*.html") if "_static" not in p.parts)
PHONE, LAPTOP = 390, 1280


@dataclass
class Seen:
    """What a browser did while it showed one page."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    too_wide: dict[int, int] = field(default_factory=dict)
    broken_images: int = 0


def visit(browser: Any, address: str, site: str) -> Seen:
    """Open a page in a fresh context, wait until it is at rest, and look at it in both widths."""
    seen = Seen()
    context = browser.new_context(viewport={"width": PHONE, "height": 844})
    page = context.new_page()
    page.on("request", lambda r: r.url.startswith((site, "data:", "blob:")) or seen.outside.append(r.url))
    page.on("console", lambda m: m.type == "error" and seen.errors.append(m.text))
    page.on("pageerror", lambda e: seen.errors.append(str(e)))
    page.on("requestfailed", lambda r: seen.errors.append(f"failed: {r.url}"))
    page.goto(address, wait_until="networkidle")
    for width in (PHONE, LAPTOP):
        page.set_viewport_size({"width": width, "height": 844})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        seen.too_wide |= {width: over} if over else {}
    seen.broken_images = page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).length")
    context.close()
    return seen


@pytest.mark.parametrize("page", PAGES or ["index.html"])
def test_a_page_shows_itself_without_the_outside_world(browser: Any, site: str, page: str) -> None:
    assert visit(browser, f"{site}/{page}", site) == Seen()


def test_a_bad_page_is_seen_to_be_bad(browser: Any, site: str) -> None:
    bad = (
        "data:text/html,<meta name=viewport content='width=device-width'><div style='width:2000px'>wide</div>"
        "<script src='http://127.0.0.1:9/x.js'></script><script>throw Error('oops')</script>"
    )
    seen = visit(browser, bad, site)
    assert seen.outside == ["http://127.0.0.1:9/x.js"]
    assert any("oops" in error for error in seen.errors)
    assert seen.too_wide.keys() == {PHONE, LAPTOP}
