"""Who there is, and by what they are known."""

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ki67.app.store.rows.base import Base, Created, Digest, Id

LinkKind = Literal["setup", "invitation", "reset"]
ChallengeKind = Literal["register", "sign_in"]


class Account(Base):
    """A person. An administrator sees accounts, and of cases no more than anybody."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    login: Mapped[str] = mapped_column(String(80), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str | None] = mapped_column(String(200))  # argon2id; none where only passkeys are used
    is_administrator: Mapped[bool] = mapped_column(default=False)
    may_keep_bytes: Mapped[int | None] = mapped_column(BigInteger)  # none: as everybody
    created_at: Mapped[Created]
    disabled_at: Mapped[datetime | None]


class SignIn(Base):
    """A browser that somebody signed in with. Only a hash of its token is known here."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[Digest] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[Created]
    seen_at: Mapped[Created]
    ends_at: Mapped[datetime]


class ApiToken(Base):
    """What a program signs in with, for the scopes that its owner gave it."""

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    token_hash: Mapped[Digest] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    scopes: Mapped[list[str]]
    created_at: Mapped[Created]
    seen_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]


class Passkey(Base):
    """A public key of WebAuthn; the private one never leaves its owner's device."""

    __tablename__ = "passkeys"

    id: Mapped[Id]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[Created]
    seen_at: Mapped[datetime | None]


class Challenge(Base):
    """What a passkey has to sign, once and soon."""

    __tablename__ = "challenges"

    id: Mapped[Id]
    kind: Mapped[ChallengeKind] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    nonce: Mapped[bytes] = mapped_column(LargeBinary(64))
    ends_at: Mapped[datetime]


class Link(Base):
    """A link that an administrator hands over by hand: to open the first account, to join, to set a new password. Used once."""

    __tablename__ = "links"
    __table_args__ = (Index(None, "account_id"),)

    token_hash: Mapped[Digest] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind] = mapped_column(String(10))
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))  # whose password, of a reset
    administrator: Mapped[bool] = mapped_column(default=False)  # what the new account will be
    created_at: Mapped[Created]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
