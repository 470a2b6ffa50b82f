"""What people change of their own accounts: a name, a password."""

from http import HTTPStatus

from sqlalchemy.orm import Session

from ki67.app.access.passwords import refuse_weak
from ki67.app.access.sign_ins import end_everywhere
from ki67.app.access.who import Who
from ki67.app.problems import Problem
from ki67.app.service import Service
from ki67.app.store.log import append
from ki67.app.store.rows import Account


def rename(session: Session, who: Who, name: str) -> None:
    """Another name, as colleagues see it."""
    session.get_one(Account, who.account_id).name = name
    append(session, who.account_id, "account.renamed", who.account_id)


def change_password(at: Service, who: Who, old: str, new: str) -> None:
    """Only who knows the old one sets a new one; then this browser alone stays signed in. Guesses count as at the door."""
    with at.database.reading() as session:
        account = session.get_one(Account, who.account_id)
    refuse_weak(new, account.login)
    at.limits.guesses.take(account.login)
    if not at.passwords.fits(account.password, old):
        raise Problem(HTTPStatus.FORBIDDEN, "the old password is not right")
    at.limits.guesses.give_back(account.login)
    hashed = at.passwords.hashed(new)
    with at.database.writing() as session:
        session.get_one(Account, who.account_id).password = hashed
        end_everywhere(session, who.account_id, but=who.sign_in)
        append(session, who.account_id, "password.changed", who.account_id)
