"""Browsers that are signed in: how one gets in by a password, and how one gets out, here or everywhere."""

from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ki67.app.access.tokens import hash_of, new_token
from ki67.app.access.who import Who
from ki67.app.problems import Problem
from ki67.app.service import Service
from ki67.app.store.database import Database
from ki67.app.store.log import append
from ki67.app.store.rows import Account, Challenge, Link, SignIn
from ki67.app.store.rows.base import now

LASTS = timedelta(hours=12)  # a working day; then one signs in again, however busy
AGENT_LETTERS = 200


def by_password(at: Service, login: str, password: str, address: str) -> Account:
    """Whose login and password these are. Right ones cost nothing, wrong ones are counted, and unknown logins look the same."""
    at.limits.guesses_from.take(address)
    at.limits.guesses.take(login)
    with at.database.reading() as session:
        account = session.scalar(select(Account).where(Account.login == login))
    fits = at.passwords.fits(account.password if account else None, password)
    if account is None or not fits or account.disabled_at:
        note_refused(at.database, account)
        raise Problem(HTTPStatus.UNAUTHORIZED, "the login or the password is not right")
    at.limits.guesses_from.give_back(address)
    at.limits.guesses.give_back(login)
    if account.password and at.passwords.outdated(account.password):
        rehash(at, account.id, password)
    return account


def note_refused(database: Database, account: Account | None) -> None:
    """A wrong password is a line of the log, without what was typed."""
    with database.writing() as session:
        append(session, None, "sign_in.refused", account.id if account else "unknown")


def rehash(at: Service, account_id: str, password: str) -> None:
    """The same password, with as much work as today's settings ask."""
    hashed = at.passwords.hashed(password)
    with at.database.writing() as session:
        session.execute(update(Account).where(Account.id == account_id).values(password=hashed))


def opened(session: Session, account_id: str, agent: str, before: str | None) -> str:
    """A new sign-in; its token is known to the browser alone, whose token of before ends. An account may just have been shut."""
    shut = session.scalar(select(Account.disabled_at).where(Account.id == account_id))
    if shut:
        raise Problem(HTTPStatus.UNAUTHORIZED, "this account is shut; ask an administrator")
    forget_what_ended(session)
    session.execute(delete(SignIn).where(SignIn.token_hash == hash_of(before or "")))
    token = new_token()
    printable = "".join(letter for letter in agent if letter.isprintable())[:AGENT_LETTERS]
    session.add(SignIn(token_hash=hash_of(token), account_id=account_id, agent=printable, ends_at=now() + LASTS))
    append(session, account_id, "sign_in.opened", account_id)
    return token


def end_here(session: Session, who: Who) -> None:
    """Sign this browser out."""
    session.execute(delete(SignIn).where(SignIn.token_hash == who.sign_in))
    append(session, who.account_id, "sign_in.ended", who.account_id)


def end_everywhere(session: Session, account_id: str, but: str | None = None) -> None:
    """Sign out every browser of an account, or every other one."""
    session.execute(delete(SignIn).where(SignIn.account_id == account_id, SignIn.token_hash.is_distinct_from(but)))
    append(session, account_id, "sign_in.ended_everywhere", account_id)


def sign_ins_of(session: Session, account_id: str) -> list[SignIn]:
    """Where somebody is signed in, the newest first."""
    mine = select(SignIn).where(SignIn.account_id == account_id, SignIn.ends_at > now())
    return list(session.scalars(mine.order_by(SignIn.created_at.desc(), SignIn.token_hash)))


def forget_what_ended(session: Session) -> None:
    """Sign-ins, challenges and links that are good for nothing any more."""
    for rows in (SignIn, Challenge, Link):
        session.execute(delete(rows).where(rows.ends_at <= now()))
