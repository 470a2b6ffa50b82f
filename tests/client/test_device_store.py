"""What a device keeps: cases as they were put, pictures without what cameras write, nothing of what was deleted."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.client.on_device import PASSPHRASE, Device, picture, wait_until

JPEG, CAMERA, NAME = b"\xff\xd8\xff\xe0\x00\x10JFIF", "SECRET-CAMERA", "Mrs Miller.jpg"
ROWS = "rows of the database"
either_way = pytest.mark.parametrize("new_tab", ["files of the origin", ROWS], indirect=True)
Tabs = Callable[[], Device]


@pytest.fixture
def new_tab(request: pytest.FixtureRequest, browser: Any, isolated_client: str) -> Iterator[Tabs]:
    """Opens tabs of one device, which keeps pictures as files or, where a test asks for that too, has none of these."""
    context = browser.new_context()
    if getattr(request, "param", None) == ROWS:
        context.add_init_script("delete FileSystemFileHandle.prototype.createWritable")

    def opened() -> Device:
        page = context.new_page()
        page.goto(isolated_client + "words/en.js")
        return Device(page)

    yield opened
    context.close()


@pytest.fixture
def device(new_tab: Tabs) -> Device:
    return new_tab().open()


def result_of(picture_id: str) -> dict[str, Any]:
    return {"picture": picture_id, "made": 2, "umPerPx": 0.25, "scaleKnown": True, "hotSpot": None, "warnings": []}


def review_of(picture_id: str, review_id: str, comment: str = "") -> dict[str, Any]:
    return {
        "id": review_id, "picture": picture_id, "made": 3, "kind": "estimate", "nPositive": None, "nNegative": None,
        "estimate": 0.2, "cells": None, "startedFrom": "nothing", "blind": True, "comment": comment, "remote": None,
    }  # fmt: skip


@either_way
def test_a_picture_is_kept_without_its_name_and_what_its_camera_wrote(device: Device) -> None:
    given = picture(words=CAMERA)
    added = device.add(device.new_case(), given, NAME)
    assert CAMERA.encode() in given
    assert device.holds(CAMERA.encode(), NAME.encode(), JPEG, b"T-2041") == [False, False, True, True]
    assert (added["width"], added["height"], added["kind"], added["state"]) == (64, 48, "image/jpeg", "new")
    assert given.endswith(device.pixels(added["id"])[-500:])


def test_the_same_bytes_twice_in_a_case_are_one_picture(device: Device, new_tab: Tabs) -> None:
    case, other = device.new_case(), new_tab().open()
    first = device.add(case, picture(words=CAMERA), "one.jpg")
    assert other.add(case, picture(), "another.jpg")["id"] == first["id"]
    assert other.add(case, picture(seed=2))["id"] != first["id"]
    assert device.add(device.new_case(), picture())["id"] != first["id"]
    assert len(device.call("pictures", case)) == 2


def test_what_two_tabs_do_is_heard_in_both(device: Device, new_tab: Tabs) -> None:
    other = new_tab().open()
    other.page.evaluate("() => { self.heard = new Promise(resolve => self.store.watch(resolve)); }")
    case = device.new_case()
    assert other.page.evaluate("() => self.heard") == {"table": "cases", "key": case}
    assert other.call("case", case)["name"] == "T-2041"


@either_way
def test_what_was_begun_goes_with_its_picture(device: Device) -> None:
    case = device.new_case()
    gone, stays = (device.add(case, picture(seed))["id"] for seed in (1, 2))
    for start, one in (("nothing", gone), ("network", gone), ("nothing", stays)):
        device.call("putSetting", f"draft {start} {one}", "begun")
    device.call("removePicture", gone)
    assert [device.call("setting", f"draft {start} {gone}") for start in ("nothing", "network")] == [None, None]
    assert device.call("setting", f"draft nothing {stays}") == "begun"


@either_way
def test_a_deleted_case_leaves_nothing_behind(device: Device) -> None:
    case, stays = device.new_case("T-gone"), device.new_case("T-stays")
    added = device.add(case, picture())
    device.call("putResult", result_of(added["id"]))
    device.call("addReview", review_of(added["id"], "r", "seen by nobody"))
    kept = device.add(stays, picture(kind="PNG"))
    device.call("removeCase", case)
    assert device.holds(added["id"].encode(), b"T-gone", b"seen by nobody", JPEG) == [False] * 4
    assert device.holds(kept["id"].encode(), b"T-stays", b"IHDR") == [True] * 3


def test_everything_goes_at_once_and_another_tab_is_told(device: Device, new_tab: Tabs) -> None:
    other = new_tab().open()
    device.add(device.new_case(), picture())
    device.call("putSetting", "shown", "hints")
    device.call("removeEverything")
    assert device.holds(b"T-2041", b"hints", JPEG) == [False] * 3
    assert other.call("cases") == []


def test_an_opinion_is_never_written_over(device: Device) -> None:
    added = device.add(device.new_case(), picture())
    device.call("addReview", review_of(added["id"], "one", "the first"))
    device.call("addReview", review_of(added["id"], "one", "a forgery"))
    device.call("sentReview", "one", "there")
    assert [(each["comment"], each["remote"]) for each in device.call("reviews", added["id"])] == [("the first", "there")]


def test_what_another_tab_deleted_does_not_come_back(device: Device, new_tab: Tabs) -> None:
    case, other = device.new_case(), new_tab().open()
    added = device.add(case, picture())
    other.call("removeCase", case)
    assert device.refusal("putPicture", added | {"umPerPx": 0.25}) == "gone"
    assert device.refusal("putResult", result_of(added["id"])) == "gone"
    assert device.refusal("addReview", review_of(added["id"], "late")) == "gone"
    assert device.holds(JPEG, added["id"].encode()) == [False, False]


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"words", "notAPicture"), (picture()[:40], "damaged")])
def test_what_is_no_picture_is_refused_and_not_kept(device: Device, content: bytes, code: str) -> None:
    case = device.new_case()
    with pytest.raises(Exception, match=f": {code}"):
        device.add(case, content)
    assert device.call("pictures", case) == []


def test_where_there_is_no_room_nothing_is_half_kept(device: Device) -> None:
    case, cdp = device.new_case(), device.page.context.new_cdp_session(device.page)
    origin = device.page.evaluate("location.origin")
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1000})
    with pytest.raises(Exception, match=": full"):
        device.add(case, picture(width=6400))
    assert device.call("pictures", case) == []
    assert device.holds(JPEG) == [False]
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    assert device.pixels(device.add(case, picture(width=6400))["id"]).startswith(JPEG)


def test_bytes_that_lost_their_row_are_tidied_away(device: Device, new_tab: Tabs) -> None:
    device.page.evaluate("() => { IDBObjectStore.prototype.add = () => new Promise(() => undefined); }")
    add = "([id, bytes]) => { self.store.addPicture(id, new Blob([Uint8Array.from(bytes)]), 5); }"
    device.page.evaluate(add, [device.new_case(), list(picture())])
    wait_until(lambda: device.holds(JPEG) == [True])
    device.page.close()
    wait_until(lambda: new_tab().open().holds(JPEG) == [False])


def test_a_browser_that_learns_to_write_files_finds_what_it_kept_as_rows(new_tab: Tabs) -> None:
    before = new_tab()
    before.page.evaluate("() => { delete FileSystemFileHandle.prototype.createWritable; }")
    case = before.open().new_case()
    kept = before.add(case, picture())
    before.page.close()
    device = new_tab().open()
    assert device.pixels(kept["id"]).startswith(JPEG)
    assert device.pixels(device.add(case, picture(seed=2))["id"]).startswith(JPEG)
    device.call("removeEverything")
    assert device.holds(JPEG) == [False]


def test_where_files_fail_for_a_moment_nothing_is_kept_elsewhere(device: Device, new_tab: Tabs) -> None:
    kept, tab = device.add(device.new_case(), picture()), new_tab()
    fail = "name => { navigator.storage.getDirectory = () => Promise.reject(new DOMException('not now', name)); }"
    tab.page.evaluate(fail, "UnknownError")
    with pytest.raises(Exception, match="not now"):
        tab.open()
    assert new_tab().open().pixels(kept["id"]).startswith(JPEG)


def test_an_older_database_is_brought_up_and_a_newer_one_left_alone(device: Device) -> None:
    rows, newer = device.page.evaluate("""async () => {
      const {openDatabase, within, answer} = await import('/store/database.js');
      const first = database => database.createObjectStore('words'), second = database => database.createObjectStore('more');
      const old = await openDatabase('upgraded', [first]);
      await within(old, 'readwrite', transaction => answer(transaction.objectStore('words').put('kept', 1)));
      const now = await openDatabase('upgraded', [first, second]);
      const rows = await within(now, 'readonly', transaction => answer(transaction.objectStore('words').getAll()));
      return [[...rows, ...now.objectStoreNames], await openDatabase('upgraded', [first]).catch(error => error.code)];
    }""")
    assert rows == ["kept", "more", "words"]
    assert newer == "older"


def test_with_a_passphrase_nothing_can_be_read(device: Device, new_tab: Tabs) -> None:
    case = device.new_case("T-secret")
    before = device.add(case, picture())
    device.call("setPassphrase", PASSPHRASE)
    after = device.add(case, picture(seed=2))
    device.call("addReview", review_of(after["id"], "r", "a hidden word"))
    assert device.holds(b"T-secret", JPEG, b"a hidden word", before["hash"].encode(), PASSPHRASE.encode()) == [False] * 5
    tab = new_tab()
    for passphrase in (None, "another sentence"):
        with pytest.raises(Exception, match=r"Locked: (locked|wrong)"):
            tab.open(passphrase)
    tab.open(PASSPHRASE)
    assert tab.call("case", case)["name"] == "T-secret"
    assert all(tab.pixels(each["id"]).startswith(JPEG) for each in (before, after))


def test_a_passphrase_is_changed_and_taken_away(device: Device, new_tab: Tabs) -> None:
    case, other = device.new_case(), "quite another sentence"
    added = device.add(case, picture())
    device.call("setPassphrase", PASSPHRASE)
    assert device.refusal("changePassphrase", "wrong", other) == "wrong"
    device.call("changePassphrase", PASSPHRASE, other)
    assert device.refusal("removePassphrase", PASSPHRASE) == "wrong"
    assert device.holds(b"T-2041", JPEG) == [False, False]
    device.call("removePassphrase", other)
    assert device.holds(b"T-2041", JPEG) == [True, True]
    assert new_tab().open().pixels(added["id"]).startswith(JPEG)


def test_what_found_no_room_to_be_sealed_is_told_and_sealed_later(device: Device) -> None:
    device.add(device.new_case(), picture())
    device.page.evaluate(FULL)
    assert device.refusal("setPassphrase", PASSPHRASE) == "full"
    assert (device.call("isDone"), device.holds(JPEG)) == (False, [True])
    device.page.evaluate("self.hasRoom()")
    device.call("finishPassphrase")
    assert (device.call("isDone"), device.holds(JPEG)) == (True, [False])


def test_cells_come_back_from_under_a_passphrase_as_they_were(device: Device) -> None:
    added = device.add(device.new_case(), picture())
    device.call("setPassphrase", PASSPHRASE)
    cells = device.page.evaluate("""async result => {
      const cells = {xy: Float32Array.of(.1, 2.7), label: Uint8Array.of(3), confidence: Float32Array.of(.3)};
      await self.store.putResult({...result, cells});
      const found = (await self.store.result(result.picture)).cells;
      const same = (one, other) => one.constructor === other.constructor && String(one) === String(other);
      return Object.keys(cells).every(name => same(found[name], cells[name]));
    }""", result_of(added["id"]))  # fmt: skip
    assert cells


def test_another_tab_writes_nothing_that_lies_open(device: Device, new_tab: Tabs) -> None:
    other = new_tab().open()
    device.call("setPassphrase", PASSPHRASE)
    assert other.refusal("putSetting", "shown", "an open word") == "reload"
    assert device.holds(b"an open word") == [False]
    device.call("removePassphrase", PASSPHRASE)
    other.call("putSetting", "shown", "an open word")
    assert device.call("setting", "shown") == "an open word"


FULL = """() => {
  const {createWritable} = FileSystemFileHandle.prototype;
  FileSystemFileHandle.prototype.createWritable = () => Promise.reject(new DOMException('', 'QuotaExceededError'));
  self.hasRoom = () => { FileSystemFileHandle.prototype.createWritable = createWritable; };
}"""
STOP = """() => {
  const never = new Promise(() => undefined);
  if (self.FileSystemFileHandle.prototype.createWritable) self.FileSystemFileHandle.prototype.createWritable = () => never;
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...args) { return this.name === 'bytes' ? never : put.apply(this, args); };
}"""


@either_way
@pytest.mark.parametrize("deed", ["set", "remove"])
def test_a_tab_that_dies_midway_loses_nothing(device: Device, new_tab: Tabs, deed: str) -> None:
    added = device.add(device.new_case("T-secret"), picture())
    if deed == "remove":
        device.call("setPassphrase", PASSPHRASE)
    device.page.evaluate(STOP)
    device.page.evaluate("([deed, passphrase]) => { self.store[`${deed}Passphrase`](passphrase); }", [deed, PASSPHRASE])
    wait_until(lambda: device.holds(b"T-secret") == [deed == "remove"])
    assert device.holds(JPEG) == [deed == "set"]
    device.page.close()
    tab = new_tab().open(PASSPHRASE)
    assert tab.pixels(added["id"]).startswith(JPEG)
    assert tab.holds(b"T-secret", JPEG) == [deed == "remove"] * 2
