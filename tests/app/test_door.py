"""What stands before every route: headers on each answer, no page of others, no body beyond measure, no flood."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from ki67.app.access.bodies import in_time
from ki67.app.access.crowd import Crowd
from ki67.app.access.headers import SafeHeaders
from ki67.app.access.permissions import PERMISSIONS
from ki67.app.access.who import COOKIE
from ki67.app.api import create_app
from ki67.app.service import Service
from ki67.app.settings import AppSettings, Caps, Rate, Rates
from tests.app.conftest import SignedIn

CHANGES = [place for place in PERMISSIONS if place[0] not in ("GET", "HEAD")]


@pytest.fixture
def database_url() -> str:
    """None of this asks which database it is."""
    return ""


@pytest.fixture
def settings(tmp_path: Any) -> AppSettings:
    rates = Rates(requests=Rate(60, 0.01))
    return AppSettings(tmp_path / "service", public="https://testserver", caps=Caps(json_bytes=2_000), rates=rates)


@pytest.fixture
def crashing(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A service with a fault in it."""
    monkeypatch.setattr(Service, "database", property(lambda at: 1 / 0), raising=False)
    yield TestClient(create_app(service), base_url="https://testserver", raise_server_exceptions=False)
    monkeypatch.undo()


def headers_are_safe(answer: Any) -> bool:
    wanted = {
        "content-security-policy": "default-src 'self'", "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "strict-transport-security": "max-age=31536000",
    }  # fmt: skip
    return all(answer.headers.get(name, "").startswith(value) for name, value in wanted.items())


@pytest.mark.parametrize(
    ("place", "status"),
    [(("GET", "/v1/health"), 200), (("GET", "/v1/me"), 401), (("GET", "/nowhere"), 404), (("PUT", "/v1/health"), 405),
     (("POST", "/v1/session"), 422)],
)  # fmt: skip
def test_every_answer_tells_the_browser_what_it_may_do(nobody: TestClient, place: tuple[str, str], status: int) -> None:
    answer = nobody.request(*place)
    assert (answer.status_code, headers_are_safe(answer)) == (status, True)


def test_the_policy_lets_nothing_in_from_elsewhere_and_nobody_frame_it(nobody: TestClient) -> None:
    policy = nobody.get("/v1/health").headers["content-security-policy"]
    assert {"object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; "))
    assert "'unsafe-" not in policy  # the scorer's WebAssembly may run, text as code may not
    assert "http" not in policy


def test_no_copy_of_an_answer_is_kept(nobody: TestClient) -> None:
    assert nobody.get("/v1/health").headers["cache-control"] == "no-store"


def test_no_answer_opens_the_service_to_other_pages(nobody: TestClient) -> None:
    asked = nobody.options("/v1/session", headers={"Origin": "https://other.example", "Access-Control-Request-Method": "POST"})
    assert not [name for name in asked.headers if name.startswith("access-control-")]


def test_the_answer_to_a_fault_tells_nothing_of_it_and_has_the_headers(crashing: TestClient) -> None:
    answer = crashing.get("/v1/health")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert headers_are_safe(answer)
    assert "Zero" not in answer.text


@pytest.mark.anyio
async def test_who_finds_the_service_full_is_told_when_to_come_again() -> None:
    over, statuses = anyio.Event(), list[int]()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await over.wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            assert (headers[b"retry-after"], headers[b"content-type"]) == (b"1", b"application/problem+json")
            statuses.append(message["status"])

    crowd, scope = Crowd(app, most=2), {"type": "http", "path": "/"}
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(crowd, scope, send, send)
        await anyio.wait_all_tasks_blocked()
        assert statuses == [503]
        over.set()
    await crowd(scope, send, send)
    assert statuses == [503] and crowd.inside == 0


@pytest.mark.anyio
async def test_a_full_service_still_tells_of_its_health() -> None:
    asked = list[str]()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])

    async def send(message: Any) -> None:
        assert message.get("status", 503) == 503

    for path in ("/v1/health", "/v1/cases"):
        await Crowd(app, most=0)({"type": "http", "path": path}, send, send)
    assert asked == ["/v1/health"]


def coming(*parts: tuple[bytes, bool], every_s: float) -> Any:
    """A body in parts, each with whether more comes, and nothing behind them but a connection that is cut later."""
    left = [{"type": "http.request", "body": body, "more_body": more} for body, more in parts]

    async def receive() -> Any:
        await anyio.sleep(every_s if left else 10 * every_s)
        return left.pop(0) if left else {"type": "http.disconnect"}

    return receive


