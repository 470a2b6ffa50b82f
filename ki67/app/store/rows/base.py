"""What all tables have in common: names of constraints that both databases share, ids that tell nothing, times in UTC."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A time in UTC, which SQLite gives back without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As it was stored."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """A row of any table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment, list[str]: JSON, dict[str, Any]: JSON}


def new_id() -> str:
    """An id that can be neither guessed nor put into an order."""
    return secrets.token_hex(16)


def now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


Id = Annotated[str, mapped_column(String(32), primary_key=True, default=new_id)]
Digest = Annotated[str, mapped_column(String(64))]  # SHA-256, in hexadecimal digits
Created = Annotated[datetime, mapped_column(default=now)]
