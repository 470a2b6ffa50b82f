"""Passkeys: added and forgotten by their owner, and in by one of them."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from ki67.app.access import passkeys
from ki67.app.access.keys import forget_key, keys_of
from ki67.app.access.limits import address_of
from ki67.app.access.who import Asking
from ki67.app.routes.me import MeView
from ki67.app.routes.refusals import refusals
from ki67.app.routes.sign_in import let_in
from ki67.app.service import At
from ki67.app.store.rows import Passkey
from ki67.app.words import Asked, Id, Name

router = APIRouter(prefix="/v1/passkeys", tags=["passkeys"])
Base64Url = Annotated[str, StringConstraints(max_length=65_536, pattern=r"^[A-Za-z0-9_-]+$")]


class Signing(BaseModel):
    """A credential as `PublicKeyCredential.toJSON()` of the browser writes it. What is not needed of it is left out."""

    id: Base64Url
    rawId: Base64Url
    type: Literal["public-key"]


class Attestation(BaseModel):
    """A new key, as the device tells of it."""

    clientDataJSON: Base64Url
    attestationObject: Base64Url


class Assertion(BaseModel):
    """A signature of the device."""

    clientDataJSON: Base64Url
    authenticatorData: Base64Url
    signature: Base64Url
    userHandle: Base64Url


class NewCredential(Signing):
    """A device's answer to register-options."""

    response: Attestation


class SignedCredential(Signing):
    """A device's answer to sign-in-options."""

    response: Assertion


class OptionsView(BaseModel):
    """Give `options` to the browser's `navigator.credentials`, and `challenge_id` back with what comes of it."""

    challenge_id: str
    options: dict[str, Any]


class NewPasskey(Asked):
    """A device to be known from now on."""

    challenge_id: Id
    name: Name
    credential: NewCredential


class PasskeySignIn(Asked):
    """A device that says who is there."""

    challenge_id: Id
    credential: SignedCredential


class PasskeyView(BaseModel):
    """A passkey, by its owner's name for the device."""

    id: str
    name: str
    created_at: datetime
    seen_at: Annotated[datetime | None, Field(description="when it last opened the account")]


@router.post("/register-options")
def register_options(who: Asking, at: At) -> OptionsView:
    """The first half of adding a passkey."""
    with at.database.writing() as session:
        challenge_id, options = passkeys.register_options(session, at.settings, who)
    return OptionsView(challenge_id=challenge_id, options=options)


@router.post("", status_code=HTTPStatus.CREATED, responses=refusals(409))
def add_passkey(new: NewPasskey, who: Asking, at: At) -> PasskeyView:
    """The second half: keep what the device answered."""
    return passkey_view(passkeys.register(at, who, new.challenge_id, new.name, new.credential.model_dump()))


@router.get("")
def own_passkeys(who: Asking, at: At) -> list[PasskeyView]:
    """Every passkey of one's own."""
    with at.database.reading() as session:
        return [passkey_view(row) for row in keys_of(session, Passkey, who.account_id)]


@router.delete("/{passkey_id}", status_code=HTTPStatus.NO_CONTENT)
def forget_passkey(passkey_id: Id, who: Asking, at: At) -> None:
    """Let a device be unknown."""
    with at.database.writing() as session:
        forget_key(session, who, Passkey, passkey_id)


@router.post("/sign-in-options")
def sign_in_options(request: Request, at: At) -> OptionsView:
    """The first half of signing in by a passkey."""
    at.limits.guesses_from.take(address_of(request))
    with at.database.writing() as session:
        challenge_id, options = passkeys.sign_in_options(session, at.settings)
    return OptionsView(challenge_id=challenge_id, options=options)


@router.post("/sign-in", status_code=HTTPStatus.CREATED, responses=refusals(401))
def sign_in(answer: PasskeySignIn, request: Request, response: Response, at: At) -> MeView:
    """The second half: in, if the device answered rightly."""
    account = passkeys.by_passkey(at, answer.challenge_id, answer.credential.model_dump(), address_of(request))
    return let_in(at, account, request, response)


def passkey_view(row: Passkey) -> PasskeyView:
    """A row for its owner."""
    return PasskeyView(id=row.id, name=row.name, created_at=row.created_at, seen_at=row.seen_at)
