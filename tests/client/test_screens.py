"""The screens in a real browser: from the camera to a case's index, what is refused and why, and that everybody can use them."""

import base64
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ki67.app.browser.made import made
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.client.barriers import barriers
from tests.client.conftest import KEPT
from tests.client.fields import Field, field
from tests.client.on_device import PASSPHRASE, Device, wait_until

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
SMALL = """() => [...document.querySelectorAll('a, button, input, select, textarea, label.picker, .options label')]
  .filter(each => each.checkVisibility({opacityProperty: true}) && !each.matches('.skip, .toggle input'))
  .filter(each => { const {width, height} = each.getBoundingClientRect(); return Math.min(width, height) < 43.9; })
  .map(each => each.outerHTML)"""
FILES = "Choose pictures"
HAND_OVER = """([name, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], name));
  document.body.dispatchEvent(EVENT);
}"""
HANDED = {
    "dropped.jpg": HAND_OVER.replace("EVENT", "new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true})"),
    "pasted.jpg": HAND_OVER.replace("EVENT", "new ClipboardEvent('paste', {clipboardData: carried, bubbles: true})"),
}
MEANWHILE = """async ([id, change]) => {
  const rooms = ['store/device', 'screens/scoring', 'scorer/cells'].map(name => import(`./${name}.js`));
  const [{Store}, {countPicture}, {cellsOf}] = await Promise.all(rooms);
  const store = await Store.open(), before = await store.picture(id);
  const score = async () => {
    await (change ? store.putPicture({...before, ...change}) : store.removePicture(id));
    return {cells: cellsOf([]), umPerPx: .25, scaleKnown: true, hotSpot: null, warnings: [], network: 'none', milliseconds: 1};
  };
  await countPicture({store, scorer: Promise.resolve({score})}, id);
  const {state, remote, square} = await store.picture(id) ?? {};
  return {state, remote, square, counted: await store.result(id) !== null};
}"""
SQUARE = {"x": 0, "y": 50, "width": 200, "height": 200}
POSITIVE, NEGATIVE = 1, 2
FIFTEEN = [(100.0 + i, 100.0, POSITIVE if i < 3 else NEGATIVE) for i in range(20)]  # percent

ASKED = """breaks => {
  const canvas = document.createElement('canvas'), pen = canvas.getContext('2d'), stream = canvas.captureStream();
  setInterval(() => pen.fillRect(0, 0, 9, 9), 50);
  [self.track] = stream.getVideoTracks();
  navigator.mediaDevices.getUserMedia = () => new Promise(resolve => { self.allow = () => resolve(stream); });
  if (breaks) HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('no', 'NotSupportedError'));
}"""


@pytest.fixture
def page(browser: Any, isolated_client: str) -> Iterator[Any]:
    """A phone that has opened the client."""
    opened = browser.new_page(viewport=PHONE)
    opened.goto(isolated_client)
    opened.locator("#main .button").first.wait_for()
    yield opened
    opened.close()


@pytest.fixture
def seeing(browser: Any, isolated_client: str, tmp_path: Path) -> Iterator[Any]:
    """A phone whose camera sees the simulated field that comes with the book."""
    film = tmp_path / "field.mjpeg"
    film.write_bytes(made("example.jpg", KEPT).read_bytes() * 5)
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    chromium = browser.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *camera])
    opened = chromium.new_page(viewport=PHONE)
    opened.goto(isolated_client)
    yield opened
    chromium.close()


def new_case(page: Any, name: str = "Tumour 12", blind: bool = False) -> None:
    page.get_by_role("button", name="New case").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Count blind first").set_checked(blind)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("heading", name=name).wait_for()


def chosen(page: Any, label: str, **files: bytes) -> None:
    named = [{"name": name.replace("_", "."), "mimeType": "", "buffer": content} for name, content in files.items()]
    page.get_by_label(label).set_input_files(named)


