"""A whole case on the page of a static host, from a file to exports: with no network, and with no word of where it came from."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ki67.app.browser.made import made
from tests.client.conftest import KEPT, kept_offline
from tests.client.on_device import PASSPHRASE

CAMERA, NAME = "SECRET-CAMERA", "Mrs-Miller.jpg"
EXPORTS = {
    "Figures of the fields": "scores.csv", "Figures of the case": "case.csv", "Cells": "cells.csv", "Opinions": "opinions.csv",
    "Cells for QuPath": "1.geojson", "Drawings": "1.png",
}  # fmt: skip


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    """A simulated field as a telephone would name and describe it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x9286] = CAMERA, CAMERA
    path = tmp_path / NAME
    with Image.open(made("example.jpg", KEPT)) as field:
        field.save(path, exif=exif, quality=90)
    return path


@pytest.fixture
def page(browser: Any, static_client: str) -> Iterator[Any]:
    """The client, kept by the browser, in the moment after the network went."""
    context = browser.new_context(reduced_motion="reduce")
    opened = context.new_page()
    kept_offline(opened, static_client)
    context.set_offline(True)
    yield opened
    context.close()


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def count_one(page: Any, photograph: Path) -> None:
    """A new case, a file, RUN, and on to where the case is saved."""
    press(page, "New case")
    page.get_by_label("Name").fill("T-2041")
    press(page, "Create")
    page.get_by_role("link", name="Add fields").click()
    page.locator("input[type=file]").set_input_files(photograph)
    page.locator(".deeds a").first.click()
    press(page, "Count cells")
    page.get_by_role("link", name="To the case").click()
    page.get_by_role("link", name="Save and export").click()
    page.get_by_role("heading", name="Case file", exact=True).wait_for()


def saved(page: Any, button: str) -> tuple[str, bytes]:
    """The name and the bytes of what a button gives."""
    with page.expect_download() as download:
        press(page, button)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_a_whole_case_without_a_network_and_without_a_trace_of_its_origin(
    page: Any, photograph: Path, static_client: str
) -> None:
    asked = list[tuple[str, str]]()
    page.on("request", lambda request: asked.append((request.method, request.url)))
    count_one(page, photograph)
    files = [saved(page, f"Save: {name}") for name in EXPORTS]
    files += [saved(page, name) for name in ("Save the case file", "Save the pictures alone")]
    assert [name for name, _ in files[: len(EXPORTS)]] == [f"T-2041.{ending}" for ending in EXPORTS.values()]
    assert not any(word in content for word in (CAMERA.encode(), b"Miller") for _, content in files)
    assert all(method == "GET" and address.startswith((static_client, "blob:")) for method, address in asked)
    assert asked
    assert not any("/v1/" in address or NAME in address for _, address in asked)
    cells = int(files[0][1].decode().splitlines()[1].split(",")[1])
    assert cells > 0
    assert files[2][1].count(b"\n1,") == files[4][1].count(b'"Feature"')


def test_a_case_file_comes_back_after_everything_was_deleted_in_two_taps(page: Any, photograph: Path, tmp_path: Path) -> None:
    count_one(page, photograph)
    name, content = saved(page, "Save the case file")
    (tmp_path / name).write_bytes(content)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Delete everything").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete everything").click()
    page.get_by_text("No case yet").wait_for()
    page.get_by_role("link", name="Settings").click()
    page.locator("input[type=file]").set_input_files(tmp_path / name)
    page.get_by_text("New: 1 case, 1 field, 0 opinions.").wait_for()
    with zipfile.ZipFile(io.BytesIO(saved(page, "Export everything")[1])) as archive:
        assert sorted(part.split("/")[0] for part in archive.namelist()) == ["cases", "pictures", "profiles.json"]


def test_a_passphrase_is_asked_for_when_the_page_opens(page: Any, photograph: Path) -> None:
    count_one(page, photograph)
    page.get_by_role("link", name="Settings").click()
    page.locator("summary", has_text="Set a passphrase").click()
    page.get_by_label("New passphrase").fill(PASSPHRASE)
    page.get_by_label("The same once more").fill(PASSPHRASE)
    press(page, "Set a passphrase")
    page.get_by_text("is encrypted. The page asks").wait_for()
    page.reload()
    for passphrase in ("quite another one", PASSPHRASE):
        page.get_by_label("Passphrase").fill(passphrase)
        press(page, "Open")
        page.get_by_text("This is not the passphrase" if passphrase != PASSPHRASE else "Settings").first.wait_for()
    page.get_by_role("link", name="Cases").click()
    page.get_by_text("T-2041").wait_for()
