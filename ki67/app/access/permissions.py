"""Who may call what: one table, asked before every route. An address that is not in it is never answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus

from fastapi import Request

from ki67.app.access.limits import address_of
from ki67.app.access.origin import refuse_foreign
from ki67.app.access.who import Scope, Who, note_use, who_asks
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
ACCOUNT = Permission(Needs.SIGNED_IN)  # a program too may ask whose it is
READ, WRITE, REVIEW = (Permission(Needs.SIGNED_IN, scope) for scope in ("cases:read", "cases:write", "reviews:write"))

PERMISSIONS: Mapping[tuple[str, str], Permission] = {
    ("GET", "/v1/health"): ANYBODY,
    ("GET", "/v1/openapi.json"): ANYBODY,
    ("GET", "/v1/cases"): READ,
    ("POST", "/v1/cases"): WRITE,
    ("GET", "/v1/cases/{case_id}"): READ,
    ("PATCH", "/v1/cases/{case_id}"): WRITE,
    ("DELETE", "/v1/cases/{case_id}"): WRITE,
    ("POST", "/v1/links/open"): ANYBODY,
    ("POST", "/v1/session"): ANYBODY,
    ("DELETE", "/v1/session"): BROWSER,
    ("GET", "/v1/sessions"): BROWSER,
    ("DELETE", "/v1/sessions"): BROWSER,
    ("GET", "/v1/me"): ACCOUNT,
    ("PATCH", "/v1/me"): BROWSER,
    ("POST", "/v1/me/password"): BROWSER,
    ("POST", "/v1/passkeys/sign-in-options"): ANYBODY,
    ("POST", "/v1/passkeys/sign-in"): ANYBODY,
    ("POST", "/v1/passkeys/register-options"): BROWSER,
    ("POST", "/v1/passkeys"): BROWSER,
    ("GET", "/v1/passkeys"): BROWSER,
    ("DELETE", "/v1/passkeys/{passkey_id}"): BROWSER,
    ("GET", "/v1/tokens"): BROWSER,
    ("POST", "/v1/tokens"): BROWSER,
    ("DELETE", "/v1/tokens/{token_id}"): BROWSER,
    ("GET", "/v1/accounts"): ADMINISTRATOR,
    ("PATCH", "/v1/accounts/{account_id}"): ADMINISTRATOR,
    ("POST", "/v1/accounts/links"): ADMINISTRATOR,
    ("POST", "/v1/cases/{case_id}/pictures"): WRITE,
    ("POST", "/v1/cases/{case_id}/batch"): WRITE,
    ("GET", "/v1/cases/{case_id}/pictures"): READ,
    ("GET", "/v1/cases/{case_id}/result"): READ,
    ("GET", "/v1/cases/{case_id}/events"): READ,
    ("GET", "/v1/cases/{case_id}/export.zip"): READ,
    ("POST", "/v1/cases/{case_id}/uploads"): WRITE,
    ("PATCH", "/v1/uploads/{upload_id}"): WRITE,
    ("HEAD", "/v1/uploads/{upload_id}"): WRITE,
    ("DELETE", "/v1/uploads/{upload_id}"): WRITE,
    ("GET", "/v1/pictures/{picture_id}"): READ,
    ("GET", "/v1/cases/{case_id}/comments"): READ,
    ("POST", "/v1/cases/{case_id}/comments"): REVIEW,
    ("GET", "/v1/cases/{case_id}/assignments"): READ,
    ("POST", "/v1/cases/{case_id}/assignments"): WRITE,
    ("GET", "/v1/assignments"): READ,
    ("POST", "/v1/assignments/{assignment_id}/done"): REVIEW,
    ("DELETE", "/v1/assignments/{assignment_id}"): WRITE,
    ("GET", "/v1/people"): READ,
    ("GET", "/v1/contacts"): READ,
    ("PUT", "/v1/contacts/{account_id}"): WRITE,
    ("DELETE", "/v1/contacts/{account_id}"): WRITE,
    ("GET", "/v1/pictures/{picture_id}/reviews"): READ,
    ("POST", "/v1/pictures/{picture_id}/reviews"): REVIEW,
    ("GET", "/v1/reviews/{review_id}/cells.geojson"): READ,
    ("GET", "/v1/reviews/{review_id}/against-network"): READ,
    ("GET", "/v1/reviews/{review_id}/against/{other_id}"): READ,
    ("GET", "/v1/agreement"): READ,
    ("PATCH", "/v1/pictures/{picture_id}"): WRITE,
    ("GET", "/v1/pictures/{picture_id}/file"): READ,
    ("GET", "/v1/pictures/{picture_id}/thumbnail"): READ,
    ("GET", "/v1/pictures/{picture_id}/result"): READ,
    ("GET", "/v1/pictures/{picture_id}/mask.png"): READ,
    ("GET", "/v1/pictures/{picture_id}/cells.geojson"): READ,
    ("GET", "/v1/pictures/{picture_id}/tumour"): READ,
    ("GET", "/v1/pictures/{picture_id}/tumour/outline.geojson"): READ,
    ("GET", "/v1/pictures/{picture_id}/tumour/mask.png"): READ,
    ("GET", "/v1/pictures/{picture_id}/tumour/heat.png"): READ,
    ("GET", "/{address}"): ANYBODY,  # the client
}


def permitted(request: Request) -> None:
    """Let a request through, or say who would be let through. Runs before every route of the service."""
    permission, at = PERMISSIONS[request.method, request.scope["route"].path_format], service_of(request)
    refuse_foreign(request, at.settings.origin)
    if permission.needs is Needs.NOTHING:
        return at.limits.requests.take(address_of(request))
    with at.database.reading() as session:
        who = who_asks(session, request)
    at.limits.requests.take(who.account_id if who else address_of(request))
    if who is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "sign in first")
    refuse_what_lacks(permission, who)
    if not who.is_noted:
        note_use(at.database, who)
    request.state.who = who


def refuse_what_lacks(permission: Permission, who: Who) -> None:
    """Somebody is signed in, but not as this needs."""
    if permission.needs in (Needs.BROWSER, Needs.ADMINISTRATOR) and not who.in_browser:
        raise Problem(HTTPStatus.FORBIDDEN, "only a person in a browser may do this, no program's token")
    if permission.needs is Needs.ADMINISTRATOR and not who.is_administrator:
        raise Problem(HTTPStatus.FORBIDDEN, "only an administrator may do this")
    if permission.scope and permission.scope not in who.scopes:
        raise Problem(HTTPStatus.FORBIDDEN, f"the token lacks the scope {permission.scope}")
