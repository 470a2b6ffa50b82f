"""Who may call what: one table, asked before every route. An address that is not in it is never answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus

from fastapi import Request

from ki67.app.access.who import Scope, Who, who_asks
from ki67.app.problems import Problem
from ki67.app.service import service_of


class Needs(Enum):
    """What somebody must be."""

    NOTHING = auto()
    BROWSER = auto()  # signed in by hand: programs change nobody's keys
    SIGNED_IN = auto()  # or by a program's token with the scope
    ADMINISTRATOR = auto()  # in a browser


@dataclass(frozen=True)
class Permission:
    """What a route asks for."""

    needs: Needs
    scope: Scope | None = None


ANYBODY, BROWSER, ADMINISTRATOR = (Permission(needs) for needs in (Needs.NOTHING, Needs.BROWSER, Needs.ADMINISTRATOR))
READ, WRITE, REVIEW = (Permission(Needs.SIGNED_IN, scope) for scope in ("cases:read", "cases:write", "reviews:write"))

PERMISSIONS: Mapping[tuple[str, str], Permission] = {
    ("GET", "/v1/health"): ANYBODY,
    ("GET", "/v1/cases"): READ,
    ("POST", "/v1/cases"): WRITE,
    ("GET", "/v1/cases/{case_id}"): READ,
    ("PATCH", "/v1/cases/{case_id}"): WRITE,
    ("DELETE", "/v1/cases/{case_id}"): WRITE,
}


def permitted(request: Request) -> None:
    """Let a request through, or say who would be let through. Runs before every route of the service."""
    permission = PERMISSIONS[request.method, request.scope["route"].path_format]
    if permission.needs is Needs.NOTHING:
        return
    with service_of(request).database.reading() as session:
        who = who_asks(session, request)
    if who is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "sign in first")
    refuse_what_lacks(permission, who)
    request.state.who = who


def refuse_what_lacks(permission: Permission, who: Who) -> None:
    """Somebody is signed in, but not as this needs."""
    if permission.needs in (Needs.BROWSER, Needs.ADMINISTRATOR) and not who.in_browser:
        raise Problem(HTTPStatus.FORBIDDEN, "only a person in a browser may do this, no program's token")
    if permission.needs is Needs.ADMINISTRATOR and not who.is_administrator:
        raise Problem(HTTPStatus.FORBIDDEN, "only an administrator may do this")
    if permission.scope and permission.scope not in who.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, f"the token lacks the scope {permission.scope}")
