"""How Alembic reaches the database: by the connection that `schema.py` gives it."""

from alembic import context
from sqlalchemy import Connection

from ki67.app.store.rows import Base

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=True, user_module_prefix="ki67.app.store.rows.base."
)
with context.begin_transaction():
    context.run_migrations()