def jpeg(width: int = 400, height: int = 300, colour: str = "#ddd") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, "JPEG")
    return stream.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that would be 3.6 thousand million pixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_a_case_goes_from_the_camera_to_its_index(seeing: Any) -> None:
    new_case(seeing)
    seeing.get_by_role("link", name="Add fields").click()
    seeing.get_by_role("button", name="Switch the camera on").click()
    seeing.get_by_role("button", name="Take a picture").click()
    seeing.get_by_role("link", name="Look at it").click()
    seeing.get_by_text("Focus and light").wait_for()
    seeing.get_by_label("Known from").select_option("Typed")
    seeing.get_by_label("Micrometres per pixel").fill("0.135")
    seeing.get_by_role("button", name="Count cells").click()
    seeing.get_by_text("How it was counted").wait_for()
    assert int(seeing.locator("dd .positive").inner_text()) > 10
    assert int(seeing.locator("dd .negative").inner_text()) > 10
    assert seeing.get_by_text("Scale not known").count() == 0
    seeing.get_by_role("link", name="To the case").click()
    seeing.get_by_text("Ki-67 of the case").wait_for()
    assert seeing.locator(".index strong").inner_text().endswith(" %")


def test_what_is_no_picture_is_refused_in_words_and_the_others_are_kept(page: Any) -> None:
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    chosen(page, FILES, bomb_png=bomb(), phone_heic=heic, notes_txt=b"hello", cut_jpg=jpeg()[:-300], good_jpg=jpeg())
    page.locator(".list .name", has_text="good.jpg: taken").wait_for()
    said = page.locator(".refused .notice").all_inner_texts()
    expected = {"bomb.png": "60000×60000", "phone.heic": "HEIC", "notes.txt": "not a picture", "cut.jpg": "truncated"}
    assert [(name, why) for name, why in expected.items() if not any(name in line and why in line for line in said)] == [], said
    page.get_by_role("link", name="Look at it").click()
    page.get_by_role("heading", name="Field 1").wait_for()


def test_where_there_is_no_camera_files_are_offered_instead(page: Any) -> None:
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    page.get_by_role("button", name="Switch the camera on").click()
    assert "hoose files" in page.get_by_role("alert").locator(".notice").inner_text()


@pytest.mark.parametrize("why", ["left", "cannot play"])
def test_no_camera_stays_on_that_nobody_sees(page: Any, why: str) -> None:
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    page.evaluate(ASKED, why == "cannot play")
    page.get_by_role("button", name="Switch the camera on").click()
    if why == "left":
        page.evaluate("() => { location.hash = '#/scale'; }")
        page.get_by_role("heading", name="Scale", exact=True).first.wait_for()
    assert page.evaluate("self.track.readyState") == "live"
    page.evaluate("() => self.allow()")
    wait_until(lambda: page.evaluate("self.track.readyState") == "ended")


def test_pictures_are_dropped_and_pasted(page: Any) -> None:
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    page.locator(".drop").wait_for()
    for name, colour in (("dropped.jpg", "#ddd"), ("pasted.jpg", "#eee")):
        page.evaluate(HANDED[name], [name, base64.b64encode(jpeg(colour=colour)).decode()])
        page.locator(".list .name", has_text=f"{name}: taken").wait_for()
    page.get_by_role("link", name="To the case with 2 new fields").wait_for()


def test_the_same_picture_twice_is_one(page: Any) -> None:
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    chosen(page, FILES, one_jpg=jpeg(), again_jpg=jpeg())
    page.get_by_text("again.jpg: is in this case already").first.wait_for()
    page.get_by_role("link", name="Look at it").wait_for()


def test_the_square_of_an_ocular_is_taken_by_itself(page: Any) -> None:
    seen = Image.new("RGB", (640, 480), "#080808")
    ImageDraw.Draw(seen).ellipse((120, 40, 520, 440), fill="#e0dcd4")
    stream = io.BytesIO()
    seen.save(stream, "PNG")
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    chosen(page, FILES, ocular_png=stream.getvalue())
    page.get_by_role("link", name="Look at it").click()
    box, plate = page.locator(".square").bounding_box(), page.locator(".plate").bounding_box()
    times = 640 / plate["width"]
    assert (box["x"] - plate["x"]) * times == pytest.approx(320 - 200 * 0.97 / 2**0.5, abs=6)
    assert box["width"] == pytest.approx(box["height"], abs=3)


