"""Passkeys: a device opens the account of whoever added it, for this site alone, once a challenge."""

from datetime import timedelta
from typing import Any

import pytest
from databases import ON_SQLITE
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from ki67.app.service import Service
from ki67.app.store.rows import Account, Challenge, LogEntry, Passkey
from ki67.app.store.rows.base import now
from tests.app.authenticator import Authenticator
from tests.app.conftest import Browser, SignedIn


def add(client: TestClient, device: Authenticator, name: str = "phone") -> Any:
    asked = client.post("/v1/passkeys/register-options").json()
    credential = device.create(asked["options"])
    return client.post("/v1/passkeys", json={"challenge_id": asked["challenge_id"], "name": name, "credential": credential})


def asked(client: TestClient) -> Any:
    return client.post("/v1/passkeys/sign-in-options").json()


def sign_in(client: TestClient, device: Authenticator) -> Any:
    return answer(client, device, asked(client))


def answer(client: TestClient, device: Authenticator, challenge: Any) -> Any:
    body = {"challenge_id": challenge["challenge_id"], "credential": device.get(challenge["options"])}
    return client.post("/v1/passkeys/sign-in", json=body)


def test_a_device_that_was_added_opens_its_owners_account(signed_in: SignedIn, browser: Browser) -> None:
    device, elsewhere = Authenticator(), browser()
    assert add(signed_in("ada"), device).status_code == 201
    answered = sign_in(elsewhere, device)
    assert (answered.status_code, answered.json()["login"]) == (201, "ada")
    assert elsewhere.get("/v1/me").json()["login"] == "ada"


def test_the_device_is_asked_to_keep_the_key_and_to_ask_who_holds_it(signed_in: SignedIn) -> None:
    options = signed_in("ada").post("/v1/passkeys/register-options").json()["options"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"


def test_whoever_signs_in_need_not_say_who_they_are(nobody: TestClient) -> None:
    options = asked(nobody)["options"]
    assert (options.get("allowCredentials", []), options["userVerification"]) == ([], "required")


def test_a_device_that_nobody_added_opens_nothing(browser: Browser) -> None:
    assert sign_in(browser(), Authenticator()).status_code == 401


@ON_SQLITE
@pytest.mark.parametrize(
    "changes", [{"origin": "https://other.example"}, {"verifies": False}], ids=["another site", "unverified"]
)
def test_a_signature_for_another_site_or_of_anybodys_hand_is_refused(
    signed_in: SignedIn, browser: Browser, changes: dict[str, Any]
) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    for name, value in changes.items():
        setattr(device, name, value)
    assert sign_in(browser(), device).status_code == 401
    assert add(signed_in("ada"), Authenticator(**changes)).status_code == 401


def test_a_signature_by_another_key_is_refused(signed_in: SignedIn, browser: Browser) -> None:
    device, forger = Authenticator(), Authenticator()
    add(signed_in("ada"), device)
    forger.credential, forger.user = device.credential, device.user
    assert sign_in(browser(), forger).status_code == 401


@ON_SQLITE
@pytest.mark.parametrize("user", ["A", "AAAA", "bm9ib2R5", "____"])
def test_a_key_opens_no_account_but_its_owners(signed_in: SignedIn, browser: Browser, user: str) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    device.user = user
    assert sign_in(browser(), device).status_code == 401


def test_a_challenge_is_answered_once(signed_in: SignedIn, browser: Browser) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    challenge = asked(browser())
    assert answer(browser(), device, challenge).status_code == 201
    assert answer(browser(), device, challenge).status_code == 422


def test_a_wrong_answer_spends_its_challenge_too(signed_in: SignedIn, browser: Browser) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    challenge = asked(browser())
    assert answer(browser(), Authenticator(user=device.user), challenge).status_code == 401
    assert answer(browser(), device, challenge).status_code == 422


def test_a_challenge_is_good_for_minutes_only(signed_in: SignedIn, browser: Browser, service: Service) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    challenge = asked(browser())
    with service.database.writing() as session:
        session.execute(update(Challenge).values(ends_at=now() - timedelta(seconds=1)))
    assert answer(browser(), device, challenge).status_code == 422


def test_a_challenge_to_add_a_key_is_for_whoever_asked(signed_in: SignedIn) -> None:
    ada, bob, device = signed_in("ada"), signed_in("bob"), Authenticator()
    asked = ada.post("/v1/passkeys/register-options").json()
    body = {"challenge_id": asked["challenge_id"], "name": "phone", "credential": device.create(asked["options"])}
    assert bob.post("/v1/passkeys", json=body).status_code == 422
    assert ada.post("/v1/passkeys", json=body).status_code == 201


def test_a_counter_that_does_not_rise_tells_of_a_copied_key(signed_in: SignedIn, browser: Browser) -> None:
    device = Authenticator(count=5)
    add(signed_in("ada"), device)
    assert sign_in(browser(), device).status_code == 201
    device.count = 2  # the copy has signed less
    assert sign_in(browser(), device).status_code == 401


def test_a_device_is_known_once(signed_in: SignedIn) -> None:
    device = Authenticator()
    assert add(signed_in("ada"), device).status_code == 201
    assert add(signed_in("bob"), device).status_code == 409


def test_a_device_that_was_lost_opens_nothing_after_its_owner_says_so(signed_in: SignedIn, browser: Browser) -> None:
    ada, device = signed_in("ada"), Authenticator()
    passkey = add(ada, device).json()["id"]
    assert [row["name"] for row in ada.get("/v1/passkeys").json()] == ["phone"]
    assert ada.delete(f"/v1/passkeys/{passkey}").status_code == 204
    assert sign_in(browser(), device).status_code == 401
    assert ada.get("/v1/passkeys").json() == []


def test_nobody_sees_or_forgets_the_passkeys_of_others(signed_in: SignedIn) -> None:
    passkey = add(signed_in("ada"), Authenticator()).json()["id"]
    bob = signed_in("bob")
    assert bob.get("/v1/passkeys").json() == []
    assert bob.delete(f"/v1/passkeys/{passkey}").status_code == 404


def test_a_passkey_does_not_open_an_account_that_is_shut(signed_in: SignedIn, browser: Browser, service: Service) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    with service.database.writing() as session:
        session.execute(update(Account).values(disabled_at=now()))
    assert sign_in(browser(), device).status_code == 401


def test_what_is_no_credential_is_refused_in_words(signed_in: SignedIn, browser: Browser) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    challenge = asked(browser())
    body = {"challenge_id": challenge["challenge_id"], "credential": device.get(challenge["options"])}
    for part in body["credential"]["response"]:
        body["credential"]["response"][part] = "AAAA"
    assert browser().post("/v1/passkeys/sign-in", json=body).status_code == 401
    body["credential"]["id"] = "no base64!"
    assert browser().post("/v1/passkeys/sign-in", json=body).status_code == 422


def test_only_the_public_key_is_kept_and_when_it_was_used(signed_in: SignedIn, browser: Browser, service: Service) -> None:
    device = Authenticator()
    add(signed_in("ada"), device)
    sign_in(browser(), device)
    with service.database.reading() as session:
        row = session.scalars(select(Passkey)).one()
    assert (row.credential, row.sign_count) == (device.credential, 1)
    assert row.seen_at is not None
    assert device.key.private_numbers().private_value.to_bytes(32, "big") not in row.public_key


def test_a_wrong_answer_is_a_line_of_the_log(browser: Browser, service: Service) -> None:
    sign_in(browser(), Authenticator())
    with service.database.reading() as session:
        assert session.scalars(select(LogEntry.action)).all() == ["sign_in.refused"]
