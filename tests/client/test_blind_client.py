"""Blind means blind in the browser too: one's own count first, and only then the network's beside it."""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.client.fields import field
from tests.client.on_device import wait_until

POSITIVE, NEGATIVE = 1, 2
BOTH = (0, 120, 92)
FOUND = [(100, 100, POSITIVE), (200, 100, NEGATIVE), (300, 300, NEGATIVE)]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 390, "height": 844})
    yield opened
    opened.close()


def test_a_blind_case_hides_the_networks_cells_until_ones_own_count_is_in(page: Any, isolated_client: str) -> None:
    read = field(page, isolated_client, blind=True, found=FOUND).at("cells")
    assert page.locator(".viewer").count() == 0
    read.at("blind")
    page.get_by_label("Estimate", exact=True).check()
    page.get_by_label("Ki-67+ tumour cells of all tumour cells").first.fill("30")
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url("**/beside")
    [review] = read.reviews()
    assert (review["kind"], review["estimate"], review["blind"], review["startedFrom"]) == ("estimate", 0.3, True, "nothing")
    read.at("cells")
    page.locator(".viewer").wait_for()


def test_marks_stand_beside_the_networks_cell_by_cell(page: Any, isolated_client: str) -> None:
    read = field(page, isolated_client, blind=True, found=FOUND).at("blind")
    for x, y in [(103, 98), (203, 98), (50, 250)]:
        read.tap(x, y)
    assert read.count("Ki-67+") == 3
    page.get_by_label("Undo").click()
    read.tap(60, 240)
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url("**/beside")
    page.locator(".viewer").wait_for()
    assert [read.count(kind) for kind in ("one class", "two classes", "Only the network", "Only you")] == [1, 1, 1, 1]
    [review] = read.reviews()
    assert (review["kind"], review["nPositive"], review["nNegative"], review["blind"]) == ("cells", 3, 0, True)
    assert review["xy"][:2] == pytest.approx([103, 98], abs=2)


def test_a_reader_counts_the_part_that_the_network_counts(page: Any, isolated_client: str) -> None:
    part = {"x": 100, "y": 50, "width": 200, "height": 200}
    read = field(page, isolated_client, square=part).at("blind")
    read.tap(20, 30)
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url(f"**/{read.picture}")
    [review] = read.reviews()
    assert review["xy"] == pytest.approx([120, 80], abs=2)


def test_a_tally_counts_up_and_down_and_never_below_nothing(page: Any, isolated_client: str) -> None:
    read = field(page, isolated_client).at("blind")
    page.get_by_label("Count", exact=True).check()
    for _ in range(3):
        page.get_by_role("button", name="One more Ki-67+").click()
    page.get_by_role("button", name="One more Ki-67−").click()
    for name in ("One Ki-67+ less", "One Ki-67− less", "One Ki-67− less"):
        page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="One more Ki-67−").click()
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url(f"**/{read.picture}")
    [review] = read.reviews()
    assert (review["kind"], review["nPositive"], review["nNegative"], review["blind"]) == ("count", 2, 1, True)


def test_a_count_after_the_networks_was_open_to_see_is_kept_but_not_as_blind(page: Any, isolated_client: str) -> None:
    read = field(page, isolated_client, blind=False, found=FOUND).at("blind")
    read.tap(100, 100)
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url("**/beside")
    assert [review["blind"] for review in read.reviews()] == [False]


def test_what_is_begun_waits_until_it_is_saved(page: Any, isolated_client: str) -> None:
    read = field(page, isolated_client, found=FOUND).at("blind")
    read.tap(100, 100)
    read.tap(200, 100)
    page.get_by_label("Comment").fill("folded")
    elsewhere(page, isolated_client)
    assert read.at("blind").count("Ki-67+") == 2
    page.get_by_role("button", name="Save my count").click()
    page.locator("table.beside").wait_for()
    assert [(review["nPositive"], review["comment"]) for review in read.reviews()] == [(2, "folded")]
    assert read.at("blind").count("Ki-67+") == 0


def test_a_tally_that_was_begun_goes_on(page: Any, isolated_client: str) -> None:
    read = field(page, isolated_client).at("blind")
    page.get_by_label("Count", exact=True).check()
    page.get_by_role("button", name="One more Ki-67−").click()
    elsewhere(page, isolated_client)
    read.at("blind")
    page.get_by_role("button", name="One more Ki-67+").click()
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url(f"**/{read.picture}")
    assert [(review["nPositive"], review["nNegative"]) for review in read.reviews()] == [(1, 1)]


@pytest.mark.parametrize("screen", ["blind", "cells"])
def test_a_comment_without_a_count_waits_too(page: Any, isolated_client: str, screen: str) -> None:
    read = field(page, isolated_client, found=FOUND).at(screen)
    page.get_by_label("Comment").fill("folded")
    elsewhere(page, isolated_client)
    read.at(screen)
    assert page.get_by_label("Comment").input_value() == "folded"
    assert page.get_by_label("Undo").is_disabled()


def test_side_by_side_is_shown_what_was_counted(page: Any, isolated_client: str) -> None:
    part = {"x": 100, "y": 50, "width": 200, "height": 200}
    read = field(page, isolated_client, square=part, found=[(120, 80, POSITIVE), (350, 350, NEGATIVE)]).at("blind")
    read.tap(20, 30)
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url("**/beside")
    page.locator(".viewer[width]").wait_for()
    assert [read.count(kind) for kind in ("one class", "Only the network", "Only you")] == [1, 0, 0]
    wait_until(lambda: ringed(page) is not None)
    x, y = read.point(20, 30)
    assert ringed(page) == pytest.approx((x, y), abs=3)


def ringed(page: Any) -> tuple[float, float] | None:
    """The middle of what is drawn in the colour of cells that both saw."""
    box = page.locator(".viewer").bounding_box()
    pixels = np.asarray(Image.open(io.BytesIO(page.locator(".viewer").screenshot())).convert("RGB"), int)
    rows, columns = np.nonzero((abs(pixels - BOTH) < 20).all(axis=2))
    return (box["x"] + (columns.min() + columns.max()) / 2, box["y"] + (rows.min() + rows.max()) / 2) if len(rows) else None


def elsewhere(page: Any, address: str) -> None:
    page.goto(f"{address}#/cases")
    page.locator(".list").wait_for()


def test_nothing_counted_is_not_saved(page: Any, isolated_client: str) -> None:
    read = field(page, isolated_client).at("blind")
    page.get_by_role("button", name="Save my count").click()
    assert page.get_by_text("Nothing is counted yet").count() == 1
    assert read.reviews() == []
