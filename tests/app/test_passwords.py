"""Which passwords are refused, how the others are kept, and that many at once take turns."""

import threading

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from ki67.app.access import passwords
from ki67.app.access.passwords import NOBODYS, Passwords, common, core, refuse_weak
from ki67.app.problems import Problem
from tests.app.conftest import PASSWORD, hashed_password


@pytest.mark.parametrize(
    "good",
    [
        PASSWORD, "ünïcode is welcome", "шесть сов читают", "🦉🦩🐍🐢🐌🐙🦉🦩🐍🐢🐌🐙", "q" * 120 + "wertyuio",
    ],
)  # fmt: skip
def test_length_is_enough_whatever_the_letters(good: str) -> None:
    refuse_weak(good, "ada")


@pytest.mark.parametrize(
    "weak",
    [
        "eleven char", "x" * 129, "aaaaaaaaaaaaaaaa", "abababababababab", "password1234", "Passwort-2026!", "hospital2026",
        "correct horse battery staple", "123456789012", "qwertyuiop123", "ada-lovelace-99", "Research use only",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused_in_words(weak: str) -> None:
    with pytest.raises(Problem, match="password") as refused:
        refuse_weak(weak, "ada-lovelace")
    assert refused.value.status == 422


def test_every_common_password_is_in_the_form_that_is_compared() -> None:
    assert {word for word in common() if word not in (core(word), core(word + "1!"))} <= {"1qaz2wsx3edc4rfv"}
    assert len(common()) > 150


def test_what_is_kept_is_argon2id_with_64_mib_and_a_salt_of_its_own() -> None:
    kept = extract_parameters(hashed_password())
    assert (kept.type, kept.memory_cost, kept.time_cost, kept.salt_len >= 16) == (Type.ID, 65_536, 3, True)
    assert Passwords().hashed(PASSWORD) != hashed_password()


def test_only_the_same_password_fits() -> None:
    keeper = Passwords()
    assert keeper.fits(hashed_password(), PASSWORD)
    assert not keeper.fits(hashed_password(), PASSWORD + " ")


def test_one_password_on_two_keyboards_is_one_password() -> None:
    keeper = Passwords()
    assert keeper.fits(keeper.hashed("nine öwls read slides"), "nine öwls read slides")


def test_nobody_is_compared_with_as_much_work_and_never_fits() -> None:
    keeper = Passwords()
    assert extract_parameters(NOBODYS) == extract_parameters(hashed_password())
    assert not keeper.fits(None, PASSWORD)


def test_a_hash_of_less_work_is_known_as_outdated() -> None:
    keeper = Passwords()
    assert keeper.outdated(hashed_password().replace("t=3", "t=1"))
    assert not keeper.outdated(hashed_password())


def test_two_are_hashed_at_once_and_the_third_is_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_S", 0.01)
    keeper = Passwords()
    assert (keeper.turns.acquire(), keeper.turns.acquire()) == (True, True)
    with pytest.raises(Problem) as refused:
        keeper.fits(hashed_password(), PASSWORD)
    assert (refused.value.status, refused.value.retry_after is not None) == (503, True)
    keeper.turns.release()
    assert keeper.fits(hashed_password(), PASSWORD)


def test_a_turn_is_given_back_by_everybody_who_had_one() -> None:
    keeper = Passwords()
    threads = [threading.Thread(target=keeper.fits, args=(hashed_password(), "wrong")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [keeper.turns.acquire(blocking=False) for _ in range(3)] == [True, True, False]
