"""What a link opens that an administrator handed over: a new account, or an old one by a new password."""

from fastapi import APIRouter, Request

from ki67.app.access import links
from ki67.app.access.limits import address_of
from ki67.app.routes.me import MeView, me_view
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.words import Asked, Login, Name, NewPassword, Token

router = APIRouter(prefix="/v1/links", tags=["sign in"])


class LinkOpening(Asked):
    """The link's token and a new password; whoever is new here also chooses a login and gives a name."""

    token: Token
    password: NewPassword
    login: Login | None = None
    name: Name | None = None


@router.post("/open", responses=refusals(409))
def open_link(opening: LinkOpening, request: Request, at: At) -> MeView:
    """Use a link, once. Then sign in."""
    token, password = opening.token.get_secret_value(), opening.password.get_secret_value()
    account_id = links.opened(at, address_of(request), token, password, opening.login, opening.name)
    return me_view(at, account_id)