def test_the_part_that_is_counted_is_moved_by_keys_and_kept(page: Any, isolated_client: str) -> None:
    found = field(page, isolated_client)
    shown(found, "")
    page.get_by_label("Square").check()
    page.get_by_label("arrow keys move it").focus()
    before = page.locator(".square").bounding_box()
    page.keyboard.press("Shift+ArrowRight")
    page.get_by_label("arrow keys change it").press("Shift+ArrowUp")
    device = Device(page).open()
    wait_until(lambda: device.call("picture", found.picture)["square"]["height"] == 240)
    page.reload()
    after, width = page.locator(".square").bounding_box(), page.locator(".plate").bounding_box()["width"]
    moved, grown = (after["x"] - before["x"]) / width, (after["height"] - before["height"]) / width
    assert [moved, grown] == pytest.approx([0.1, -0.1], abs=0.01)


def test_a_square_that_stays_where_it_was_leaves_its_field_counted(page: Any, isolated_client: str) -> None:
    found = field(page, isolated_client, found=FIFTEEN)
    device = Device(page).open()
    device.call("putPicture", device.call("picture", found.picture) | {"square": SQUARE})
    shown(found, "")
    page.get_by_label("arrow keys move it").click()
    page.keyboard.press("ArrowLeft")  # it lies at the border
    page.wait_for_timeout(100)
    assert device.call("picture", found.picture)["state"] == "counted"
    page.keyboard.press("ArrowRight")
    wait_until(lambda: device.call("picture", found.picture)["state"] == "new")


def test_the_scale_tells_how_wide_the_part_is_that_is_looked_at(page: Any, isolated_client: str) -> None:
    found = field(page, isolated_client)
    shown(found, "")
    page.get_by_text("54 µm across").wait_for()
    page.get_by_label("Square").check()
    page.get_by_text("38 µm across").wait_for()


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"square": SQUARE}, {"state": "new", "remote": None, "square": SQUARE, "counted": False}),
        ({"remote": "there"}, {"state": "counted", "remote": "there", "square": None, "counted": True}),
        (None, {"counted": False}),
    ],
    ids=["another part", "sent", "removed"],
)
def test_a_count_undoes_nothing_that_was_done_meanwhile(page: Any, isolated_client: str, change: object, kept: object) -> None:
    found = field(page, isolated_client)
    after = page.evaluate(MEANWHILE, [found.picture, change])
    assert {name: value for name, value in after.items() if name in kept} == kept  # type: ignore[operator]


def test_a_field_on_the_server_keeps_its_part_and_its_scale(page: Any, isolated_client: str) -> None:
    part = {"x": 100, "y": 50, "width": 200, "height": 200}
    for remote, choices in [(None, 2), ("5", 0)]:
        shown(field(page, isolated_client, square=part, remote=remote), "")
        page.locator(".square").wait_for()
        assert page.get_by_label("Square").or_(page.get_by_label("Known from")).count() == choices
        assert page.get_by_text("This field is on the server").count() == (remote is not None)
        assert page.locator(".square[inert]").count() == (remote is not None)


def test_ones_own_counts_stand_beside_the_networks(page: Any, isolated_client: str) -> None:
    found = field(page, isolated_client, found=FIFTEEN)
    nothing = {"estimate": None, "cells": None, "startedFrom": "nothing", "blind": False, "comment": "", "remote": None}
    own = {"id": "1", "picture": found.picture, "made": 1, "kind": "count", "nPositive": 10, "nNegative": 30}
    Device(page).open().call("addReview", own | nothing)
    shown(found, "result")
    page.get_by_text("Your opinion").wait_for()
    assert page.get_by_text("25.0 %").is_visible()
    page.get_by_role("link", name="To the case").click()
    page.get_by_text("By your own counts").wait_for()
    assert page.locator("dd", has_text="25.0 %").is_visible()


