"""The error of the network that counted a field: what was counted before has none, and an interval of counting alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
COLUMNS = ("error_cells", "error_shared")


def upgrade() -> None:
    """Add it."""
    for name in COLUMNS:
        op.add_column("results", sa.Column(name, sa.Double(), nullable=True))


def downgrade() -> None:
    """Take it back: intervals are of counting alone again."""
    with op.batch_alter_table("results") as table:
        for name in COLUMNS:
            table.drop_column(name)
