"""How many bytes readers' cells take; those that were marked before count nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.add_column("pictures", sa.Column("marked_bytes", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("pictures", "marked_bytes")
