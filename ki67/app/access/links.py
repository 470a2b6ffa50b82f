"""Links that open an account, once: the first, a newcomer's, or one whose password was lost. A person hands them over."""

from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ki67.app.access.accounts import add_account, end_every_way_in
from ki67.app.access.passwords import refuse_weak
from ki67.app.access.tokens import hash_of, new_token
from ki67.app.problems import Problem, not_found
from ki67.app.service import Service
from ki67.app.store.log import append
from ki67.app.store.rows import Account, Link
from ki67.app.store.rows.accounts import LinkKind
from ki67.app.store.rows.base import now

GOOD_FOR: dict[LinkKind, timedelta] = {
    "setup": timedelta(days=1), "invitation": timedelta(days=7), "reset": timedelta(days=1),
}  # fmt: skip


def link_address(origin: str, token: str) -> str:
    """What is handed over. What stands behind # is never sent, so no server's or proxy's log has it."""
    return f"{origin}/#link={token}"


def new_setup_link(session: Session) -> str | None:
    """The token that opens the first account, an administrator's; none where there is an account. Earlier ones are void."""
    if session.scalar(select(Account.id).limit(1)):
        return None
    session.execute(delete(Link).where(Link.kind == "setup"))
    return new_link(session, None, Link(kind="setup", administrator=True))


def new_invitation(session: Session, by: str, administrator: bool) -> str:
    """The token that lets somebody make an account."""
    return new_link(session, by, Link(kind="invitation", administrator=administrator))


def new_reset(session: Session, by: str, account_id: str) -> str:
    """The token that sets another password. Earlier ones are void."""
    if session.get(Account, account_id) is None:
        raise not_found()
    session.execute(delete(Link).where(Link.kind == "reset", Link.account_id == account_id))
    return new_link(session, by, Link(kind="reset", account_id=account_id))


def new_link(session: Session, by: str | None, link: Link) -> str:
    """Keep a link, by its token's hash alone."""
    token = new_token()
    link.token_hash, link.ends_at = hash_of(token), now() + GOOD_FOR[link.kind]
    session.add(link)
    append(session, by, "link.made", link.account_id or "", kind=link.kind, administrator=bool(link.administrator))
    return token


def opened(at: Service, address: str, token: str, password: str, login: str | None, name: str | None) -> str:
    """Whose account a link opened. What goes wrong leaves the link good; a guess at one is counted, as at the door."""
    at.limits.guesses_from.take(address)
    with at.database.reading() as session:
        link = good(session, token)
        owner = session.get(Account, link.account_id) if link.account_id else None
    refuse_weak(password, owner.login if owner else login or "")
    hashed = at.passwords.hashed(password)
    with at.database.writing() as session:
        use(session, token)
        account = reset(session, link, hashed) if link.account_id else join(session, link, hashed, login, name)
    at.limits.guesses_from.give_back(address)
    return account.id


def good(session: Session, token: str) -> Link:
    """A link that was neither used nor is too old. A first account is made only where there is none."""
    link = session.scalar(select(Link).where(Link.token_hash == hash_of(token), Link.used_at.is_(None), Link.ends_at > now()))
    if link is None or (link.kind == "setup" and session.scalar(select(Account.id).limit(1))):
        raise void()
    return link


def use(session: Session, token: str) -> None:
    """From now on it is good no more: of two who come at once, one gets it."""
    free = (Link.token_hash == hash_of(token), Link.used_at.is_(None))
    if session.scalar(update(Link).where(*free).values(used_at=now()).returning(Link.token_hash)) is None:
        raise void()


def void() -> Problem:
    """What is said of every link that opens nothing."""
    return Problem(HTTPStatus.NOT_FOUND, "this link was used or is too old; ask an administrator for another")


def join(session: Session, link: Link, password: str, login: str | None, name: str | None) -> Account:
    """A newcomer's account."""
    if login is None or name is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "this link makes a new account: choose a login and give a name")
    return add_account(session, Account(login=login, name=name, password=password, is_administrator=link.administrator))


def reset(session: Session, link: Link, password: str) -> Account:
    """An account that a new password opens, and nothing else: whoever had got in is out."""
    account = session.get_one(Account, link.account_id)
    account.password = password
    end_every_way_in(session, account.id)
    append(session, account.id, "password.reset", account.id)
    return account
