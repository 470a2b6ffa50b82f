"""Who was given whose answer first: noted before it goes out, so that no later opinion passes for a blind one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ki67.app.access.who import Who
from ki67.app.store.database import Database
from ki67.app.store.rows import Picture, Seen
from ki67.app.store.rows.opinions import SeenWhat

AT_ONCE = 5_000  # more values than some databases take in one question


@dataclass(frozen=True)
class Sight:
    """An answer on a picture that goes out to somebody: the network's, another reader's, or words about the case."""

    picture_id: str
    what: SeenWhat = "network"
    review_id: str | None = None


def unseen(session: Session, who: Who, sights: Sequence[Sight]) -> list[Sight]:
    """Those that somebody was not given before."""
    noted = select(Seen.picture_id, Seen.what, Seen.review_id).where(
        Seen.account_id == who.account_id, Seen.picture_id.in_({sight.picture_id for sight in sights})
    )
    before = {Sight(*row) for row in session.execute(noted)}
    return [sight for sight in dict.fromkeys(sights) if sight not in before]


def note_new(database: Database, who: Who, sights: Iterable[Sight]) -> None:
    """Note, before it goes out, what somebody is given for the first time."""
    asked = list(sights)
    for start in range(0, len(asked), AT_ONCE):
        with database.reading() as session:
            new = unseen(session, who, asked[start : start + AT_ONCE])
        if new:
            with database.writing() as session:
                note_seen(session, who, new)


def note_seen(session: Session, who: Who, sights: Sequence[Sight]) -> None:
    """The same within a transaction that writes."""
    hold_pictures(session, {sight.picture_id for sight in sights})
    for sight in unseen(session, who, sights):
        session.add(Seen(account_id=who.account_id, picture_id=sight.picture_id, what=sight.what, review_id=sight.review_id))


def hold_pictures(session: Session, picture_ids: Iterable[str]) -> None:
    """Nobody else gives or sees an answer on these before this transaction ends (in SQLite a writer is alone anyway)."""
    session.execute(select(Picture.id).where(Picture.id.in_(sorted(picture_ids))).order_by(Picture.id).with_for_update())


def has_seen(session: Session, who: Who, picture_id: str) -> frozenset[SeenWhat]:
    """Of what kinds of answers on a picture somebody was given any."""
    seen = select(Seen.what).where(Seen.account_id == who.account_id, Seen.picture_id == picture_id)
    return frozenset(session.scalars(seen))
