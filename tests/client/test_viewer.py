"""The viewer: where a picture lies, what a finger meets, what can be taken back, and the screen on which cells are corrected."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.spatial import cKDTree

from ki67.cells.metrics import match_one_to_one
from tests.client.fields import field
from tests.client.on_device import Device

POSITIVE, NEGATIVE, TIL = 1, 2, 3
FOUND = [(100, 100, POSITIVE), (200, 100, NEGATIVE), (300, 300, TIL)]
VIEW = "async ([name, ...given]) => (await import('./viewer/view.js'))[name](...given)"
NEAREST = """async ([cells, points, reach]) => {
  const [{Grid}, {cellsOf}] = await Promise.all([import('./viewer/grid.js'), import('./scorer/cells.js')]);
  const grid = new Grid(cellsOf(cells));
  return points.map(([x, y]) => grid.nearest({x, y}, reach));
}"""
COMPARED = """async ([here, there, reach]) => {
  const [{compared}, {cellsOf}] = await Promise.all([import('./viewer/compared.js'), import('./scorer/cells.js')]);
  return compared(cellsOf(here), cellsOf(there), reach);
}"""
STEPS = """async () => {
  const [edits, {cellsOf}] = await Promise.all([import('./viewer/edits.js'), import('./scorer/cells.js')]);
  const {added, begun, done, labelled, redone, removed, undone} = edits, start = cellsOf([[1, 2, 1, .5]]);
  let history = begun(start);
  const seen = [];
  const note = (next) => { history = next; seen.push([...history.now.label]); };
  note(done(history, added(history.now, {x: 5, y: 6}, 3)));
  note(done(history, labelled(history.now, 0, 2)));
  note(done(history, removed(history.now, 0)));
  note(undone(history));
  note(undone(history));
  note(redone(history));
  note(done(history, removed(history.now, 1)));
  note(redone(history));
  note(undone(undone(undone(undone(history)))));
  return {seen, start: [...start.label], first: history.now === start};
}"""

GESTURES = """async ([met, steps]) => {
  const {Gestures} = await import('./viewer/gestures.js'), element = document.createElement('div'), told = [];
  element.setPointerCapture = () => undefined;
  const note = (name) => (...given) => { told.push(name); return name === 'tap' && met; };
  new Gestures(element, Object.fromEntries(['move', 'pinch', 'zoom', 'tap', 'press'].map((name) => [name, note(name)])));
  for (const [type, pointerId, clientX, pause] of steps) {
    element.dispatchEvent(new PointerEvent(`pointer${type}`, {pointerId, clientX}));
    await new Promise((done) => setTimeout(done, pause));
  }
  return told;
}"""
STANDING = """async (reviews) => {
  const {standingCells} = await import('./store/standing.js');
  return standingCells({made: 5, cells: 'found'}, reviews.map(([startedFrom, made, cells]) => ({startedFrom, made, cells})));
}"""
DOWN, MOVE, UP, LONG = "down", "move", "up", 700
TAP = [[DOWN, 1, 50, 0], [MOVE, 1, 53, 0], [UP, 1, 53, 0]]


@pytest.fixture(scope="module")
def page(browser: Any, isolated_client: str) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 390, "height": 844})
    opened.goto(isolated_client)
    yield opened
    opened.close()


def points(seed: int, n: int) -> list[list[float]]:
    """Cells anywhere in a picture of 1000×700."""
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(0, (1000, 700), (n, 2)), rng.integers(1, 4, n), np.ones(n)]).tolist()  # type: ignore[no-any-return]


def test_a_picture_is_shown_whole_and_in_the_middle(page: Any) -> None:
    view = page.evaluate(VIEW, ["fitted", {"width": 1000, "height": 500}, {"width": 400, "height": 600}])
    assert view == {"scale": 0.4, "x": 0, "y": 200}


def test_what_lies_under_two_fingers_stays_under_them(page: Any) -> None:
    view = {"scale": 0.5, "x": 20, "y": -30}
    before, after = [{"x": x, "y": 100} for x in (100, 200)], [{"x": x, "y": 130} for x in (40, 240)]
    pinched = page.evaluate(VIEW, ["pinched", view, before, after])
    assert pinched["scale"] == 1
    for start, end in zip(before, after, strict=True):
        assert page.evaluate(VIEW, ["toPicture", view, start]) == pytest.approx(page.evaluate(VIEW, ["toPicture", pinched, end]))


@pytest.mark.parametrize(("scale", "x", "y"), [(0.01, 0, 0), (1, 5000, 0), (1, 0, -5000), (99, 0, 0)])
def test_a_picture_cannot_be_lost(page: Any, scale: float, x: float, y: float) -> None:
    lost = {"scale": scale, "x": x, "y": y}
    picture, screen = {"width": 1000, "height": 500}, {"width": 400, "height": 600}
    kept = page.evaluate(VIEW, ["kept", lost, picture, screen])
    assert 0.4 <= kept["scale"] <= 12
    assert kept["x"] <= 0 or picture["width"] * kept["scale"] <= 400
    assert kept["x"] + picture["width"] * kept["scale"] >= 400 - 1e-9
    assert page.evaluate(VIEW, ["kept", kept, picture, screen]) == pytest.approx(kept)


def test_a_finger_meets_the_nearest_cell_within_reach_and_no_other(page: Any) -> None:
    cells, asked = points(1, 500), points(2, 60)
    tree = cKDTree([cell[:2] for cell in cells])
    distance, nearest = tree.query([point[:2] for point in asked])
    found = page.evaluate(NEAREST, [cells, [point[:2] for point in asked], 20])
    assert found == [int(cell) if far <= 20 else None for far, cell in zip(distance, nearest, strict=True)]
    assert None in found and len(set(found)) > 20
    assert page.evaluate(NEAREST, [[], [[5, 5]], 20]) == [None]


def test_two_sets_share_as_many_cells_as_the_strict_rule_says(page: Any) -> None:
    here, there = points(3, 300), points(4, 260)
    found = page.evaluate(COMPARED, [here, there, 30])
    counts = match_one_to_one(*(np.array(cells, np.float32)[:, :2] for cells in (here, there)), 30)
    assert (len(found["pairs"]), len(found["onlyHere"]), len(found["onlyThere"])) == (counts.tp, counts.fn, counts.fp)
    assert sorted([here for here, _ in found["pairs"]] + found["onlyHere"]) == list(range(300))


def test_a_cell_gives_way_where_it_has_another_partner(page: Any) -> None:
    here, there = [[0, 0, 1, 1], [4, 0, 1, 1]], [[1, 0, 1, 1], [-3, 0, 1, 1]]
    assert sorted(page.evaluate(COMPARED, [here, there, 5])["pairs"]) == [[0, 1], [1, 0]]


def test_every_step_can_be_taken_back_and_a_new_one_ends_what_was_taken_back(page: Any) -> None:
    told = page.evaluate(STEPS)
    assert told["seen"] == [[1, 3], [2, 3], [3], [2, 3], [1, 3], [2, 3], [2], [2], [1]]
    assert told["start"] == [1] and told["first"]


@pytest.mark.parametrize(("met", "steps", "told"), [
    (True, TAP, ["tap"]),
    (True, TAP + TAP, ["tap", "tap"]),
    (False, TAP + TAP, ["tap", "tap", "zoom"]),
    (True, [[DOWN, 1, 50, LONG], [UP, 1, 50, 0]], ["press"]),
    (True, [[DOWN, 1, 50, 0], [MOVE, 1, 90, LONG], [UP, 1, 90, 0]], ["move"]),
    (True, [[DOWN, 1, 50, 0], [DOWN, 2, 90, 0], [MOVE, 2, 95, LONG], [UP, 2, 95, 0], [UP, 1, 50, 0]], ["pinch"]),
])  # fmt: skip
def test_a_hand_means_one_thing_at_a_time(page: Any, met: bool, steps: list[list[Any]], told: list[str]) -> None:
    assert page.evaluate(GESTURES, [met, steps]) == told


def test_a_tap_changes_a_class_a_press_adds_and_takes_away(browser: Any, isolated_client: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    shown = field(page, isolated_client, found=FOUND).at("cells")
    assert [shown.count(kind) for kind in ("Ki-67+", "Ki-67−", "TIL")] == [1, 1, 1]
    shown.tap(100, 100)
    assert (shown.count("Ki-67+"), shown.count("Ki-67−")) == (0, 2)
    shown.tap(200, 200)
    assert (shown.count("Ki-67+"), shown.count("Ki-67−")) == (0, 2)
    shown.tap(200, 200, press_ms=600)
    shown.tap(300, 300, press_ms=600)
    assert [shown.count(kind) for kind in ("Ki-67+", "Ki-67−", "TIL")] == [1, 2, 0]
    page.get_by_label("Undo").click()
    assert shown.count("TIL") == 1
    page.get_by_text("Save as my correction", exact=True).last.click()
    page.wait_for_url("**/result")
    [review] = shown.reviews()
    assert (review["startedFrom"], review["blind"], review["nPositive"], review["nNegative"]) == ("network", False, 1, 2)
    assert sorted(review["labels"]) == [POSITIVE, NEGATIVE, NEGATIVE, TIL]
    page.close()


@pytest.mark.parametrize(
    ("reviews", "shown"),
    [
        ([], "found"),
        ([["network", 4, "of the count before"]], "found"),
        ([["network", 6, "first"], ["network", 7, "corrected"], ["nothing", 8, "one's own"]], "corrected"),
    ],
)
def test_a_correction_holds_until_cells_are_counted_anew(page: Any, reviews: list[list[Any]], shown: str) -> None:
    assert page.evaluate(STANDING, reviews) == shown


def test_what_was_found_in_another_part_is_no_longer_shown(browser: Any, isolated_client: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    shown = field(page, isolated_client, found=FOUND)
    device = Device(page).open()
    device.call("putPicture", device.call("picture", shown.picture) | {"state": "new"})
    shown.at("cells")
    assert page.get_by_text("has not counted this field yet").count() == 1
    shown.at("blind").tap(100, 100)
    page.get_by_role("button", name="Save my count").click()
    page.wait_for_url(f"**/{shown.picture}")
    shown.at("beside")
    assert page.locator("table").count() == 0
    page.close()


def test_a_correction_that_was_begun_goes_on_and_is_taken_back(browser: Any, isolated_client: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    shown = field(page, isolated_client, found=FOUND).at("cells")
    shown.tap(100, 100)
    page.goto(f"{isolated_client}#/cases")
    page.locator(".list").wait_for()
    shown.at("cells")
    assert (shown.count("Ki-67+"), shown.count("Ki-67−")) == (0, 2)
    page.get_by_label("Undo").click()
    assert (shown.count("Ki-67+"), shown.count("Ki-67−")) == (1, 1)
    page.close()


def test_cells_are_reached_and_changed_by_keys_alone(browser: Any, isolated_client: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    shown = field(page, isolated_client, found=FOUND).at("cells")
    page.locator(".viewer").focus()
    page.keyboard.press("n")
    assert page.get_by_text("Cell 1 of 3: Ki-67+").count() == 1
    page.keyboard.press("Enter")
    assert (shown.count("Ki-67+"), shown.count("Ki-67−")) == (0, 2)
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    assert (shown.count("Ki-67+"), shown.count("Ki-67−")) == (0, 1)
    page.keyboard.press("a")
    assert shown.count("Ki-67+") == 1
    for _ in range(4):
        page.keyboard.press("z")
    assert [shown.count(kind) for kind in ("Ki-67+", "Ki-67−", "TIL")] == [1, 1, 1]
    page.close()


def test_a_correction_adds_cells_to_the_part_that_was_counted_alone(browser: Any, isolated_client: str) -> None:
    page, part = browser.new_page(viewport={"width": 1280, "height": 500}), {"x": 100, "y": 50, "width": 200, "height": 200}
    shown = field(page, isolated_client, found=[(150, 100, POSITIVE)], square=part).at("cells")
    shown.tap(-20, 100, press_ms=600)
    assert shown.count("Ki-67+") == 1
    shown.tap(150, 120, press_ms=600)
    assert shown.count("Ki-67+") == 2
    page.get_by_text("Save as my correction", exact=True).last.click()
    page.wait_for_url("**/result")
    [review] = shown.reviews()
    assert review["xy"] == pytest.approx([150, 100, 250, 170], abs=2)
    page.close()


def test_a_hidden_kind_is_not_met_by_a_finger(browser: Any, isolated_client: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    shown = field(page, isolated_client, found=FOUND).at("cells")
    page.locator(".kind", has_text="Ki-67+").click()
    shown.tap(100, 100)
    assert shown.count("Ki-67+") == 1
    page.locator(".kind", has_text="Ki-67+").click()
    shown.tap(100, 100)
    assert shown.count("Ki-67+") == 0
    page.close()
