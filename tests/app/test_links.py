"""Links that open an account once."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from ki67.app.access.links import link_address, new_setup_link
from ki67.app.service import Service
from ki67.app.store.rows import Account, Link
from ki67.app.store.rows.base import now
from tests.app.conftest import PASSWORD, Browser, Member, SignedIn

NEWCOMER = {"login": "Bea", "name": "Bea B.", "password": PASSWORD}


def setup_link(service: Service) -> str | None:
    with service.database.writing() as session:
        return new_setup_link(session)


def open_link(client: TestClient, token: str | None, **more: str) -> Any:
    return client.post("/v1/links/open", json={"token": token, **more})


def made(client: TestClient, **link: object) -> str:
    answer = client.post("/v1/accounts/links", json=link)
    assert answer.status_code == 201
    return str(answer.json()["token"])


def test_the_first_link_opens_an_administrators_account_who_then_signs_in(nobody: TestClient, service: Service) -> None:
    opened = open_link(nobody, setup_link(service), **NEWCOMER)
    assert (opened.status_code, opened.json()["login"], opened.json()["is_administrator"]) == (200, "bea", True)
    assert nobody.post("/v1/session", json={"login": "bea", "password": PASSWORD}).status_code == 201


def test_there_is_no_account_before_the_first_link_is_used(service: Service) -> None:
    setup_link(service)
    with service.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0


def test_where_there_is_an_account_no_set_up_link_is_made_or_opens(nobody: TestClient, service: Service, member: Member) -> None:
    early = setup_link(service)
    member("ada")
    assert setup_link(service) is None
    assert open_link(nobody, early, **NEWCOMER).status_code == 404


def test_a_new_set_up_link_makes_the_one_before_void(nobody: TestClient, service: Service) -> None:
    before = setup_link(service)
    after = setup_link(service)
    assert open_link(nobody, before, **NEWCOMER).status_code == 404
    assert open_link(nobody, after, **NEWCOMER).status_code == 200


def test_a_link_opens_once(signed_in: SignedIn, browser: Browser) -> None:
    token = made(signed_in("ada", administrator=True), kind="invitation")
    assert open_link(browser(), token, **NEWCOMER).status_code == 200
    assert open_link(browser(), token, **{**NEWCOMER, "login": "cyd"}).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"password": "short"}, 422), ({"password": "passwordpassword"}, 422), ({"login": "ada"}, 409), ({"login": "no such"}, 422)],
)
def test_a_mistake_leaves_a_link_good(signed_in: SignedIn, browser: Browser, wrong: dict[str, str], status: int) -> None:
    token = made(signed_in("ada", administrator=True), kind="invitation")
    assert open_link(browser(), token, **{**NEWCOMER, **wrong}).status_code == status
    assert open_link(browser(), token, **NEWCOMER).status_code == 200


def test_a_newcomer_chooses_a_login(signed_in: SignedIn, browser: Browser) -> None:
    answer = open_link(browser(), made(signed_in("ada", administrator=True), kind="invitation"), password=PASSWORD)
    assert (answer.status_code, "choose a login" in answer.json()["detail"]) == (422, True)


@pytest.mark.parametrize("administrator", [True, False])
def test_an_invitation_says_what_the_newcomer_will_be(signed_in: SignedIn, browser: Browser, administrator: bool) -> None:
    token = made(signed_in("ada", administrator=True), kind="invitation", administrator=administrator)
    assert open_link(browser(), token, **NEWCOMER).json()["is_administrator"] is administrator


def test_a_link_that_is_too_old_opens_nothing(signed_in: SignedIn, browser: Browser, service: Service) -> None:
    token = made(signed_in("ada", administrator=True), kind="invitation")
    with service.database.writing() as session:
        session.execute(update(Link).values(ends_at=now() - timedelta(seconds=1)))
    assert open_link(browser(), token, **NEWCOMER).status_code == 404


def test_a_reset_sets_another_password_and_ends_every_other_way_in(signed_in: SignedIn, browser: Browser) -> None:
    boss, bob = signed_in("ada", administrator=True), signed_in("bob")
    program = bob.post("/v1/tokens", json={"name": "script", "scopes": ["cases:read"]}).json()["token"]
    token = made(boss, kind="reset", account_id=bob.get("/v1/me").json()["id"])
    assert bob.get("/v1/me").status_code == 200
    assert open_link(browser(), token, password=PASSWORD).json()["login"] == "bob"
    assert bob.get("/v1/me").status_code == 401
    assert browser().get("/v1/me", headers={"Authorization": f"Bearer {program}"}).status_code == 401
    assert browser().post("/v1/session", json={"login": "bob", "password": PASSWORD}).status_code == 201


def test_only_the_last_reset_link_is_good(signed_in: SignedIn, browser: Browser) -> None:
    boss = signed_in("ada", administrator=True)
    bob = signed_in("bob").get("/v1/me").json()["id"]
    before, after = (made(boss, kind="reset", account_id=bob) for _ in range(2))
    assert open_link(browser(), before, password=PASSWORD).status_code == 404
    assert open_link(browser(), after, password=PASSWORD).status_code == 200


def test_a_reset_is_made_for_somebody_who_is_there(signed_in: SignedIn) -> None:
    answer = signed_in("ada", administrator=True).post("/v1/accounts/links", json={"kind": "reset", "account_id": "0" * 32})
    assert answer.status_code == 404


def test_a_links_token_stands_where_it_is_never_sent_to_a_log() -> None:
    assert link_address("https://ki67.example", "secret") == "https://ki67.example/#link=secret"


def test_guesses_at_links_have_to_wait_at_last(nobody: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.limits.guesses_from, "clock", lambda: 0.0)  # none comes back while this test takes its time
    answers = [open_link(nobody, "guess", password=PASSWORD).status_code for _ in range(101)]
    assert set(answers[:100]) == {404}
    assert answers[100] == 429
