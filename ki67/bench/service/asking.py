"""A program that asks the service, over one connection that stays open; from the standard library alone."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

JSON = "application/json"
JPEG = "image/jpeg"
WAIT_S = 60.0
PASSWORD = "nine owls read slides"
SCOPES = ["cases:read", "cases:write", "reviews:write"]
AWAY = (OSError, http.client.HTTPException)  # how a connection ends whose server is gone


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """What was asked for is done."""
        return self.status < http.client.MULTIPLE_CHOICES

    @property
    def says_when(self) -> bool:
        """A refusal that a client can wait by."""
        return self.status in (503, 507) and "retry-after" in self.headers

    def json(self) -> Any:
        """As data."""
        return json.loads(self.body)


class Client:
    """One connection with a token."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port = port
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request; where the connection is lost, it is opened anew for the next."""
        try:
            self.connection.request(method, path, body, self.headers | headers)
            answer = self.connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        except BaseException:
            self.connection.close()
            raise

    def tell(self, method: str, path: str, body: object, **headers: str) -> Answer:
        """A request with JSON."""
        return self.ask(method, path, json.dumps(body).encode(), **headers | {"Content-Type": JSON})

    def new_case(self, name: str = "A case") -> str:
        """The id of a new case."""
        return str(done(self.tell("POST", "/v1/cases", {"name": name})).json()["id"])

    def send(self, case: str, picture: bytes, um_per_px: float, kind: str = JPEG) -> Answer:
        """A picture into a case."""
        return self.ask("POST", f"/v1/cases/{case}/pictures?um_per_px={um_per_px}", picture, **{"Content-Type": kind})

    def pictures(self, case: str) -> list[dict[str, Any]]:
        """All of a case, page by page."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = done(self.ask("GET", f"/v1/cases/{case}/pictures?limit=200" + (f"&after={after}" if after else ""))).json()
            found, after = found + page["pictures"], page["after"]
        return found


def done(answer: Answer) -> Answer:
    """An answer that has to be good."""
    if not answer.good:
        raise RuntimeError(f"{answer.status}: {answer.body[:500]!r}")
    return answer


def first_token(port: int, setup: str) -> str:
    """Open the first account by its link, sign in, and make a program's token, as a person would in the browser."""
    origin = {"Origin": f"http://localhost:{port}"}
    with Client(port) as client:
        opening = {"token": setup, "login": "ada", "name": "Ada", "password": PASSWORD}
        done(client.tell("POST", "/v1/links/open", opening, **origin))
        signed_in = done(client.tell("POST", "/v1/session", {"login": "ada", "password": PASSWORD}, **origin))
        cookie = {"Cookie": signed_in.headers["set-cookie"].partition(";")[0]}
        token = done(client.tell("POST", "/v1/tokens", {"name": "check", "scopes": SCOPES}, **origin, **cookie))
    return str(token.json()["token"])
