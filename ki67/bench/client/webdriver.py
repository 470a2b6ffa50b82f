"""A browser under remote control, by plain WebDriver: what every browser has of its own, without a library."""

import json
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError

PATIENCE_S = 30.0
ASYNC_S = 300
RUN = """const [given, done] = arguments;
({script})(given).then((value) => done({{value}}), (error) => done({{failed: String(error)}}));"""


@dataclass(frozen=True)
class Session:
    """One browser."""

    address: str
    version: str

    def go(self, url: str) -> None:
        """Open a page."""
        self.ask("url", {"url": url})

    def evaluate(self, script: str, given: Sequence[object]) -> Any:
        """What an asynchronous function of one argument gives in the page."""
        answer = self.ask("execute/async", {"script": RUN.format(script=script), "args": [given]})
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer["value"]

    def ask(self, deed: str, body: object | None = None, method: str = "POST") -> Any:
        """Any other command of WebDriver's."""
        return asked(f"{self.address}/{deed}" if deed else self.address, body, method)


def begun(driver: str, capabilities: object) -> Session:
    """A session, when the driver listens."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = asked(f"{driver}/session", {"capabilities": capabilities})
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            session = Session(f"{driver}/session/{answer['sessionId']}", answer["capabilities"]["browserVersion"])
            session.ask("timeouts", {"script": 1000 * ASYNC_S})
            return session


def asked(url: str, body: object | None, method: str = "POST") -> Any:
    """The value of a driver's answer; what it could not do, in its own words."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=ASYNC_S) as answer:
            return json.load(answer)["value"]
    except HTTPError as refused:
        why = json.load(refused)["value"]
        raise RuntimeError(f"{why['error']} {why['message']} {json.dumps(body)}") from refused
