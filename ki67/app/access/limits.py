"""How often: a bucket for each account, login and address, that drains with every request and fills again with time."""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Self

from fastapi import Request

from ki67.app.problems import Problem
from ki67.app.settings import Rate, Rates

MANY = 10_000  # buckets; beyond these, the full ones are thrown away
OWN_NETWORK = 64  # bits of an IPv6 address that one subscriber has for themselves


@dataclass
class Bucket:
    """How much was left, and when."""

    left: float
    at: float


class Limit:
    """A rate for each of many keys, kept in memory: who restarts the service forgives everybody."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.clock = rate, clock
        self.buckets: dict[str, Bucket] = {}
        self.lock = Lock()

    def take(self, key: str) -> None:
        """One more; or a refusal that says when to come again."""
        with self.lock:
            bucket = self._filled(key)
            if bucket.left >= 1:
                bucket.left -= 1
                return
            wait = math.ceil((1 - bucket.left) / self.rate.per_second)
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, f"too often; try again in {wait} s", wait)

    def give_back(self, key: str) -> None:
        """That one was no guess."""
        with self.lock:
            bucket = self._filled(key)
            bucket.left = min(bucket.left + 1, self.rate.burst)

    def _filled(self, key: str) -> Bucket:
        """The bucket of a key as it is now."""
        moment = self.clock()
        if key not in self.buckets and len(self.buckets) >= MANY:
            self.buckets = {name: kept for name, kept in self.buckets.items() if self._left(kept, moment) < self.rate.burst}
        bucket = self.buckets.setdefault(key, Bucket(self.rate.burst, moment))
        bucket.left, bucket.at = self._left(bucket, moment), moment
        return bucket

    def _left(self, bucket: Bucket, moment: float) -> float:
        return min(bucket.left + (moment - bucket.at) * self.rate.per_second, self.rate.burst)


@dataclass(frozen=True)
class Limits:
    """All limits of a service."""

    requests: Limit
    guesses: Limit
    guesses_from: Limit

    @classmethod
    def of(cls, rates: Rates) -> Self:
        """With nothing drained yet."""
        return cls(Limit(rates.requests), Limit(rates.guesses), Limit(rates.guesses_from))


def address_of(request: Request) -> str:
    """Where a request comes from; the many IPv6 addresses of one subscriber count as one."""
    told = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told
    return told if address.version == 4 else str(ipaddress.ip_network((address, OWN_NETWORK), strict=False))
