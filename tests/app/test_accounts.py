"""Accounts as administrators see and change them; cases stay out of their sight."""

from typing import Any

import pytest
from databases import ON_SQLITE
from fastapi.testclient import TestClient
from sqlalchemy import select

from ki67.app.access.permissions import PERMISSIONS, Needs
from ki67.app.service import Service
from ki67.app.store.rows import Case, LogEntry, Picture
from tests.app.conftest import SignedIn

FOR_ADMINISTRATORS = [place for place, permission in PERMISSIONS.items() if permission.needs is Needs.ADMINISTRATOR]


@pytest.fixture
def boss(signed_in: SignedIn) -> TestClient:
    return signed_in("boss", administrator=True)


def id_of(client: TestClient) -> str:
    return str(client.get("/v1/me").json()["id"])


def change(boss: TestClient, client: TestClient, **changes: object) -> Any:
    return boss.patch(f"/v1/accounts/{id_of(client)}", json=changes)


def keep(service: Service, owner: str, size: int) -> None:
    """A picture in a case of somebody's."""
    with service.database.writing() as session:
        case = Case(owner_id=owner, name="Mrs Secret")
        session.add(case)
        session.flush()
        digests = {"sent_digest": "0" * 64, "digest": "1" * 64}
        picture = Picture(case_id=case.id, number=1, kind="field", format="PNG", bytes=size, width=9, height=9, **digests)
        picture.state = "waiting"
        session.add(picture)


def test_only_administrators_see_and_change_accounts(signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    assert [ada.request(*place).status_code for place in FOR_ADMINISTRATORS] == [403] * len(FOR_ADMINISTRATORS)


def test_an_administrator_sees_how_much_everybody_keeps_and_not_what(
    boss: TestClient, signed_in: SignedIn, service: Service
) -> None:
    ada = signed_in("ada")
    keep(service, id_of(ada), 300)
    keep(service, id_of(ada), 4_000)
    listed = boss.get("/v1/accounts")
    assert {row["login"]: row["kept_bytes"] for row in listed.json()} == {"boss": 0, "ada": 4_300}
    assert "Secret" not in listed.text
    assert ada.get("/v1/me").json()["kept_bytes"] == 4_300


def test_an_administrator_sees_no_case_of_others(boss: TestClient, signed_in: SignedIn) -> None:
    case = signed_in("ada").post("/v1/cases", json={"name": "K1"}).json()["id"]
    assert boss.get(f"/v1/cases/{case}").status_code == 404
    assert case not in boss.get("/v1/cases").text


def test_an_account_that_is_shut_is_out_at_once_and_in_again_when_reopened(boss: TestClient, signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    account = id_of(ada)
    assert change(boss, ada, disabled=True).json()["disabled_at"] is not None
    assert ada.get("/v1/me").status_code == 401
    assert boss.patch(f"/v1/accounts/{account}", json={"disabled": False}).json()["disabled_at"] is None
    assert ada.get("/v1/me").status_code == 401  # the browser of before stays out
    assert signed_in("ada").get("/v1/me").status_code == 200


def test_a_quota_is_everybodys_until_an_administrator_sets_another(boss: TestClient, signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    assert ada.get("/v1/me").json()["may_keep_bytes"] == 20_000_000_000
    assert change(boss, ada, may_keep_bytes=5_000).json()["may_keep_bytes"] == 5_000
    assert ada.get("/v1/me").json()["may_keep_bytes"] == 5_000


@ON_SQLITE
@pytest.mark.parametrize("quota", [-1, 2**54, 1.5, "many"])
def test_a_quota_is_a_number_of_bytes(boss: TestClient, signed_in: SignedIn, quota: object) -> None:
    assert change(boss, signed_in("ada"), may_keep_bytes=quota).status_code == 422


def test_who_is_made_an_administrator_is_one_from_the_next_request_on(boss: TestClient, signed_in: SignedIn) -> None:
    ada = signed_in("ada")
    assert ada.get("/v1/accounts").status_code == 403
    change(boss, ada, is_administrator=True)
    assert ada.get("/v1/accounts").status_code == 200
    change(boss, ada, is_administrator=False)
    assert ada.get("/v1/accounts").status_code == 403


@pytest.mark.parametrize("last", [{"disabled": True}, {"is_administrator": False}])
def test_the_last_administrator_stays(boss: TestClient, signed_in: SignedIn, last: dict[str, bool]) -> None:
    assert change(boss, boss, **last).status_code == 409
    assert boss.get("/v1/accounts").status_code == 200
    change(boss, signed_in("ada"), is_administrator=True)
    assert change(boss, boss, **last).status_code == 200


def test_an_account_that_is_not_there_cannot_be_changed(boss: TestClient) -> None:
    assert boss.patch(f"/v1/accounts/{'0' * 32}", json={"disabled": True}).status_code == 404


def test_what_an_administrator_does_stands_in_the_log(boss: TestClient, signed_in: SignedIn, service: Service) -> None:
    ada = signed_in("ada")
    account = id_of(ada)
    change(boss, ada, disabled=True)
    with service.database.reading() as session:
        line = session.scalars(select(LogEntry).where(LogEntry.action == "account.changed")).one()
    assert (line.account_id, line.subject, line.detail) == (id_of(boss), account, {"administrator": False, "shut": True})
