"""The tables brought to this version of ki67, or back to an earlier one."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from ki67.app.store.database import Database
from ki67.base.errors import InputError

MIGRATIONS = Path(__file__).with_name("migrations")
STEPS = sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
NEWEST, NONE = "head", "base"
REACHED = "alembic_version"  # Alembic's table of the last step


def migrate(database: Database, revision: str = NEWEST) -> None:
    """Every step up to a revision, as one transaction; nothing where it is reached. A database of a newer ki67 is refused."""
    with database.engine.begin() as connection:
        current = reached(connection)
        if current and current not in STEPS:
            raise InputError(f"{database.engine.url!r}: its tables are of a newer ki67 ({current}); start it with that version")
        if revision != NEWEST or current != STEPS[-1]:
            step(connection, revision)


def reached(connection: Connection) -> str | None:
    """The last step that was taken, if any was."""
    if not inspect(connection).has_table(REACHED):
        return None
    found = connection.scalar(text(f"SELECT version_num FROM {REACHED}"))
    return None if found is None else str(found)


def step(connection: Connection, revision: str) -> None:
    """Up or down. Alembic is loaded for it alone: that takes longer than to open a database that is up to date."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision) if revision == NEWEST else command.downgrade(config, revision)
