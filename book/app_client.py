"""A client of `ki67 app` in fifty lines of plain Python: copy it, and change what you need."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


@dataclass(frozen=True)
class Service:
    """An address such as http://localhost:8067, and a token with the scopes cases:read and cases:write."""

    address: str
    token: str

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        """One request; what is refused says why in one line, and what is busy is asked again."""
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        try:
            with urlopen(Request(f"{self.address}/v1{path}", body, head, method=method)) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            wait = error.headers.get("Retry-After")
            if wait is None:
                raise ValueError(json.load(error)["detail"]) from error
        time.sleep(int(wait))
        return self.ask(method, path, body, kind)

    def open_case(self, name: str) -> str:
        """A new case; its id."""
        case: dict[str, Any] = json.loads(self.ask("POST", "/cases", json.dumps({"name": name}).encode()))
        return str(case["id"])

    def send(self, case_id: str, picture: Path, um_per_px: float | None = None) -> str:
        """A picture; its id. The same bytes sent twice are one picture, so after a cut simply send again."""
        kind = "image/png" if picture.suffix.lower() == ".png" else "image/jpeg"
        scale = "" if um_per_px is None else "?" + urlencode({"um_per_px": um_per_px})
        return str(json.loads(self.ask("POST", f"/cases/{case_id}/pictures{scale}", picture.read_bytes(), kind))["id"])

    def result(self, picture_id: str) -> dict[str, Any]:
        """Counts, index, categories, warnings, as soon as they are there."""
        while (state := json.loads(self.ask("GET", f"/pictures/{picture_id}")))["state"] == "waiting":
            time.sleep(0.1)
        if state["state"] != "scored":
            raise ValueError(state["why"] or "say how many micrometres a pixel is wide")
        return dict(json.loads(self.ask("GET", f"/pictures/{picture_id}/result")))
