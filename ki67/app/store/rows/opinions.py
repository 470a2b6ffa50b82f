"""What people said of a picture, who asked them, and what they had seen before. Nothing here is ever changed, only added to."""

from datetime import datetime
from typing import Literal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ki67.app.store.rows.base import Base, Created, Digest, Id

ReviewKind = Literal["count", "estimate", "cells", "share"]
Start = Literal["nothing", "network", "review"]
SeenWhat = Literal["network", "review", "comment"]


class Review(Base):
    """A reader's own count, estimate or cells; of a slide, a share. A later one supersedes it, and both stay."""

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "picture_id", "account_id"),)

    id: Mapped[Id]
    picture_id: Mapped[str] = mapped_column(ForeignKey("pictures.id", ondelete="CASCADE"))
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    assignment_id: Mapped[str | None] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    supersedes: Mapped[str | None] = mapped_column(ForeignKey("reviews.id"), unique=True)
    kind: Mapped[ReviewKind] = mapped_column(String(8))
    n_positive: Mapped[int | None]
    n_negative: Mapped[int | None]
    estimate: Mapped[float | None]  # of the index, from 0 to 1; of kind `share`, how much of a slide's tissue is tumour
    cells: Mapped[Digest | None]  # a file
    started_from: Mapped[Start] = mapped_column(String(8))  # a corrected answer of the network is no independent opinion
    blind: Mapped[bool]  # nothing had been seen of anybody's answer: the server's own finding, not the client's word
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Created]


class Seen(Base):
    """The first time that somebody was given an answer that is not their own."""

    __tablename__ = "seen"
    __table_args__ = (UniqueConstraint("account_id", "picture_id", "what", "review_id"),)

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    picture_id: Mapped[str] = mapped_column(ForeignKey("pictures.id", ondelete="CASCADE"), index=True)
    what: Mapped[SeenWhat] = mapped_column(String(8))
    review_id: Mapped[str | None] = mapped_column(ForeignKey("reviews.id", ondelete="CASCADE"))
    created_at: Mapped[Created]


class Contact(Base):
    """Somebody whom one asks for second opinions."""

    __tablename__ = "contacts"

    owner_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[Created]


class Assignment(Base):
    """A case handed to a contact for a second opinion; a blind one shows nothing that tells before theirs is in."""

    __tablename__ = "assignments"

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    from_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    to_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    blind: Mapped[bool]
    message: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Created]
    done_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Comment(Base):
    """A word on a case, for those who may see it."""

    __tablename__ = "comments"

    id: Mapped[Id]
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Created]
