"""Two colleagues at two browsers: accounts, passkeys, a second opinion that is blind, and how far they agree."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.client.colleagues import Colleague, noise_png
from tests.client.conftest import Service

Newcomer = Callable[[], Colleague]
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def newcomer(browser: Any) -> Iterator[Newcomer]:
    """Somebody at a browser of their own."""
    contexts = []

    def arrived() -> Colleague:
        contexts.append(browser.new_context(reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        page.set_default_navigation_timeout(120_000)  # the first visit may have to wait for the network's file to be made
        return Colleague(page)

    yield arrived
    for context in contexts:
        context.close()


def invited(administrator: Colleague) -> str:
    administrator.goes("#/sign-in")
    administrator.press("Invite somebody")
    return str(administrator.page.get_by_label("Invitation, good for 7 days").input_value())


def test_a_passkey_opens_the_account_of_whoever_added_it(newcomer: Newcomer, service: Service) -> None:
    ada = newcomer()
    devtools = ada.page.context.new_cdp_session(ada.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    ada.opens(service.setup, "ada")
    ada.fill({"Name of this device": "in my left pocket"})
    ada.press("Add a passkey")
    ada.sees("in my left pocket")
    ada.press("Sign out")
    ada.page.get_by_role("heading", name="Cases").wait_for()
    ada.goes("#/sign-in")
    ada.press("Use a passkey")
    ada.page.get_by_role("heading", name="Inbox").wait_for()
    assert ada.asks("/v1/me")["login"] == "ada"


def test_what_is_wrong_is_said_in_the_servers_words_and_nothing_is_lost(newcomer: Newcomer, service: Service) -> None:
    ada = newcomer()
    ada.page.goto(service.setup)
    ada.fill({"Login": "ada", "Name": "Ada", "New password": "password1234"})
    ada.press("Open the account")
    ada.page.get_by_role("alert").get_by_text("password").wait_for()
    assert ada.page.get_by_label("Login").input_value() == "ada"


def test_what_one_account_made_on_a_device_is_not_sent_by_another(newcomer: Newcomer, service: Service) -> None:
    device = newcomer()
    device.opens(service.setup, "ada")
    link = invited(device)
    device.makes("B 12/3", [noise_png(1)], [0.1])
    device.sees("Everything is on the server")
    device.press("Sign out")
    device.page.get_by_role("heading", name="Cases").wait_for()
    device.opens(link, "bob")
    device.makes("B 12/4", [noise_png(2)], [0.1])
    device.sees("What is on this device was sent by another account · 2 waiting")
    assert device.asks("/v1/cases")["cases"] == []


def test_a_second_opinion_is_blind_and_the_agreement_is_told(newcomer: Newcomer, service: Service) -> None:
    ada, bob = newcomer(), newcomer()
    ada.opens(service.setup, "ada")
    bob.opens(invited(ada), "bob")
    case_id = ada.makes("B 12/3", [noise_png(1), noise_png(2)], [0.1, 0.3])
    ada.sees("Everything is on the server")
    ada.goes("#/contacts")
    ada.fill({"Their login": "bob"})
    ada.press("Add")
    ada.sees("Remove")
    ada.goes(f"#/case/{case_id}/assign")
    ada.press("Ask")
    ada.sees("open · blind")

    bob.goes("#/inbox")
    bob.sees("0 of 2 given")
    assert bob.page.get_by_text("B 12/3").count() == 0
    bob.page.get_by_text("A case, read blind").click()
    for share, then in (("20", "Picture 2 of 2"), ("30", "All your opinions are given.")):
        bob.page.get_by_role("radio", name="Estimate").check()
        bob.page.get_by_role("spinbutton").fill(share)
        bob.press("Save my count")
        bob.sees(then)
    bob.sees("10 % · blind")
    bob.press("Done: tell who asked")
    bob.sees("done")

    ada.goes("#/agreement")
    ada.page.get_by_role("heading", name=re.compile("Ada and Bob|Bob and Ada")).wait_for()
    ada.sees("2 pictures of 1 case")
    [pair] = ada.asks("/v1/agreement")
    assert pair["n_pictures"] == 2
    assert ada.page.locator("svg.differences").count() == 1
