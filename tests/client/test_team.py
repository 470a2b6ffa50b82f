"""Two colleagues at two browsers: accounts, passkeys, a second opinion that is blind, and how far they agree."""

import re

from tests.client.colleagues import Colleague, noise_png
from tests.client.conftest import Member, Newcomer

KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


def invited(administrator: Colleague) -> str:
    administrator.goes("#/sign-in")
    administrator.press("Invite somebody")
    return str(administrator.page.get_by_label("Invitation, good for 7 days").input_value())


def test_a_passkey_opens_the_account_of_whoever_added_it(member: Member) -> None:
    emmy = member("emmy")
    devtools = emmy.page.context.new_cdp_session(emmy.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    emmy.goes("#/sign-in")
    emmy.fill({"Name of this device": "in my left pocket"})
    emmy.press("Add a passkey")
    emmy.sees("in my left pocket")
    emmy.press("Sign out")
    emmy.page.get_by_role("heading", name="Cases").wait_for()
    emmy.goes("#/sign-in")
    emmy.press("Use a passkey")
    emmy.page.get_by_role("heading", name="Inbox").wait_for()
    assert emmy.asks("/v1/me")["login"] == "emmy"


def test_what_is_wrong_is_said_in_the_servers_words_and_nothing_is_lost(newcomer: Newcomer, member: Member) -> None:
    fay = newcomer()
    fay.page.goto(invited(member("grace")))
    fay.fill({"Login": "fay", "Name": "Fay", "New password": "password1234"})
    fay.press("Open the account")
    fay.page.get_by_role("alert").get_by_text("password").wait_for()
    assert fay.page.get_by_label("Login").input_value() == "fay"


def test_what_one_account_made_on_a_device_is_not_sent_by_another(member: Member) -> None:
    device = member("carol")
    link = invited(device)
    device.makes("B 12/3", [noise_png(1)], [0.1])
    device.sees("Everything is on the server")
    device.press("Sign out")
    device.page.get_by_role("heading", name="Cases").wait_for()
    device.opens(link, "dan")
    device.makes("B 12/4", [noise_png(2)], [0.1])
    device.sees("What is on this device was sent by another account · 2 waiting")
    assert device.asks("/v1/cases")["cases"] == []


def test_a_second_opinion_is_blind_and_the_agreement_is_told(member: Member) -> None:
    ada, bob = member("ada"), member("bob")
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
    bob.page.get_by_role("radio", name="Estimate").check()
    bob.page.get_by_role("spinbutton").fill("25")
    bob.fill({"Comment": "folded"})
    bob.goes("#/inbox")
    bob.page.get_by_text("A case, read blind").click()
    bob.sees("Picture 1 of 2")
    assert [bob.page.get_by_role("spinbutton").input_value(), bob.page.get_by_label("Comment").input_value()] == ["25", "folded"]
    for share, then in (("20", "Picture 2 of 2"), ("30", "All your opinions are given.")):
        bob.page.get_by_role("radio", name="Estimate").check()
        bob.page.get_by_role("spinbutton").fill(share)
        bob.press("Save my count")
        bob.sees(then)
    bob.sees("10 % · blind")
    bob.fill({"Comment": "the second is folded"})
    bob.goes("#/inbox")
    bob.page.get_by_text("B 12/3").click()
    bob.press("Add")
    bob.page.locator(".list .entry", has_text="the second is folded").wait_for()
    assert bob.page.get_by_label("Comment", exact=True).input_value() == ""
    bob.press("Done: tell who asked")
    bob.sees("done")

    ada.goes("#/agreement")
    ada.page.get_by_role("heading", name=re.compile("Ada and Bob|Bob and Ada")).wait_for()
    ada.sees("2 pictures of 1 case")
    [pair] = ada.asks("/v1/agreement")
    assert pair["n_pictures"] == 2
    assert ada.page.locator("svg.differences").count() == 1
