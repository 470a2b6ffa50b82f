"""Tokens for programs: told once, for some deeds, for a time."""

from datetime import timedelta
from typing import Any

import pytest
from databases import ON_SQLITE
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from ki67.app.access.permissions import PERMISSIONS, Needs
from ki67.app.access.tokens import hash_of
from ki67.app.service import Service
from ki67.app.store.rows import Account, ApiToken
from ki67.app.store.rows.base import now
from tests.app.conftest import Browser, SignedIn

BY_HAND = [place for place, permission in PERMISSIONS.items() if permission.needs in (Needs.BROWSER, Needs.ADMINISTRATOR)]


def made(client: TestClient, *scopes: str, **more: object) -> Any:
    return client.post("/v1/tokens", json={"name": "script", "scopes": scopes or ("cases:read",), **more}).json()


def program(browser: Browser, token: str) -> TestClient:
    client = browser()
    client.headers.pop("origin")  # a program names none
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_a_token_acts_for_its_owner(signed_in: SignedIn, browser: Browser) -> None:
    assert program(browser, made(signed_in("ada"))["token"]).get("/v1/me").json()["login"] == "ada"


def test_a_token_is_told_once_and_kept_as_a_hash(signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    token = made(ada)["token"]
    assert token.startswith("ki67_")
    assert token not in ada.get("/v1/tokens").text
    with service.database.reading() as session:
        assert session.scalars(select(ApiToken.token_hash)).one() == hash_of(token)


def test_a_program_that_may_read_may_not_write(signed_in: SignedIn, browser: Browser) -> None:
    ada = signed_in("ada")
    reader, writer = program(browser, made(ada)["token"]), program(browser, made(ada, "cases:write")["token"])
    assert reader.get("/v1/cases").status_code == 200
    refused = reader.post("/v1/cases", json={"name": "K1"})
    assert (refused.status_code, "cases:write" in refused.json()["detail"]) == (403, True)
    assert writer.post("/v1/cases", json={"name": "K1"}).status_code == 201
    assert writer.get("/v1/cases").status_code == 403


def test_no_program_changes_keys_or_administers(signed_in: SignedIn, browser: Browser) -> None:
    boss = program(browser, made(signed_in("ada", administrator=True), "cases:read", "cases:write", "reviews:write")["token"])
    answers = {place: boss.request(place[0], place[1]).status_code for place in BY_HAND}
    assert answers == dict.fromkeys(BY_HAND, 403)


@ON_SQLITE
@pytest.mark.parametrize("wrong", [{"scopes": []}, {"scopes": ["everything"]}, {"days": 0}, {"days": 367}, {"name": " "}])
def test_a_token_has_a_name_scopes_and_an_end(signed_in: SignedIn, wrong: dict[str, object]) -> None:
    body = {"name": "script", "scopes": ["cases:read"], **wrong}
    assert signed_in("ada").post("/v1/tokens", json=body).status_code == 422


def test_a_token_ends(signed_in: SignedIn, browser: Browser, service: Service) -> None:
    script = program(browser, made(signed_in("ada"), days=1)["token"])
    assert script.get("/v1/me").status_code == 200
    with service.database.writing() as session:
        session.execute(update(ApiToken).values(ends_at=now() - timedelta(seconds=1)))
    assert script.get("/v1/me").status_code == 401


def test_a_token_that_is_forgotten_is_good_for_nothing(signed_in: SignedIn, browser: Browser) -> None:
    ada = signed_in("ada")
    token = made(ada)
    assert ada.delete(f"/v1/tokens/{token['id']}").status_code == 204
    assert program(browser, token["token"]).get("/v1/me").status_code == 401


def test_nobody_sees_or_forgets_the_tokens_of_others(signed_in: SignedIn) -> None:
    token = made(signed_in("ada"))
    bob = signed_in("bob")
    assert bob.get("/v1/tokens").json() == []
    assert bob.delete(f"/v1/tokens/{token['id']}").status_code == 404


def test_its_owner_sees_when_a_token_was_used(signed_in: SignedIn, browser: Browser) -> None:
    ada = signed_in("ada")
    token = made(ada)
    assert ada.get("/v1/tokens").json()[0]["seen_at"] is None
    program(browser, token["token"]).get("/v1/me")
    assert ada.get("/v1/tokens").json()[0]["seen_at"] is not None


def test_a_token_of_an_account_that_is_shut_opens_nothing(signed_in: SignedIn, browser: Browser, service: Service) -> None:
    script = program(browser, made(signed_in("ada"))["token"])
    with service.database.writing() as session:
        session.execute(update(Account).values(disabled_at=now()))
    assert script.get("/v1/me").status_code == 401


@ON_SQLITE
@pytest.mark.parametrize("told", ["Bearer", "Bearer ", "Bearer none", "Basic YWRhOmFkYQ==", "Bearer " + "x" * 10_000])
def test_what_is_no_token_opens_nothing(browser: Browser, told: str) -> None:
    assert browser().get("/v1/me", headers={"Authorization": told}).status_code == 401
