"""Buckets that drain and fill again, and what they are kept for."""

import pytest
from starlette.requests import Request

from ki67.app.access.limits import MANY, Limit, address_of
from ki67.app.problems import Problem
from ki67.app.settings import Rate


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> Limit:
    """Three at once, and one in ten seconds."""
    return Limit(Rate(3, 0.1), clock)


def granted(limit: Limit, key: str, times: int) -> int:
    """How many of so many tries were let through."""
    through = 0
    for _ in range(times):
        try:
            limit.take(key)
        except Problem:
            continue
        through += 1
    return through


def test_so_many_at_once_and_no_more(limit: Limit) -> None:
    assert granted(limit, "ada", 5) == 3


def test_one_does_not_hold_up_another(limit: Limit) -> None:
    granted(limit, "ada", 5)
    assert granted(limit, "bob", 5) == 3


def test_a_refusal_says_when_the_next_is_granted(limit: Limit, clock: Clock) -> None:
    granted(limit, "ada", 3)
    with pytest.raises(Problem) as refused:
        limit.take("ada")
    assert (refused.value.status, refused.value.retry_after) == (429, 10)
    clock.time += 9.9
    assert granted(limit, "ada", 1) == 0
    clock.time += 0.2
    assert granted(limit, "ada", 2) == 1


def test_a_bucket_never_holds_more_than_at_first(limit: Limit, clock: Clock) -> None:
    clock.time += 10_000
    assert granted(limit, "ada", 9) == 3
    limit.give_back("bob")
    assert granted(limit, "bob", 9) == 3


def test_what_is_given_back_can_be_taken_again(limit: Limit) -> None:
    granted(limit, "ada", 3)
    limit.give_back("ada")
    assert granted(limit, "ada", 2) == 1


def test_buckets_that_are_full_again_are_not_kept_for_ever(limit: Limit, clock: Clock) -> None:
    for number in range(MANY):
        limit.take(str(number))
    clock.time += 10_000
    granted(limit, "ada", 3)
    assert set(limit.buckets) == {"ada"}


def from_address(host: str | None) -> Request:
    return Request({"type": "http", "client": (host, 1) if host else None})


def test_the_addresses_of_one_subscriber_are_one() -> None:
    ours, too, others = ("2001:db8:1:2::3", "2001:db8:1:2:ffff::9", "2001:db8:1:3::3")
    assert address_of(from_address(ours)) == address_of(from_address(too)) != address_of(from_address(others))
    assert address_of(from_address("192.0.2.7")) != address_of(from_address("192.0.2.8"))


def test_a_request_without_an_address_has_a_bucket_too() -> None:
    assert address_of(from_address(None)) == ""