def test_what_other_readers_said_stands_under_their_names_and_is_not_ones_own(page: Any, isolated_client: str) -> None:
    found = field(page, isolated_client, found=FIFTEEN)
    said = {"kind": "estimate", "nPositive": None, "nNegative": None, "cells": None, "startedFrom": "nothing", "remote": None}
    for at, by, estimate in ((1, "Ada", 0.5), (2, "Bob", 0.3), (3, "Ada", 0.4)):
        told = {"id": str(at), "picture": found.picture, "made": at, "estimate": estimate, "by": by, "comment": f"word {at}"}
        Device(page).open().call("addReview", said | told | {"blind": True})
    shown(found, "result")
    page.get_by_role("heading", name="Other readers").wait_for()
    others = page.locator(".card", has=page.get_by_role("heading", name="Other readers"))
    assert others.locator("dt").all_inner_texts() == ["Ada", "Bob"]
    said_there = [line.split("\n") for line in others.locator("dd").all_inner_texts()]
    assert said_there == [["40.0 %, blind", "word 3"], ["30.0 %, blind", "word 2"]]
    assert page.get_by_text("Your opinion").count() == 0


def test_a_picture_without_a_scale_says_so_in_its_result(page: Any) -> None:
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    chosen(page, FILES, field_jpg=made("example.jpg", KEPT).read_bytes(), grey_jpg=jpeg(900, 700))
    page.get_by_role("link", name="To the case").click()
    page.get_by_role("button", name="Count 2 new fields").click()
    page.get_by_text("Scale not known for 1 field").wait_for()


def test_a_stage_micrometer_gives_new_pictures_their_scale(page: Any) -> None:
    micrometer = Image.new("RGB", (600, 400), "#e4e4e0")
    for x in (150, 450):
        ImageDraw.Draw(micrometer).rectangle((x - 2, 100, x + 2, 300), fill="#202020")
    stream = io.BytesIO()
    micrometer.save(stream, "PNG")
    page.get_by_role("link", name="Scale").click()
    chosen(page, "Choose its picture", micrometer_png=stream.getvalue())
    page.locator(".taps img").wait_for()
    assert page.get_by_role("button", name="Keep this profile").is_disabled()
    box = page.locator(".taps").bounding_box()
    for x in (153, 446):  # beside the lines, as a finger taps
        page.mouse.click(box["x"] + x * box["width"] / 600, box["y"] + 200 * box["width"] / 600)
    page.get_by_text("0.3333 µm/px").wait_for()
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Keep this profile").click()
    page.get_by_role("link", name="Cases").click()
    new_case(page)
    page.get_by_role("link", name="Add fields").click()
    chosen(page, FILES, half_jpg=jpeg(300, 200))
    page.get_by_role("link", name="Look at it").click()
    assert page.get_by_label("Known from").locator("option:checked").inner_text() == "My phone"
    assert page.get_by_text("0.6667 µm/px").is_visible()


def test_other_cut_offs_are_another_category_of_the_same_index(page: Any, isolated_client: str) -> None:
    found = field(page, isolated_client, found=FIFTEEN)
    shown(found, "result")
    assert page.locator(".index").inner_text().split("\n") == ["15.0 %", "borderline"]
    page.get_by_role("link", name="To the case").click()
    device = Device(page).open()
    one = device.call("case", device.call("picture", found.picture)["case"])
    device.call("putCase", one | {"remote": "sent meanwhile"})
    page.get_by_label("16 and 30 %").check()
    page.locator(".category", has_text="low").wait_for()
    assert page.evaluate("document.activeElement.value") == "consensus"
    wait_until(lambda: device.call("case", one["id"]) == one | {"cutOffs": "consensus", "remote": "sent meanwhile"})
    assert page.locator(".index strong").inner_text() == "15.0 %"


