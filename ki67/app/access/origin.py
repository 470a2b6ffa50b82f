"""Only the service's own pages may act for a signed-in browser: what another page sends in somebody's name is refused."""

from http import HTTPStatus

from fastapi import Request

from ki67.app.access.who import COOKIE
from ki67.app.problems import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({"same-origin", "none"})  # a page of this service, or somebody's own hand


def refuse_foreign(request: Request, own: str) -> None:
    """A program has no cookie and names no origin; a browser always names one when it changes something."""
    if request.method in SAFE:
        return
    origin = request.headers.get("origin")
    if origin is None and COOKIE not in request.cookies:
        return
    if origin != own or request.headers.get("sec-fetch-site", "same-origin") not in OWN_SITES:
        raise Problem(HTTPStatus.FORBIDDEN, f"only pages of {own} may change anything here; open the service by that address")
