"""What the contract shows as an example: of a name that occurs in it, else of a kind."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

ID = "3f2a9c1e7b5d4806a1c2e3f405162738"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MOMENT = "2026-03-01T09:30:00Z"
SECRET = "nine owls read slides"

NAMED: Mapping[str, object] = {
    **dict.fromkeys(("rawId", "clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"), "o2NmbXRk"),
    **dict.fromkeys(("label", "said", "meant"), "positive"),
    "agent": "Mozilla/5.0 (X11; Linux x86_64)",
    **dict.fromkeys(("network", "sha256"), DIGEST),
    "case_name": "Fibroadenoma, left",
    "category": "high",
    "comment": "Counted at 40×.",
    "coordinates": [512.0, 340.5],
    "cut_offs": "16/30",
    "detail": "there is nothing here that you may see",
    "link": "https://ki67.example/#link=Jx3vN0w8bq",
    "login": "ada",
    "message": "Would you look at the second field?",
    "name": "Ada Lovelace",
    "new": SECRET,
    "old": "eight owls read slides",
    "password": SECRET,
    "scopes": ["cases:read", "cases:write"],
    "status": 404,
    "supersedes": ID,
    "text": "Few cells, but a clear hot spot.",
    "title": "Not Found",
    "token": "Jx3vN0w8bq",
    "type": "about:blank",
    "um_per_px": 0.25,
    "version": version("ki67"),
    "warnings": ["412 tumour cells, fewer than 500"],
    "why": "",
}
KINDS: Mapping[str, object] = {"integer": 42, "number": 0.21}


def example_of(name: str, told: Mapping[str, Any]) -> object | None:
    """For a name that is known, a text or a number; none for what shows itself what it may be."""
    kind: Mapping[str, Any] = next((each for each in (told, *told.get("anyOf", ())) if each.get("type", "null") != "null"), {})
    if {"enum", "const"} & kind.keys() or kind.get("type") == "boolean":
        return None
    if name in NAMED:
        return NAMED[name]
    if kind.get("format") == "date-time":
        return MOMENT
    if kind.get("type") == "string" and (name in ("id", "after") or name.endswith("_id")):
        return ID
    return KINDS.get(kind.get("type", ""))
