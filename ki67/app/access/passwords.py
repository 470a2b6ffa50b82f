"""Passwords: which are refused, and how the others are kept (argon2id, as much work for an unknown login as for a known one)."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from ki67.app.problems import Problem

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 128
FEWEST_LETTERS = 5  # different ones: "aaaaaaaaaaaa" is long and no secret
AT_ONCE = 2  # a hash takes 64 MiB and most of a core
WAIT_S = 5.0
MEMORY_KIB, PASSES, LANES = 65_536, 3, 1
# A hash of nothing that anybody knows, made with these settings: what an unknown login is compared with.
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=1$2d63sUYwckvr1M0oZd25ig$2sxvdusgboGv/1ZU0rzbZfb4ozUYmmN4JGowJRc0Gfc"


class Passwords:
    """Hashes, a few at once, so that many who sign in take neither all memory nor all time."""

    def __init__(self) -> None:
        self.turns = BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """What is kept."""
        with self._turn():
            return self._hasher.hash(normal(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether it is the one; where nothing is kept, the same work is done for a certain no."""
        from argon2.exceptions import VerifyMismatchError

        with self._turn():
            try:
                return self._hasher.verify(kept or NOBODYS, normal(password)) and kept is not None
            except VerifyMismatchError:
                return False

    def outdated(self, kept: str) -> bool:
        """Whether it was hashed with less work than today's."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.turns.acquire(timeout=WAIT_S):
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too many sign in at once; try again", int(WAIT_S))
        try:
            yield
        finally:
            self.turns.release()


def normal(password: str) -> str:
    """One writing of what looks the same, whichever keyboard typed it."""
    return unicodedata.normalize("NFKC", password)


def refuse_weak(password: str, login: str) -> None:
    """Long and not easily guessed is enough: no rule asks for digits or signs."""
    if not SHORTEST <= len(normal(password)) <= LONGEST:
        raise weak(f"a password has {SHORTEST} to {LONGEST} letters; a sentence makes a good one")
    if len(set(password)) < FEWEST_LETTERS or core(password) in common():
        raise weak("this password is among the first that are guessed; a sentence of your own makes a good one")
    if len(login) >= FEWEST_LETTERS and login in password.lower():
        raise weak("a password does not hold the login")


def weak(line: str) -> Problem:
    """A refusal that says what a password is."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, line)


def core(password: str) -> str:
    """What is left of a password without the digits and signs that people put around a word."""
    return "".join(letter for letter in password.lower() if letter.isalpha()) or password


def common() -> frozenset[str]:
    """Words and rows of keys that everybody tries first."""
    return frozenset(files("ki67.app.access").joinpath("common_passwords.txt").read_text("utf-8").split())