def test_nothing_of_the_networks_is_shown_in_a_blind_case_before_ones_own_opinion(page: Any, isolated_client: str) -> None:
    found = field(page, isolated_client, blind=True, found=FIFTEEN)
    shown(found, "result")
    page.wait_for_url("**/blind")
    page.locator("#back").click()
    page.get_by_text("Hidden until you have counted").wait_for()
    assert "15.0" not in page.locator("body").inner_text()
    assert page.locator(".list a").get_attribute("href") == f"#/picture/{found.picture}/blind"


def test_what_is_locked_opens_by_its_passphrase_alone(page: Any, isolated_client: str) -> None:
    Device(page).open().call("setPassphrase", PASSPHRASE)
    page.reload()
    for phrase in ("another sentence that is long", PASSPHRASE):
        page.get_by_label("Passphrase").fill(phrase)
        page.get_by_role("button", name="Open").click()
        page.locator(".notice.bad, .empty").first.wait_for()
    page.get_by_role("heading", name="Cases").wait_for()


def test_a_case_is_made_and_filled_without_a_mouse(page: Any) -> None:
    page.on("filechooser", lambda _: None)  # from here on the browser tells of choosers; begun with the key, it may come too late
    page.get_by_role("button", name="New case").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="By keyboard").wait_for()
    assert page.evaluate("document.activeElement.id") == "title"
    page.keyboard.press("Tab")
    tabs(page, "Add fields")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Add fields").wait_for()
    tabs(page, "Choose pictures")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}])
    page.get_by_role("link", name="Look at it").wait_for()
    tabs(page, "Look at it")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Field 1").wait_for()
    tabs(page, "Count cells")


FOCUSED = """() => {
  const focused = document.activeElement;
  return focused === document.body ? '' : (focused.labels?.[0] ?? focused).textContent;
}"""


def tabs(page: Any, name: str) -> None:
    """Go on by the tabulator until what has that name has the focus."""
    for _ in range(40):
        if name in page.evaluate(FOCUSED):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached by keyboard")


def shown(found: Field, screen: str) -> None:
    found.page.goto(f"{found.address}#/picture/{found.picture}{'/' if screen else ''}{screen}")


def screens(found: Field) -> Iterator[str]:
    """Opens one after the other what a case needs; its address."""
    page = found.page
    page.goto(f"{found.address}#/cases")
    page.locator(".list a").first.click()
    page.get_by_text("Ki-67 of the case").wait_for()
    case = page.url.partition("#")[2]
    for hash_, ready in (
        ("/cases", ".list"), (case, ".index-bar"), (f"{case}/add", ".drop"), (f"/picture/{found.picture}", "#main .notice"),
        (f"/picture/{found.picture}/result", ".index-bar"), (f"/picture/{found.picture}/blind", ".viewer[width]"),
        (f"/picture/{found.picture}/cells", ".viewer[width]"), (f"{case}/save", "#main .card"), ("/scale", ".picker"),
        ("/settings", "#main .card"),
    ):  # fmt: skip
        page.goto(f"{found.address}#{hash_}")
        page.locator(ready).first.wait_for()
        yield hash_
    page.goto(f"{found.address}#/cases")
    page.get_by_role("button", name="New case").click()
    page.get_by_label("Name").wait_for()
    yield "new case"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen(page: Any, isolated_client: str, colours: str) -> None:
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    found = field(page, isolated_client, found=FIFTEEN)
    assert {screen: each for screen in screens(found) if (each := barriers(page))} == {}


@pytest.mark.parametrize("way", ["Count", "Estimate"])
def test_axe_finds_nothing_in_other_ways_to_count(page: Any, isolated_client: str, way: str) -> None:
    shown(field(page, isolated_client), "blind")
    page.get_by_role("radio", name=way, exact=True).check()
    assert barriers(page) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_everything_that_is_touched_is_44_pixels_and_nothing_is_wider_than_the_page(
    page: Any, isolated_client: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)
    page.emulate_media(reduced_motion="reduce")
    found = field(page, isolated_client, found=FIFTEEN)
    small = {screen: each for screen in screens(found) if (each := page.evaluate(SMALL))}
    assert small == {}
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
