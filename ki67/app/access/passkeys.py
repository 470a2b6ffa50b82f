"""Passkeys (WebAuthn): a device signs a challenge of this service, for this origin alone, after it has asked who holds it."""

from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ki67.app.access.keys import keys_of
from ki67.app.access.sign_ins import note_refused
from ki67.app.access.who import Who
from ki67.app.problems import Problem
from ki67.app.service import Service
from ki67.app.settings import AppSettings
from ki67.app.store.log import append
from ki67.app.store.rows import Account, Challenge, Passkey
from ki67.app.store.rows.accounts import ChallengeKind
from ki67.app.store.rows.base import now

SERVICE = "ki67"
GOOD_FOR = timedelta(minutes=5)
MILLISECONDS = 300_000
Options = dict[str, Any]  # as WebAuthn's own document has them; browsers read them, this service does not
Credential = dict[str, Any]
Proof = TypeVar("Proof")


def domain(settings: AppSettings) -> str:
    """The name that a passkey is good for."""
    return urlsplit(settings.origin).hostname or ""


def new_challenge(session: Session, kind: ChallengeKind, account_id: str | None = None) -> Challenge:
    """What has to be signed, once and soon."""
    from webauthn.helpers import generate_challenge

    challenge = Challenge(kind=kind, account_id=account_id, nonce=generate_challenge(), ends_at=now() + GOOD_FOR)
    session.add(challenge)
    session.flush()
    return challenge


def taken(at: Service, challenge_id: str, kind: ChallengeKind, account_id: str | None = None) -> bytes:
    """A challenge, which is gone from now on, however its signature turns out."""
    mine = (Challenge.id == challenge_id, Challenge.kind == kind, Challenge.account_id.is_not_distinct_from(account_id))
    with at.database.writing() as session:
        nonce: bytes | None = session.scalar(delete(Challenge).where(*mine, Challenge.ends_at > now()).returning(Challenge.nonce))
    if nonce is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "this challenge was answered or is too old; ask for another")
    return nonce


def register_options(session: Session, settings: AppSettings, who: Who) -> tuple[str, Options]:
    """What a browser asks a device for: a key that stays on it and knows whose it is."""
    from webauthn import generate_registration_options
    from webauthn.helpers import structs

    account = session.get_one(Account, who.account_id)
    challenge = new_challenge(session, "register", account.id)
    known = [structs.PublicKeyCredentialDescriptor(id=passkey.credential) for passkey in keys_of(session, Passkey, account.id)]
    chosen = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    options = generate_registration_options(
        rp_id=domain(settings), rp_name=SERVICE, user_name=account.login, user_id=account.id.encode(),
        user_display_name=account.name, challenge=challenge.nonce, timeout=MILLISECONDS, authenticator_selection=chosen,
        exclude_credentials=known,
    )  # fmt: skip
    return challenge.id, as_json(options)


def sign_in_options(session: Session, settings: AppSettings) -> tuple[str, Options]:
    """What a browser asks a device to sign; which account it is, the device knows."""
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    challenge = new_challenge(session, "sign_in")
    options = generate_authentication_options(
        rp_id=domain(settings), challenge=challenge.nonce, timeout=MILLISECONDS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return challenge.id, as_json(options)


def as_json(options: Any) -> Options:
    """The options in WebAuthn's own writing."""
    from webauthn.helpers import options_to_json_dict

    return dict(options_to_json_dict(options))


def register(at: Service, who: Who, challenge_id: str, name: str, credential: Credential) -> Passkey:
    """Keep the public key of a device that answered rightly."""
    from webauthn import verify_registration_response

    nonce = taken(at, challenge_id, "register", who.account_id)
    proof = checked(
        lambda: verify_registration_response(
            credential=credential, expected_challenge=nonce, expected_rp_id=domain(at.settings),
            expected_origin=at.settings.origin, require_user_verification=True,
        )
    )  # fmt: skip
    passkey = Passkey(
        account_id=who.account_id, name=name, credential=proof.credential_id, public_key=proof.credential_public_key,
        sign_count=proof.sign_count,
    )  # fmt: skip
    with at.database.writing() as session:
        if session.scalar(select(Passkey.id).where(Passkey.credential == passkey.credential)):
            raise Problem(HTTPStatus.CONFLICT, "this passkey is known already")
        session.add(passkey)
        session.flush()
        append(session, who.account_id, "passkey.added", passkey.id)
    return passkey


def by_passkey(at: Service, challenge_id: str, credential: Credential, address: str) -> Account:
    """Whose device answered rightly. Right answers cost nothing, wrong ones are counted and noted."""
    at.limits.guesses_from.take(address)
    nonce = taken(at, challenge_id, "sign_in")
    try:
        passkey = proven(at, nonce, credential)
    except Problem:
        note_refused(at.database, None)
        raise
    at.limits.guesses_from.give_back(address)
    with at.database.reading() as session:
        return session.get_one(Account, passkey.account_id)


def proven(at: Service, nonce: bytes, credential: Credential) -> Passkey:
    """The passkey that signed, of the account that the device names. A counter that does not rise tells of a copied key."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes

    key, owner = checked(lambda: tuple(map(base64url_to_bytes, (credential["rawId"], credential["response"]["userHandle"]))))
    with at.database.writing() as session:
        passkey = session.scalar(select(Passkey).where(Passkey.credential == key).with_for_update())
        if passkey is None or passkey.account_id.encode() != owner:
            raise unproven()
        proof = checked(
            lambda: verify_authentication_response(
                credential=credential, expected_challenge=nonce, expected_rp_id=domain(at.settings),
                expected_origin=at.settings.origin, credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count, require_user_verification=True,
            )
        )  # fmt: skip
        passkey.sign_count, passkey.seen_at = proof.new_sign_count, now()
    return passkey


def checked(check: Callable[[], Proof]) -> Proof:
    """What a signature proves. Whatever is wrong with it, the answer is the same."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return check()
    except (WebAuthnException, ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise unproven() from error


def unproven() -> Problem:
    """Not signed, or not by a passkey of this service."""
    return Problem(HTTPStatus.UNAUTHORIZED, "this passkey is not known here, or did not answer rightly")
