"""The tables brought to this version of ki67, or back to an earlier one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ki67.app.store.database import Database
from ki67.base.errors import InputError

MIGRATIONS = Path(__file__).with_name("migrations")
NEWEST, NONE = "head", "base"


def migrate(database: Database, revision: str = NEWEST) -> None:
    """Every step up to a revision, as one transaction; nothing where it is reached. A database of a newer ki67 is refused."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        current = MigrationContext.configure(connection).get_current_revision()
        if current and current not in known:
            raise InputError(f"{database.engine.url!r}: its tables are of a newer ki67 ({current}); start it with that version")
        config.attributes["connection"] = connection
        command.upgrade(config, revision) if revision == NEWEST else command.downgrade(config, revision)
