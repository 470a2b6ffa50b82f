"""In by a password and out again: what a browser gets, what nobody learns, and when it ends."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from databases import ON_SQLITE
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from ki67.app.access.tokens import hash_of
from ki67.app.access.who import COOKIE
from ki67.app.service import Service
from ki67.app.store.log import broken
from ki67.app.store.rows import Account, LogEntry, SignIn
from ki67.app.store.rows.base import now
from tests.app.conftest import PASSWORD, Browser, Member

NEW = "ten herons count cells"


@pytest.fixture(autouse=True)
def ada(member: Member) -> Iterator[str]:
    """Somebody who may sign in."""
    yield member("ada")


def sign_in(client: TestClient, login: str = "ada", password: str = PASSWORD) -> Any:
    return client.post("/v1/session", json={"login": login, "password": password})


def inside(client: TestClient) -> bool:
    return client.get("/v1/me").status_code == 200


def test_the_right_password_opens_a_session_that_says_who_one_is(nobody: TestClient, ada: str) -> None:
    answer = sign_in(nobody)
    assert answer.status_code == 201
    assert answer.json()["id"] == ada
    assert nobody.get("/v1/me").json() == answer.json()


def test_a_login_is_the_same_in_large_and_small_letters(nobody: TestClient) -> None:
    assert sign_in(nobody, "ADA").status_code == 201


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(nobody: TestClient) -> None:
    cookie = sign_in(nobody).headers["set-cookie"]
    assert cookie.startswith("__Host-ki67=")
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_only_a_hash_of_the_token_is_kept(nobody: TestClient, service: Service) -> None:
    sign_in(nobody)
    with service.database.reading() as session:
        kept = session.scalars(select(SignIn.token_hash)).all()
    assert kept == [hash_of(nobody.cookies[COOKIE])]


def test_a_wrong_password_and_an_unknown_login_look_the_same(nobody: TestClient) -> None:
    wrong, unknown = sign_in(nobody, password=NEW), sign_in(nobody, "nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert "set-cookie" not in wrong.headers


def test_an_unknown_login_costs_as_much_work_as_a_known_one(
    nobody: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(service.passwords, "fits", lambda kept, password: asked.append(kept))
    sign_in(nobody, "nobody")
    assert asked == [None]


def test_a_wrong_password_is_a_line_of_the_log_that_names_no_login(nobody: TestClient, service: Service, ada: str) -> None:
    sign_in(nobody, password=NEW)
    sign_in(nobody, "somebody.else")
    with service.database.reading() as session:
        lines = session.scalars(select(LogEntry).order_by(LogEntry.number)).all()
    assert [(line.action, line.subject) for line in lines] == [("sign_in.refused", ada), ("sign_in.refused", "unknown")]
    assert broken(lines) is None


def test_who_signs_in_again_gets_another_token_and_the_old_one_is_good_no_more(nobody: TestClient, browser: Browser) -> None:
    sign_in(nobody)
    before = nobody.cookies[COOKIE]
    sign_in(nobody)
    assert nobody.cookies[COOKIE] != before
    thief = browser()
    thief.cookies.set(COOKIE, before)
    assert inside(nobody)
    assert not inside(thief)


def test_a_token_that_a_stranger_made_up_is_never_taken_over(nobody: TestClient) -> None:
    nobody.cookies.set(COOKIE, "made-up", domain="testserver.local", path="/")
    sign_in(nobody)
    assert "made-up" not in nobody.cookies.values()


def test_a_token_has_256_bits_of_chance(nobody: TestClient) -> None:
    sign_in(nobody)
    assert len(base64.urlsafe_b64decode(nobody.cookies[COOKIE] + "=")) == 32


def test_out_here_leaves_the_other_browser_in(nobody: TestClient, browser: Browser) -> None:
    other = browser()
    sign_in(nobody), sign_in(other)
    token = nobody.cookies[COOKIE]
    assert nobody.delete("/v1/session").status_code == 204
    assert COOKIE not in nobody.cookies
    nobody.cookies.set(COOKIE, token)
    assert not inside(nobody)
    assert inside(other)


def test_out_everywhere_leaves_no_browser_in(nobody: TestClient, browser: Browser) -> None:
    other = browser()
    sign_in(nobody), sign_in(other)
    assert nobody.delete("/v1/sessions").status_code == 204
    assert not inside(other)


def test_one_sees_where_one_is_signed_in_but_no_token(nobody: TestClient, browser: Browser) -> None:
    sign_in(nobody), sign_in(browser())
    listed = nobody.get("/v1/sessions")
    assert [entry["is_this"] for entry in listed.json()].count(True) == 1
    assert len(listed.json()) == 2
    assert nobody.cookies[COOKIE] not in listed.text
    assert hash_of(nobody.cookies[COOKIE]) not in listed.text


def test_another_password_needs_the_old_one_and_ends_the_other_browsers(nobody: TestClient, browser: Browser) -> None:
    other = browser()
    sign_in(nobody), sign_in(other)
    assert nobody.post("/v1/me/password", json={"old": NEW, "new": NEW}).status_code == 403
    assert inside(other)
    assert nobody.post("/v1/me/password", json={"old": PASSWORD, "new": NEW}).status_code == 204
    assert inside(nobody)
    assert not inside(other)
    assert sign_in(browser()).status_code == 401
    assert sign_in(browser(), password=NEW).status_code == 201


def test_a_weak_new_password_is_refused_in_words(nobody: TestClient) -> None:
    sign_in(nobody)
    answer = nobody.post("/v1/me/password", json={"old": PASSWORD, "new": "password-2026"})
    assert (answer.status_code, "first that are guessed" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize(
    "aged", [{"ends_at": -timedelta(seconds=1)}, {"seen_at": -timedelta(minutes=31)}], ids=["its day is over", "unused"]
)
def test_a_session_ends_by_itself(nobody: TestClient, service: Service, aged: dict[str, timedelta]) -> None:
    sign_in(nobody)
    age(service, {"seen_at": -timedelta(minutes=29)})
    assert inside(nobody)
    age(service, aged)
    assert not inside(nobody)


def age(service: Service, moments: dict[str, timedelta]) -> None:
    with service.database.writing() as session:
        session.execute(update(SignIn).values({name: now() + moment for name, moment in moments.items()}))


def test_a_session_that_is_used_stays_open(nobody: TestClient, service: Service) -> None:
    sign_in(nobody)
    age(service, {"seen_at": -timedelta(minutes=29)})
    inside(nobody)
    with service.database.reading() as session:
        assert now() - session.scalars(select(SignIn.seen_at)).one() < timedelta(minutes=1)


def test_what_ended_is_swept_away_when_somebody_signs_in(nobody: TestClient, service: Service) -> None:
    sign_in(nobody)
    age(service, {"ends_at": -timedelta(seconds=1)})
    sign_in(nobody)
    with service.database.reading() as session:
        assert len(session.scalars(select(SignIn)).all()) == 1


def test_an_account_that_is_shut_opens_to_nobody_and_does_not_say_so(nobody: TestClient, service: Service) -> None:
    wrong = sign_in(nobody, password=NEW)
    with service.database.writing() as session:
        session.execute(update(Account).values(disabled_at=now()))
    assert sign_in(nobody).content == wrong.content


def test_the_eleventh_guess_has_to_wait(nobody: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.passwords, "fits", lambda kept, password: False)
    answers = [sign_in(nobody, password=NEW) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 40
    assert sign_in(nobody, "bob").status_code == 401  # others are not held up


def test_right_passwords_are_never_too_many(nobody: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.passwords, "fits", lambda kept, password: True)
    assert {sign_in(nobody).status_code for _ in range(12)} == {201}


def test_one_may_change_ones_name_and_nothing_else_that_way(nobody: TestClient) -> None:
    sign_in(nobody)
    for more in ({"is_administrator": True}, {"may_keep_bytes": 10**15}):
        assert nobody.patch("/v1/me", json={"name": "Ada L."} | more).status_code == 422
    assert nobody.patch("/v1/me", json={"name": "Ada L."}).json()["name"] == "Ada L."
    assert not nobody.get("/v1/me").json()["is_administrator"]
    assert nobody.get("/v1/me").json()["may_keep_bytes"] == 20_000_000_000


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE accounts; --", "<script>alert(1)</script>", "{{7*7}} ${7*7} %s %n", "../../etc/passwd"]
)
def test_what_looks_like_code_is_a_name_like_any_other(nobody: TestClient, name: str) -> None:
    sign_in(nobody)
    assert nobody.patch("/v1/me", json={"name": name}).json()["name"] == name
    assert nobody.get("/v1/me").headers["content-type"] == "application/json"


@ON_SQLITE
@pytest.mark.parametrize("login", ["ada' OR '1'='1", "ada\u0000", "ada\n", "%", "a" * 81, "", 7, None, ["ada"]])
def test_what_is_no_login_is_refused_before_any_database_is_asked(nobody: TestClient, login: object) -> None:
    assert nobody.post("/v1/session", json={"login": login, "password": PASSWORD}).status_code == 422


def test_a_refused_body_is_not_repeated_in_the_answer(nobody: TestClient) -> None:
    assert "hunter" not in nobody.post("/v1/session", json={"login": "no such login", "password": "hunter" * 30}).text
