"""Requests that are not as the contract says: each is refused by one line that names what is wrong, and changes nothing."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from made_pictures import picture
from people import browser_of
from planted import planted, some_cells
from refused import MOST_BYTES, Door, assert_refused

Json = dict[str, Any]
JSON, UPLOAD = {"Content-Type": "application/json"}, hashlib.sha256(picture(seed=3)).hexdigest()
NOBODY, PASSWORD = "0" * 32, "nine cats read maps"
CASES, CASE, PICTURES, BATCH = "/v1/cases", "/v1/cases/{case}", "/v1/cases/{case}/pictures", "/v1/cases/{case}/batch"
UPLOADS, PART, REVIEWS = "/v1/cases/{case}/uploads", "/v1/uploads/{upload}", "/v1/pictures/{picture}/reviews"


@dataclass(frozen=True)
class Bad:
    """A request, and how it is refused."""

    name: str
    method: str
    path: str
    how: Json
    status: int
    says: str
    signed_in: bool = True


@dataclass(frozen=True)
class There:
    """What the requests are about: a case with a picture in it, and an upload that was begun."""

    case: str
    picture: str
    upload: str


@pytest.fixture(scope="module")
def there(door: Door) -> There:
    case = door.case.rpartition("/")[2]
    announced = {"sha256": UPLOAD, "bytes": len(picture(seed=3))}
    upload = door.ada.post(f"{door.case}/uploads", json=announced).json()["id"]
    return There(case, planted(door.service, case, some_cells(3, 2)), upload)


@pytest.fixture(scope="module")
def nobody(door: Door) -> TestClient:
    """A browser in which nobody signed in."""
    return browser_of(door.service)


def body(content: bytes, **headers: str) -> Json:
    """As it stands, said to be JSON."""
    return {"content": content, "headers": JSON | headers}


def said(**fields: Any) -> Json:
    """JSON of these fields."""
    return {"json": fields}


def cells(*marks: Json) -> Json:
    """A review of marks."""
    return said(kind="cells", cells=list(marks))


def mark(**changes: Any) -> Json:
    """A good one, but for these."""
    return {"x": 1, "y": 1, "label": "positive"} | changes


def feature(kind: str, coordinates: Any, name: str = "Positive") -> Json:
    """GeoJSON of one cell."""
    what = {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}}
    return what | {"properties": {"classification": {"name": name}}}


def with_header(name: str, value: str, content: bytes = b"x") -> Json:
    """A part of an upload."""
    return {"content": content, "headers": {name: value}}


def form(content: bytes, boundary: str = "; boundary=b") -> Json:
    """What is said to be a form."""
    return {"content": content, "headers": {"Content-Type": f"multipart/form-data{boundary}"}}


NO_JSON = [
    Bad("a cut object", "POST", CASES, body(b'{"name": "A'), 422, "body"),
    Bad("no body", "POST", CASES, {}, 422, "body"),
    Bad("a list", "POST", CASES, body(b"[1]"), 422, "body"),
    Bad("a word", "POST", CASES, body(b"A case"), 422, "body"),
    Bad("bytes that are no text", "POST", CASES, body(b'{"name": "\xff\xfe"}'), 400, "body"),
    Bad("lists in lists without end", "POST", CASES, body(b"[" * 200_000), 400, "body"),
    Bad("more than is read", "POST", CASES, body(json.dumps({"name": "x" * 4_000_000}).encode()), 413, "at most 4000000 bytes"),
    Bad("packed", "POST", CASES, body(b"\x1f\x8b\x08\0\0", **{"Content-Encoding": "gzip"}), 400, "body"),
    Bad("of another kind", "POST", CASES, {"content": b'{"name": "A"}', "headers": {"Content-Type": "text/plain"}}, 422, "body"),
    Bad("as a form", "POST", CASES, {"data": {"name": "A"}}, 422, "body"),
]
FIELDS = [
    Bad("a case without a name", "POST", CASES, said(blind=True), 422, "body.name: Field required"),
    Bad("a name that is a number", "POST", CASES, said(name=7), 422, "body.name"),
    Bad("a name of spaces", "POST", CASES, said(name="  "), 422, "body.name"),
    Bad("a name of 121 letters", "POST", CASES, said(name="x" * 121), 422, "body.name"),
    Bad("a name with a zero", "POST", CASES, body(rb'{"name": "A\u0000"}'), 422, "body.name"),
    Bad("a name with half a character", "POST", CASES, body(rb'{"name": "A\ud800"}'), 422, "body.name"),
    Bad("a name that moves the cursor", "POST", CASES, said(name="A\x1b[2J"), 422, "body.name"),
    Bad("a name on two lines", "PATCH", CASE, said(name="A\nB"), 422, "body.name"),
    Bad("perhaps blind", "POST", CASES, said(name="A", blind="perhaps"), 422, "body.blind"),
    Bad("a field that nobody knows", "POST", CASES, said(name="A", blnd=True), 422, "body.blnd"),
    Bad("a case that is saved no more", "PATCH", CASE, said(saved=False), 422, "body.saved"),
    Bad("a scale of nothing", "PATCH", "/v1/pictures/{picture}", said(um_per_px=0), 422, "body.um_per_px"),
    Bad("a scale that is no number", "PATCH", "/v1/pictures/{picture}", body(b'{"um_per_px": NaN}'), 422, "body.um_per_px"),
    Bad("a token for everything", "POST", "/v1/tokens", said(name="a", scopes=["all"]), 422, "body.scopes.0"),
    Bad("a token for a thousand years", "POST", "/v1/tokens", said(name="a", scopes=["cases:read"], days=366_000), 422, "days"),
    Bad("a short password", "POST", "/v1/me/password", said(old="x", new="short"), 422, "body.new"),
    Bad("an invitation of no kind", "POST", "/v1/accounts/links", said(kind="friend"), 422, "body"),
    Bad("more than anybody may keep", "PATCH", f"/v1/accounts/{NOBODY}", said(may_keep_bytes=2**70), 422, "may_keep_bytes"),
]
OPINIONS = [
    Bad("a count below nothing", "POST", REVIEWS, said(kind="count", n_positive=-1, n_negative=2), 422, "n_positive"),
    Bad("half a cell", "POST", REVIEWS, said(kind="count", n_positive=0.5, n_negative=2), 422, "n_positive"),
    Bad("more cells than a body has", "POST", REVIEWS, said(kind="count", n_positive=10**30, n_negative=2), 422, "n_positive"),
    Bad("an index of 140 %", "POST", REVIEWS, said(kind="estimate", estimate=1.4), 422, "estimate"),
    Bad("an endless index", "POST", REVIEWS, body(b'{"kind": "estimate", "estimate": 1e999}'), 422, "estimate"),
    Bad("an opinion of no kind", "POST", REVIEWS, said(kind="guess", estimate=0.4), 422, "body"),
    Bad("what was never shown", "POST", REVIEWS, said(kind="estimate", estimate=0.4, started_from="network"), 409, "not shown"),
    Bad("a cell outside", "POST", REVIEWS, cells(mark(), mark(x=200)), 422, "cell 2 lies at (200, 1), outside the 200×200"),
    Bad("a cell to the left of it", "POST", REVIEWS, cells(mark(x=-1)), 422, "body.cells"),
    Bad("a cell of another class", "POST", REVIEWS, cells(mark(label="stroma")), 422, "body.cells"),
    Bad("a cell without a place", "POST", REVIEWS, cells({"label": "til"}), 422, "body.cells"),
    Bad("an outline", "POST", REVIEWS, said(kind="cells", cells={"type": "FeatureCollection", "features": [
        feature("Polygon", [[[0, 0], [1, 1], [1, 0], [0, 0]]])]}), 422, "body.cells"),
    Bad("a cell of no known class", "POST", REVIEWS, said(kind="cells", cells={"type": "FeatureCollection", "features": [
        feature("Point", [1, 1], "Necrosis")]}), 422, "body.cells"),
    Bad("a comment that is a book", "POST", "/v1/cases/{case}/comments", said(text="x" * 4_001), 422, "body.text"),
    Bad("a second opinion of nobody", "POST", "/v1/cases/{case}/assignments", said(to_id=NOBODY, blind=True), 409, "none of"),
]  # fmt: skip
ADDRESSES = [
    Bad("no such address", "GET", "/v1/everything", {}, 404, "Not Found"),
    Bad("up the tree", "GET", "/v1/cases/..%2f..%2fetc%2fpasswd", {}, 404, "Not Found"),
    Bad("another method", "PUT", CASES, said(name="A"), 405, "Method Not Allowed"),
    Bad("a method that nobody knows", "BREW", CASES, {}, 405, "Method Not Allowed"),
    Bad("an id that is none", "GET", "/v1/cases/7", {}, 422, "path.case_id"),
    Bad("an id in capitals", "GET", f"/v1/cases/{'A' * 32}", {}, 422, "path.case_id"),
    Bad("an id with a zero", "GET", "/v1/pictures/a%00b", {}, 422, "path.picture_id"),
    Bad("a case that is not there", "GET", f"/v1/cases/{NOBODY}", {}, 404, "nothing here that you may see"),
    Bad("a page of no cases", "GET", CASES, {"params": {"limit": 0}}, 422, "query.limit"),
    Bad("a page of many", "GET", CASES, {"params": {"limit": 10_000}}, 422, "query.limit"),
    Bad("a page of some", "GET", PICTURES, {"params": {"limit": "some"}}, 422, "query.limit"),
    Bad("the page after nothing", "GET", PICTURES, {"params": {"after": "last"}}, 422, "query.after"),
]
PICTURE_REQUESTS = [
    *(Bad(f"a scale of {scale}", "POST", PICTURES, {"content": picture(), "params": {"um_per_px": scale}}, 422, "query.um_per_px")
      for scale in ("0", "-1", "nan", "inf", "1e9", "0,65", "")),
    Bad("into a case that is not there", "POST", f"/v1/cases/{NOBODY}/pictures", {"content": picture()}, 404, "nothing here"),
    Bad("a form without a name", "POST", BATCH, form(b"--b\r\n\r\nx\r\n--b--\r\n"), 422, "the form"),
    Bad("a form without its border", "POST", BATCH, form(picture(), ""), 422, "the form"),
    Bad("a form without its beginning", "POST", BATCH, form(picture()), 422, "the form"),
    Bad("an empty form", "POST", BATCH, form(b"--b--\r\n"), 422, "no file named pictures"),
    Bad("a form of words", "POST", BATCH, {"files": {"pictures": (None, b"a word")}}, 422, "no file named pictures"),
    Bad("a form of other files", "POST", BATCH, {"files": {"file": ("a.jpg", picture())}}, 422, "no file named pictures"),
    Bad("201 files", "POST", BATCH, {"files": [("pictures", ("a.jpg", b""))] * 201}, 422, "the form"),
    Bad("a picture in place of a form", "POST", BATCH, {"content": picture()}, 415, "send a form"),
]  # fmt: skip
PARTS = [
    Bad("a hash that is none", "POST", UPLOADS, said(sha256="abc", bytes=9), 422, "body.sha256"),
    Bad("a file of nothing", "POST", UPLOADS, said(sha256=UPLOAD, bytes=0), 422, "body.bytes"),
    Bad("a file of too much", "POST", UPLOADS, said(sha256=UPLOAD, bytes=MOST_BYTES + 1), 413, f"more than {MOST_BYTES} bytes"),
    Bad("a file of no known kind", "POST", UPLOADS, said(sha256=UPLOAD, bytes=9, kind="film"), 422, "body.kind"),
    Bad("a part without a place", "PATCH", PART, {"content": b"x"}, 422, "header.Upload-Offset"),
    Bad("a part before the beginning", "PATCH", PART, with_header("Upload-Offset", "-1"), 422, "header.Upload-Offset"),
    Bad("a part of somewhere", "PATCH", PART, with_header("Upload-Offset", "here"), 422, "header.Upload-Offset"),
    Bad("a part of further on", "PATCH", PART, with_header("Upload-Offset", "5"), 409, "0 bytes are here, not 5"),
    Bad("a part of too much", "PATCH", PART, with_header("Upload-Offset", "0", bytes(9_999)), 413, "more than"),
    Bad("a part of nothing known", "PATCH", f"/v1/uploads/{NOBODY}", with_header("Upload-Offset", "0"), 404, "nothing here"),
]
STRANGERS = [
    Bad("nobody", "GET", CASES, {}, 401, "sign in first", False),
    Bad("a cookie made up", "GET", CASES, {"headers": {"Cookie": "__Host-ki67=made-up"}}, 401, "sign in first", False),
    Bad("an empty cookie", "GET", CASES, {"headers": {"Cookie": "__Host-ki67="}}, 401, "sign in first", False),
    Bad("a token made up", "GET", CASES, {"headers": {"Authorization": "Bearer ki67_made-up"}}, 401, "sign in first", False),
    Bad("a token of other letters", "GET", CASES, {"headers": {"Authorization": b"Bearer \xe4"}}, 401, "sign in first", False),
    Bad("a name and password at every request", "GET", CASES, {"auth": ("ada", "wrong")}, 401, "sign in first", False),
    Bad("a login that is none", "POST", "/v1/session", said(login="a b", password="x"), 422, "body.login", False),
    Bad("a link that was never made", "POST", "/v1/links/open", said(token="made-up", password=PASSWORD), 404, "", False),
    Bad("a page of others", "POST", CASES, said(name="A") | {"headers": {"Origin": "https://a.example"}}, 403, "only pages of"),
    Bad("a page of nobody", "POST", CASES, said(name="A") | {"headers": {"Origin": "null"}}, 403, "only pages of"),
    Bad("a length that is none", "POST", CASES, body(b"{}", **{"Content-Length": "many"}), 400, "Content-Length"),
    Bad("a length below nothing", "POST", CASES, body(b"{}", **{"Content-Length": "-2"}), 400, "Content-Length"),
]
BAD = [*NO_JSON, *FIELDS, *OPINIONS, *ADDRESSES, *PICTURE_REQUESTS, *PARTS, *STRANGERS]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_request_is_refused_and_changes_nothing(door: Door, nobody: TestClient, there: There, bad: Bad) -> None:
    client = door.ada if bad.signed_in else nobody
    with door.keeps_nothing():
        assert_refused(client.request(bad.method, bad.path.format(**vars(there)), **bad.how), bad.status, bad.says)


def test_there_are_forty_and_each_is_another() -> None:
    assert len(BAD) == len({(bad.name, bad.method, bad.path, str(bad.how)) for bad in BAD}) >= 40


def test_after_all_of_them_what_was_begun_goes_on(door: Door, there: There) -> None:
    done = door.ada.patch(f"/v1/uploads/{there.upload}", content=picture(seed=3), headers={"Upload-Offset": "0"})
    assert done.json()["picture"]["state"] == "waiting"


@pytest.mark.parametrize("range_", ["bytes=b-a", "bytes=999999-", "bytes=0-3", "pages=1"])
def test_whoever_asks_for_a_part_of_a_file_gets_all_of_it(door: Door, there: There, range_: str) -> None:
    path = f"/v1/pictures/{there.picture}/file"
    answer = door.ada.get(path, headers={"Range": range_})
    assert (answer.status_code, answer.content) == (200, door.ada.get(path).content)
