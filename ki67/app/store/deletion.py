"""Deleted for good: first the rows, then every file that no row names any more."""

from collections.abc import Iterable
from http import HTTPStatus

from sqlalchemy import delete, select, true, union_all
from sqlalchemy.orm import Session

from ki67.app.problems import Problem
from ki67.app.store.contents import CONTENTS
from ki67.app.store.database import Database
from ki67.app.store.files import Files
from ki67.app.store.log import append
from ki67.app.store.rows import Account, Case


def delete_case(database: Database, files: Files, case_id: str, by: str | None) -> None:
    """A case with all that hangs on it. A cut between the steps leaves files for housekeeping, never a row without its file."""
    with database.writing() as session:
        case = session.get(Case, case_id)
        if case is None:
            return
        hold_account(session, case.owner_id)
        owner_id, digests = case.owner_id, named(session, case.owner_id, case_id)
        session.execute(delete(Case).where(Case.id == case_id))
        append(session, by, "case.deleted", case_id)
    forget_unnamed(database, files, owner_id, digests)


def named(session: Session, account_id: str, case_id: str | None = None) -> frozenset[str]:
    """The contents that the rows of an account's cases name, or of one of them."""
    one_case = true() if case_id is None else Case.id == case_id
    asked = union_all(*(each.where(Case.owner_id == account_id, one_case) for each in CONTENTS))
    return frozenset(digest for _, digest in session.execute(asked) if digest is not None)


def forget_unnamed(database: Database, files: Files, account_id: str, digests: Iterable[str]) -> None:
    """Delete those contents that no row names, while nobody adds a row to this account."""
    with database.writing() as session:
        hold_account(session, account_id)
        for digest in frozenset(digests) - named(session, account_id):
            files.forget(account_id, digest)


def hold_account(session: Session, account_id: str) -> None:
    """Nobody else names or forgets a file of this account before this transaction ends (in SQLite a writer is alone anyway)."""
    hold_accounts(session, [account_id])


def hold_accounts(session: Session, account_ids: Iterable[str]) -> None:
    """The same of several, and always in one order, so that no two wait for each other."""
    held = select(Account.id).where(Account.id.in_(set(account_ids))).order_by(Account.id)
    session.execute(held.with_for_update(key_share=True))


def hold_files(session: Session, files: Files, account_id: str, digests: Iterable[str]) -> None:
    """Before rows name files that were kept: none was forgotten meanwhile, with a case that held the same, and none will be."""
    hold_account(session, account_id)
    if not all(files.path(account_id, digest).exists() for digest in digests):
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "the same content was being deleted; send it again", retry_after=1)
