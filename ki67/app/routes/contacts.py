"""People by their login, and those whom one asks for second opinions."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ki67.app.access.who import Asking
from ki67.app.problems import Problem, not_found
from ki67.app.routes.refusals import refusals
from ki67.app.service import At
from ki67.app.store.log import append
from ki67.app.store.rows import Account, Contact
from ki67.app.words import Id, Name

router = APIRouter(prefix="/v1", tags=["contacts"])


class PersonView(BaseModel):
    """Somebody as others see them."""

    id: str
    login: str
    name: str

    @classmethod
    def of(cls, account: Account) -> Self:
        """No more of an account than this."""
        return cls(id=account.id, login=account.login, name=account.name)


def persons(session: Session, account_ids: Iterable[str]) -> Mapping[str, PersonView]:
    """People by their ids."""
    found = session.scalars(select(Account).where(Account.id.in_(set(account_ids))))
    return {account.id: PersonView.of(account) for account in found}


@router.get("/people", responses=refusals(404))
def find_person(at: At, who: Asking, login: Name) -> PersonView:
    """Somebody whose login one knows; there is no list of everybody."""
    with at.database.reading() as session:
        found = session.scalar(select(Account).where(Account.login == login.lower(), Account.disabled_at.is_(None)))
    if found is None:
        raise not_found()
    return PersonView.of(found)


@router.get("/contacts")
def list_contacts(at: At, who: Asking) -> list[PersonView]:
    """One's own, in the order in which they were added."""
    asked = select(Account).join(Contact, Contact.contact_id == Account.id).where(Contact.owner_id == who.account_id)
    with at.database.reading() as session:
        found = session.scalars(asked.order_by(Contact.created_at, Account.id)).all()
    return [PersonView.of(account) for account in found]


@router.put("/contacts/{account_id}", responses=refusals(404, 409))
def add_contact(at: At, who: Asking, account_id: Id) -> PersonView:
    """Add somebody; a second time changes nothing."""
    if account_id == who.account_id:
        raise Problem(HTTPStatus.CONFLICT, "that is yourself; add somebody else")
    with at.database.writing() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None or account.disabled_at:
            raise not_found()
        if session.get(Contact, (who.account_id, account_id)) is None:
            session.add(Contact(owner_id=who.account_id, contact_id=account_id))
            append(session, who.account_id, "contact.added", account_id)
        return PersonView.of(account)


@router.delete("/contacts/{account_id}", status_code=HTTPStatus.NO_CONTENT)
def remove_contact(at: At, who: Asking, account_id: Id) -> None:
    """Take somebody out again; what was handed to them stays handed."""
    gone = delete(Contact).where(Contact.owner_id == who.account_id, Contact.contact_id == account_id)
    with at.database.writing() as session:
        session.execute(gone)
        append(session, who.account_id, "contact.removed", account_id)