@pytest.mark.anyio
async def test_a_slow_body_is_taken_and_one_that_stops_coming_is_refused() -> None:
    slow = in_time(coming((b"a", True), (b"b", True), (b"c", False), every_s=0.03), part_s=0.2)
    assert [(await slow())["type"] for _ in range(4)] == ["http.request"] * 3 + ["http.disconnect"]  # the last after 0.3 s
    stopped = in_time(coming((b"a", True), every_s=0.03), part_s=0.2)
    await stopped()
    with pytest.raises(HTTPException) as refused:
        await stopped()
    assert refused.value.status_code == 408


@pytest.mark.anyio
@pytest.mark.parametrize(("size", "keeps_its_pace"), [(1, False), (200, True)])
async def test_a_byte_now_and_then_holds_no_place_for_long(size: int, keeps_its_pace: bool) -> None:
    parts = [(bytes(size), True)] * 19 + [(b"", False)]
    body, taken = in_time(coming(*parts, every_s=0.05), part_s=0.5, least=1_000), 0
    with nullcontext() if keeps_its_pace else pytest.raises(HTTPException, match="1000 bytes a second"):
        for _ in parts:
            await body()
            taken += 1
    assert (taken == len(parts)) == keeps_its_pace


@pytest.mark.anyio
async def test_without_tls_nothing_is_promised_about_tls() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    await SafeHeaders(app, tls=False)({"type": "http", "path": "/"}, send, send)
    names = {name for name, _ in sent[0]["headers"]}
    assert b"x-content-type-options" in names
    assert b"strict-transport-security" not in names


@pytest.mark.parametrize("place", CHANGES, ids=" ".join)
def test_a_page_of_others_changes_nothing_in_the_name_of_who_is_signed_in(signed_in: SignedIn, place: tuple[str, str]) -> None:
    ada = signed_in("ada", administrator=True)
    answer = ada.request(*place, headers={"Origin": "https://other.example"})
    assert (answer.status_code, "only pages of https://testserver" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize("told", [{"Origin": "null"}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "cross-site"}])
def test_what_only_looks_like_our_page_is_refused(signed_in: SignedIn, told: dict[str, str]) -> None:
    assert signed_in("ada").patch("/v1/me", json={"name": "Eve"}, headers=told).status_code == 403
    assert signed_in("ada").patch("/v1/me", json={"name": "Ada"}).status_code == 200


def test_a_browser_that_names_no_origin_changes_nothing(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    del ada.headers["origin"]
    assert ada.patch("/v1/me", json={"name": "Eve"}).status_code == 403
    assert ada.get("/v1/me").status_code == 200


def test_a_program_names_no_origin_and_needs_none(nobody: TestClient) -> None:
    del nobody.headers["origin"]
    assert nobody.post("/v1/session", json={"login": "ada", "password": "wrong"}).status_code == 401


def test_a_page_of_others_signs_nobody_in(nobody: TestClient) -> None:
    body = {"login": "ada", "password": "wrong"}
    assert nobody.post("/v1/session", json=body, headers={"Origin": "https://other.example"}).status_code == 403


def test_json_beyond_its_measure_is_refused_before_it_is_read(nobody: TestClient) -> None:
    answer = nobody.post("/v1/session", json={"login": "ada", "password": "x" * 2_000})
    assert (answer.status_code, answer.json()["detail"]) == (413, "a request of this kind has at most 2000 bytes")


def test_json_that_hides_its_length_is_refused_where_its_measure_ends(nobody: TestClient) -> None:
    read: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            yield b" " * 100

    answer = nobody.post("/v1/session", content=parts(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "many", "1e3"])
def test_a_length_that_is_none_is_refused(nobody: TestClient, length: str) -> None:
    answer = nobody.post("/v1/session", content=b"{}", headers={"Content-Length": length, "Content-Type": "application/json"})
    assert answer.status_code in (400, 413)


def test_who_asks_too_often_waits_and_others_do_not(signed_in: SignedIn) -> None:
    ada, bob = signed_in("ada"), signed_in("bob")
    answers = [ada.get("/v1/me") for _ in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert bob.get("/v1/me").status_code == 200


def test_who_is_not_signed_in_is_counted_by_address(nobody: TestClient) -> None:
    nobody.cookies.set(COOKIE, "made-up")
    assert [nobody.get("/v1/me").status_code for _ in range(61)] == [401] * 60 + [429]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_of_another_kind_is_not_read_as_json(nobody: TestClient, kind: str) -> None:
    body = b'{"login": "ada", "password": "wrong"}'
    assert nobody.post("/v1/session", content=body, headers={"Content-Type": kind}).status_code == 422


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 1_900, b"1" * 1_900, b"\xff\xfe{}", b'{"login": "\\ud800", "password": "x"}'])
def test_what_is_no_json_is_a_clear_refusal(nobody: TestClient, body: bytes) -> None:
    answer = nobody.post("/v1/session", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code in (400, 422), answer.headers["content-type"]) == (True, "application/problem+json")
