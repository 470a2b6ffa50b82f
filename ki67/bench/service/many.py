"""A service's tables as after years: cases, pictures, results, reviews, written straight into them with all their references.

Files are not made: what is read from these tables asks for none. The log tells of none of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from ki67.app.store.database import Database
from ki67.app.store.rows import Account, Assignment, Case, Contact, Picture, Result, Review
from ki67.app.store.rows.base import new_id, now

A_CASE = 100  # pictures
REVIEWED = 10  # one picture in so many
HANDED, BLIND = 3, 6  # of a colleague's cases one in so many is handed over, and one in so many to be read blind
DIGEST = "0" * 32  # behind an id it is the hash of a file that is not there
Row = dict[str, Any]


@dataclass(frozen=True)
class Filled:
    """Ids of what is there: cases of one's own and their pictures, and cases of a colleague that one was handed to read blind."""

    cases: list[str]
    pictures: list[str]
    blind: list[str]


def filled(database: Database, cases: int) -> Filled:
    """Half of the cases belong to whom the service belongs, half to a colleague."""
    with database.writing() as session:
        owner_id, colleague_id = session.scalars(select(Account.id)).one(), new_id()
        session.execute(insert(Account), [{"id": colleague_id, "login": "grace", "name": "Grace"}])
        session.execute(insert(Contact), [{"owner_id": colleague_id, "contact_id": owner_id}])
        own = fill(session, owner_id, cases // 2)
        others = fill(session, colleague_id, cases - cases // 2)
        hand_over(session, colleague_id, owner_id, others[::HANDED], others[::BLIND])
    with database.writing() as session:
        if not database.is_sqlite:
            session.execute(text("ANALYZE"))  # what the server does by itself a minute later
        pictures = session.scalars(select(Picture.id).where(Picture.case_id.in_(own))).all()
    return Filled(own, list(pictures), others[::BLIND])


def fill(session: Session, account_id: str, cases: int) -> list[str]:
    """Cases of somebody, with all that belongs to them; their ids."""
    ids = [new_id() for _ in range(cases)]
    for number, case_id in enumerate(ids):
        opened = now() - timedelta(hours=cases - number)
        session.add(Case(id=case_id, owner_id=account_id, name=f"B {number}", created_at=opened, saved_at=opened))
        session.flush()
        pictures = list(pictures_of(case_id, opened))
        session.execute(insert(Picture), pictures)
        session.execute(insert(Result), [result_of(picture) for picture in pictures])
        session.execute(insert(Review), [review_of(picture, account_id) for picture in pictures[::REVIEWED]])
    return ids


def pictures_of(case_id: str, moment: datetime) -> Iterator[Row]:
    """As they are once they are scored."""
    for number in range(1, A_CASE + 1):
        picture_id = new_id()
        yield {
            "id": picture_id, "case_id": case_id, "number": number, "kind": "field", "sent_digest": picture_id + DIGEST,
            "digest": picture_id + DIGEST, "format": "JPEG", "bytes": 200_000, "width": 1228, "height": 1228, "um_per_px": 0.135,
            "state": "scored", "why": "", "created_at": moment,
        }  # fmt: skip


def result_of(picture: Row) -> Row:
    """Some counts."""
    return {
        "picture_id": picture["id"], "network": picture["digest"], "version": "0", "n_positive": picture["number"],
        "n_negative": 300, "n_til": 20, "hot_spot": None, "um_per_px": 0.135, "cells": picture["digest"], "warnings": [],
    }  # fmt: skip


def review_of(picture: Row, account_id: str) -> Row:
    """A count by the case's owner, given blind."""
    return {
        "id": new_id(), "picture_id": picture["id"], "account_id": account_id, "kind": "count", "n_positive": 30,
        "n_negative": 270, "started_from": "nothing", "blind": True, "comment": "",
    }  # fmt: skip


def hand_over(session: Session, from_id: str, to_id: str, handed: list[str], blind: list[str]) -> None:
    """Second opinions that are asked for."""
    whom = {"from_id": from_id, "to_id": to_id, "message": ""}
    session.execute(insert(Assignment), [{"case_id": case_id, "blind": case_id in blind} | whom for case_id in handed])
