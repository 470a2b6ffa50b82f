"""One client, two homes: it opens from a static host and from the service, stays when the network goes, and asks nobody else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ki67.app.browser.imports import needed
from ki67.app.browser.policy import PAGE
from ki67.app.browser.site import KINDS, Site, listed
from tests.client.conftest import KEPT, Service, kept_offline

MOST = 6_000_000  # bytes to download


@pytest.fixture(scope="module")
def site() -> Site:
    return Site.of_book(KEPT)


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    opened = browser.new_context()
    yield opened
    opened.close()


def hashes(site: Site) -> dict[str, str]:
    return json.loads(re.search(rb"= (.*);", site.files["version.js"], re.DOTALL)[1])  # type: ignore[index]


def at_home(page: Any, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("#places a")


def test_all_of_it_is_small(site: Site) -> None:
    assert 1_000_000 < sum(map(len, site.files.values())) < MOST


def test_the_list_names_every_file_but_itself_and_the_worker_that_reads_it(site: Site) -> None:
    assert hashes(site).keys() == site.files.keys() - {"version.js", "sw.js"}


def test_another_byte_makes_another_list() -> None:
    assert listed({"a.js": b"1"}) == listed({"a.js": b"1"}) != listed({"a.js": b"2"})


def test_a_folder_holds_what_the_client_has_and_nothing_that_it_once_had(site: Site, tmp_path: Path) -> None:
    (tmp_path / "old.js").write_text("gone")
    site.write(tmp_path)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == set(site.files)


def test_every_file_has_a_kind_that_browsers_are_told(site: Site) -> None:
    assert {Path(name).suffix for name in site.files} <= KINDS.keys()


def test_the_books_page_says_itself_what_it_may_load(site: Site) -> None:
    front = site.files["index.html"].decode()
    assert 'content="book"' in front
    assert "; ".join(PAGE) in front


def test_a_static_host_is_enough_and_once_loaded_no_host_is(context: Any, static_client: str) -> None:
    page, asked = context.new_page(), list[str]()
    kept_offline(page, static_client)
    assert page.evaluate("crossOriginIsolated")
    context.set_offline(True)
    page.on("requestfailed", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector("#places a")
    assert page.evaluate("crossOriginIsolated")
    assert asked == []


def test_nothing_is_asked_of_another_host(context: Any, static_client: str) -> None:
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    kept_offline(page, static_client)
    assert {address for address in asked if not address.startswith((static_client, "data:", "blob:"))} == set()
    assert not any("/v1/" in address for address in asked)


def test_a_browser_finds_it_fit_to_be_installed(context: Any, static_client: str) -> None:
    page = context.new_page()
    kept_offline(page, static_client)
    devtools = context.new_cdp_session(page)
    assert devtools.send("Page.getAppManifest")["errors"] == []
    errors = [error["errorId"] for error in devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [error for error in errors if error != "in-incognito"] == []


def test_the_service_serves_the_same_client(context: Any, service: Service) -> None:
    page = context.new_page()
    at_home(page, service.origin)
    assert page.evaluate("crossOriginIsolated")
    assert page.locator("meta[name=ki67-home]").get_attribute("content") == "service"


def test_what_a_browser_has_is_not_sent_again(context: Any, service: Service) -> None:
    first = context.request.get(f"{service.origin}/app.js")
    again = context.request.get(f"{service.origin}/app.js", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status, again.status, again.body()) == (200, 304, b"")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"


def test_the_front_page_names_every_module_that_its_first_screen_needs(site: Site) -> None:
    named = set(re.findall(r'modulepreload" href="([^"]+)"', site.files["index.html"].decode()))
    assert {"app.js", "screens/cases.js", "store/device.js", "words/en.js"} <= named
    assert "screens/cells.js" not in named


def test_modules_are_followed_however_they_name_each_other() -> None:
    files = {
        "app.js": b"import {b} from './rooms/b.js';\nconst later = () => import('./late.js');",
        "rooms/b.js": b"import {\n  c,\n} from '../c.js';\nexport {d} from './d.js';",
        "c.js": b"", "rooms/d.js": b"import './e.js';", "rooms/e.js": b"// from './x.js'", "late.js": b"",
    }  # fmt: skip
    assert needed(files, "app.js") == {"app.js", "rooms/b.js", "c.js", "rooms/d.js", "rooms/e.js"}
